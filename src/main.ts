import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { HttpAdapter } from './common/http.adapter';
import { APP_CONFIG, AppConfig } from './config/app-config';
import { EMBEDDER, Embedder } from './embedding/embedder';
import { closeInTime, endOnSignals } from './lifecycle/shutdown';
import { startFailure } from './lifecycle/start-failure';
import { startReport } from './lifecycle/start-report';
import { ServiceLogger } from './logging/service-logger.provider';
import { BACKEND_STATE, BackendState } from './memory/backend-state';
import { MEMORY_BACKEND, MemoryBackend } from './memory/memory-backend';

const logger = new Logger('Service');

async function main(): Promise<void> {
  // Failures are reported below, once: Nest would print each with its stack and end the process itself.
  const app = await NestFactory.create<NestExpressApplication>(AppModule, new HttpAdapter(), {
    abortOnError: false,
    autoFlushLogs: false,
    bodyParser: false,
    bufferLogs: true,
  });
  app.useLogger(app.get(ServiceLogger));
  app.flushLogs();
  endOnSignals(app, reportProblem);
  setUpApp(app);
  await listen(app);
  const report = startReport({
    url: await app.getUrl(),
    backend: app.get<MemoryBackend>(MEMORY_BACKEND).name,
    state: app.get<BackendState>(BACKEND_STATE),
    model: app.get<Embedder>(EMBEDDER).model,
    seconds: process.uptime(),
  });
  for (const line of report) logger.log(line);
}

/** What has been started when something later fails is closed in order. */
async function listen(app: NestExpressApplication): Promise<void> {
  const { server } = app.get<AppConfig>(APP_CONFIG);
  try {
    await app.listen(server.port, server.host);
  } catch (error) {
    await closeInTime(app, reportProblem);
    throw error;
  }
}

function reportProblem(problem: string): void {
  logger.error(problem);
}

main().catch((error: unknown) => {
  const { text, exitCode } = startFailure(error);
  process.stderr.write(`Wisdom Memory cannot start.\n${text}\n`);
  process.exit(exitCode);
});
