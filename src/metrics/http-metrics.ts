import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram, Registry } from 'prom-client';
import { answeredStatus, onAnswerEnd } from '../common/answer-end';

/** Injects the middleware that counts and times requests. */
export const HTTP_METRICS = Symbol('HTTP_METRICS');

/** What Express adds once a route has matched. */
type RoutedRequest = IncomingMessage & { readonly route?: { readonly path?: unknown } };

type Middleware = (request: RoutedRequest, response: ServerResponse, next: () => void) => void;

/** Middleware that times every request from its first byte here to its answer. To stand before everything else. */
export function httpMetrics(registry: Registry): Middleware {
  const duration = new Histogram({
    name: 'wisdom_memory_http_request_duration_seconds',
    help: 'Time to answer a request, by method, route pattern and status',
    labelNames: ['method', 'route', 'status'],
    // From an embedded lookup to a large batch that waits for the model.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return (request, response, next) => {
    const done = duration.startTimer({ method: request.method });
    onAnswerEnd(response, () => done({ route: routeOf(request), status: answeredStatus(response) }));
    next();
  };
}

/** The pattern, never the path: that would be a series for every memory. Middleware runs under wildcards. */
function routeOf({ route }: RoutedRequest): string {
  const path = route?.path;
  return typeof path === 'string' && !path.includes('*') ? path : 'unmatched';
}
