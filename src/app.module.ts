import { Module } from '@nestjs/common';
import { AuthModule } from './auth/auth.module';
import { ConfigModule } from './config/config.module';
import { HealthModule } from './health/health.module';
import { LoggingModule } from './logging/logging.module';
import { MemoryModule } from './memory/memory.module';
import { MetricsModule } from './metrics/metrics.module';
import { RateLimitModule } from './rate-limit/rate-limit.module';

/** The service: configuration, what it is made of, and nothing else. */
@Module({
  imports: [
    ConfigModule,
    LoggingModule,
    MetricsModule,
    AuthModule,
    RateLimitModule,
    MemoryModule.forRoot(),
    HealthModule,
  ],
})
export class AppModule {}
