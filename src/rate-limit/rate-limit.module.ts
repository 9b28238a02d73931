import { ExecutionContext, Module } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { ThrottlerModule, ThrottlerModuleOptions, ThrottlerStorage } from '@nestjs/throttler';
import { accessOf } from '../auth/required-scope.decorator';
import { TokenBuckets } from '../common/token-buckets';
import { APP_CONFIG, type AppConfig } from '../config/app-config';
import { CLOCK, type Clock } from '../memory/memory-backend';
import { Budget, budgetOf } from './budget';
import { RateLimitGuard } from './rate-limit.guard';

const MINUTE_MS = 60_000;

/** Callers whose requests are counted at a time: some megabytes at most, whoever calls. */
const MOST_CALLERS = 20_000;

/** Limits how often one caller, known by its key or else by its address, may ask for what. Counts in this process alone. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({ inject: [APP_CONFIG, CLOCK, Reflector], useFactory: throttlerOptions }),
  ],
  providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
})
export class RateLimitModule {}

function throttlerOptions(
  { rateLimits }: AppConfig,
  clock: Clock,
  reflector: Reflector,
): ThrottlerModuleOptions {
  /** Undefined of a call that is not counted. */
  const budget = (context: ExecutionContext): Budget | undefined => {
    const named = budgetOf(accessOf(reflector, context));
    return named !== undefined && rateLimits[named] > 0 ? named : undefined;
  };
  return {
    throttlers: [
      {
        ttl: MINUTE_MS,
        skipIf: (context) => budget(context) === undefined,
        limit: (context) => rateLimits[budget(context)!],
      },
    ],
    generateKey: (context, caller) => `${budget(context)}:${caller}`,
    storage: bucketStorage(new TokenBuckets(MOST_CALLERS, () => clock.now().getTime())),
  };
}

/** The library keeps a moment for every request; a bucket is one number for each caller. */
function bucketStorage(buckets: TokenBuckets): ThrottlerStorage {
  const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);
  return {
    increment: (key, ttl, limit) => {
      const { granted, remaining, fullAfterMs, nextAfterMs } = buckets.take(key, limit, ttl);
      return Promise.resolve({
        totalHits: limit - remaining,
        timeToExpire: seconds(fullAfterMs),
        isBlocked: !granted,
        timeToBlockExpire: seconds(nextAfterMs),
      });
    },
  };
}
