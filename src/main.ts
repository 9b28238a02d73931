import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { APP_CONFIG, AppConfig } from './config/app-config';

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  setUpApp(app);
  const { server } = app.get<AppConfig>(APP_CONFIG);
  app.enableShutdownHooks();
  await app.listen(server.port, server.host);
}

void main();
