import { ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerLimitDetail } from '@nestjs/throttler';
import type { Request, Response } from 'express';
import type { AdmittedRequest } from '../auth/principal';
import { TooManyRequestsError } from './rate-limit.errors';

/** Counts a request against its caller's budget; every answer has `RateLimit-Limit`, `-Remaining` and `-Reset`. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override readonly headerPrefix = 'RateLimit';

  /** The key, else the address, of which an IPv6 network has one. Headers that name another are the caller's to choose. */
  protected override async getTracker(request: Request & AdmittedRequest): Promise<string> {
    const key = request.principal?.keyPrefix;
    return key ? `key ${key}` : `address ${await super.getTracker(request)}`;
  }

  protected override throwThrottlingException(
    context: ExecutionContext,
    { limit, timeToExpire, timeToBlockExpire, key }: ThrottlerLimitDetail,
  ): Promise<void> {
    const response = context.switchToHttp().getResponse<Response>();
    response.setHeader('RateLimit-Limit', limit);
    response.setHeader('RateLimit-Remaining', 0);
    response.setHeader('RateLimit-Reset', timeToExpire);
    throw new TooManyRequestsError(key.split(':', 1)[0]!, limit, timeToBlockExpire);
  }
}
