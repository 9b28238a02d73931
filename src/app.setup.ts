import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AUTHENTICATE } from './auth/authenticate.middleware';
import { DomainErrorFilter } from './common/domain-error.filter';
import { refuseForeignPages } from './common/foreign-pages';
import { jsonBodyOptions, refuseOtherMediaTypes } from './common/json-body.middleware';
import { answerProtocolErrors } from './common/protocol-errors';
import { parseQuery } from './common/query-parser';
import { assignRequestId } from './common/request-id.middleware';
import { RequestPipe } from './common/request.pipe';
import { refuseOtherMethods, RouteLayer } from './common/route-methods.middleware';
import { admitReadableRequests, refuseUnmetDemands } from './common/unmet-demands.middleware';
import { cutOffSlowClients } from './common/slow-clients';
import { APP_CONFIG, AppConfig } from './config/app-config';
import { REQUEST_LOG } from './logging/request-log';
import { dtoRules } from './memory/dto/dto-rules';
import { CLOCK, type Clock } from './memory/memory-backend';
import { mostBodyBytes, mostJsonParts } from './memory/rules/body-size';
import { HTTP_METRICS } from './metrics/http-metrics';
import { setUpOpenApi } from './openapi.setup';

/** Headers that pages of other origins may read. */
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/** Everything between the socket and the controllers, the same for the service and its end-to-end tests. */
export function setUpApp(app: NestExpressApplication): void {
  const config = app.get<AppConfig>(APP_CONFIG);
  const { auth, server, limits } = config;
  answerProtocolErrors(app.getHttpServer());
  cutOffSlowClients(app.getHttpServer(), server.timeouts);
  admitReadableRequests(app.getHttpServer());
  app.set('query parser', parseQuery);
  app.set('etag', false);
  // First, so that what is refused below is measured and logged too.
  app.use(app.get(HTTP_METRICS), assignRequestId, app.get(REQUEST_LOG));
  app.use(helmet(headersForPlainHttp()));
  app.use('/api', forbidCaching);
  app.use(refuseUnmetDemands);
  app.enableCors({ origin: corsOrigin(server.corsOrigins), exposedHeaders: EXPOSED_HEADERS });
  // A page has no key of its own.
  if (auth.mode === 'off') app.use(refuseForeignPages(server.corsOrigins, server.allowedHosts));
  app.use(app.get(AUTHENTICATE));
  app.use(refuseOtherMethods(() => routerOf(app).stack));
  app.useBodyParser(
    'json',
    jsonBodyOptions(limits.bodyBytes, (path) => ({
      bytes: mostBodyBytes(path, limits),
      parts: mostJsonParts(path, limits),
    })),
  );
  app.use(refuseOtherMediaTypes);
  app.useGlobalPipes(new RequestPipe(limits, dtoRules(limits, app.get<Clock>(CLOCK))));
  app.useGlobalFilters(new DomainErrorFilter());
  setUpOpenApi(app, config);
}

/** Memories stay in no browser and no proxy. */
function forbidCaching(_request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** Express does not type its router. */
function routerOf(app: NestExpressApplication): { readonly stack: readonly RouteLayer[] } {
  return (app.getHttpAdapter().getInstance() as { router: { stack: RouteLayer[] } }).router;
}

/** TLS, where there is any, is a proxy's: it decides about HTTPS, and a browser must not be sent there by us. */
function headersForPlainHttp(): Parameters<typeof helmet>[0] {
  return {
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  };
}

function corsOrigin(origins: readonly string[]): string | string[] | false {
  if (origins.includes('*')) return '*';
  return origins.length > 0 ? [...origins] : false;
}
