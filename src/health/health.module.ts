import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { EmbeddingModule } from '../embedding/embedding.module';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';

/** Serves `/health`. Needs the `MemoryModule` beside it. */
@Module({
  // Its own log would repeat, every few seconds, what the answer says.
  imports: [TerminusModule.forRoot({ logger: false }), EmbeddingModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
