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

/** Nest's `Logger` goes to pino; within a request its lines carry the request's id. */
@Module({
  imports: [
    RootLoggerModule,
    LoggerModule.forRootAsync({
      inject: [ROOT_LOGGER],
      // `REQUEST_LOG` is mounted before everything that may refuse a request; here only its context is bound.
      useFactory: (logger: Logger) => ({ pinoHttp: { logger }, useExisting: true }),
    }),
  ],
  providers: [ServiceLogger, { provide: REQUEST_LOG, inject: [ROOT_LOGGER], useFactory: requestLog }],
  exports: [ServiceLogger, REQUEST_LOG],
})
export class LoggingModule {}
