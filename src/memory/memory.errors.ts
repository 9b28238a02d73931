import { DomainError } from '../common/domain.error';

export class MemoryNotFoundError extends DomainError {
  readonly code = 'memory_not_found';
  readonly kind = 'not-found';

  constructor(key: string) {
    super(
      `There is no memory ${JSON.stringify(key)}. It takes an id or an external_id of this user's memories.`,
    );
  }
}

/** A delete by filter that would not have deleted what the caller expected. Nothing was deleted. */
export class CountMismatchError extends DomainError {
  readonly code = 'count_mismatch';
  readonly kind = 'conflict';

  constructor(
    readonly matched: number,
    readonly expected: number,
  ) {
    super(`The filter matches ${matched} memories, expected_count is ${expected}: nothing was deleted.`);
  }
}

/** More chunks in one call than the store writes at once. Nothing was stored. */
export class BatchTooLargeError extends DomainError {
  readonly code = 'batch_too_large';
  readonly kind = 'too-large';

  constructor(chunks: number, largest: number) {
    super(
      `These memories have ${chunks} chunks, the store writes ${largest} at once: send fewer in one call.`,
    );
  }
}

/** The store cannot be reached or cannot write. What was acknowledged before is safe. */
export class BackendUnavailableError extends DomainError {
  readonly code = 'backend_unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfter = 5;
}
