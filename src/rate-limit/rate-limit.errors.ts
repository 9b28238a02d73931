import { DomainError } from '../common/domain.error';

/** The caller has used up what it may ask for. Nothing was done. */
export class TooManyRequestsError extends DomainError {
  readonly code = 'too_many_requests';
  readonly kind = 'too-many';

  /** @param what the requests that were too many: `search`. */
  constructor(
    what: string,
    limit: number,
    override readonly retryAfter: number,
  ) {
    super(`More than ${limit} ${what} requests a minute. Try again in ${retryAfter} s.`);
  }
}
