import { DynamicModule, Global, Module } from '@nestjs/common';
import { APP_CONFIG, AppConfig } from './app-config';
import { Environment, readAppConfig } from './environment';

/** Provides `APP_CONFIG` everywhere, made from variables that are given instead of those of the process. */
@Global()
@Module({})
export class GivenConfigModule {
  /** @throws ConfigurationError when the application starts, naming every variable that is wrong. */
  static of(environment: Environment): DynamicModule {
    const useFactory = (): AppConfig => readAppConfig(environment);
    return {
      module: GivenConfigModule,
      providers: [{ provide: APP_CONFIG, useFactory }],
      exports: [APP_CONFIG],
    };
  }
}
