import { Global, Logger, Module } from '@nestjs/common';
import { ConfigModule as EnvFileModule } from '@nestjs/config';
import { APP_CONFIG, AppConfig } from './app-config';
import { variablesOf } from './env-variable.decorator';
import { EnvDto } from './env.dto';
import { readAppConfig } from './environment';
import { misspeltVariables } from './misspelt';

/** Provides `APP_CONFIG` everywhere, made from the environment and `.env` of the working directory (which yields to it). */
@Global()
@Module({
  imports: [EnvFileModule.forRoot()],
  providers: [{ provide: APP_CONFIG, useFactory: configFromProcess }],
  exports: [APP_CONFIG],
})
export class ConfigModule {}

/** Runs after the import above has put `.env` into `process.env`. */
function configFromProcess(): AppConfig {
  const known = variablesOf(EnvDto).map(({ name }) => name);
  for (const { name, meant } of misspeltVariables(Object.keys(process.env), known))
    new Logger('Configuration').warn(`${name} is not a variable of this service: is ${meant} meant?`);
  return readAppConfig(process.env);
}
