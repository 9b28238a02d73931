import { Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { APP_CONFIG, AppConfig } from '../config/app-config';
import { createRootLogger } from './root-logger';
import { REQUEST_LOG, requestLog } from './request-log';
import { ServiceLogger } from './service-logger.provider';

const ROOT_LOGGER = Symbol('ROOT_LOGGER');

/** The one pino logger of the process, made from the configuration. */
@Global()
@Module({
  providers: [
    {
      provide: ROOT_LOGGER,
      inject: [APP_CONFIG],
      useFactory: ({ server }: AppConfig) => createRootLogger(server.logLevel),
    },
  ],
  exports: [ROOT_LOGGER],
})
class RootLoggerModule {}

/** Nest's `Logger` goes to pino. Requests are logged by `REQUEST_LOG`, mounted before everything that may refuse one. */
@Module({
  imports: [
    RootLoggerModule,
    LoggerModule.forRootAsync({
      inject: [ROOT_LOGGER],
      // No routes: bound to each request, the logger takes a tenth of the time that a search takes outside the model. Every
      // promise then notes whose it is.
      useFactory: (logger: Logger) => ({ pinoHttp: { logger }, forRoutes: [] }),
    }),
  ],
  providers: [ServiceLogger, { provide: REQUEST_LOG, inject: [ROOT_LOGGER], useFactory: requestLog }],
  exports: [ServiceLogger, REQUEST_LOG],
})
export class LoggingModule {}
