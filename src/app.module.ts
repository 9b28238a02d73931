import { Module } from '@nestjs/common';
import { ConfigModule } from './config/config.module';
import { MemoryModule } from './memory/memory.module';
import { MetricsModule } from './metrics/metrics.module';

/** The service: configuration, what it is made of, and nothing else. */
@Module({ imports: [ConfigModule, MetricsModule, MemoryModule.forRoot()] })
export class AppModule {}
