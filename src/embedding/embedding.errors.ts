import { DomainError } from '../common/domain.error';
import { StartupError } from '../common/startup.error';

/** More waits for the model than may. */
export class EmbeddingOverloadedError extends DomainError {
  readonly code = 'embedding_overloaded';
  readonly kind = 'unavailable';

  constructor(override readonly retryAfter: number) {
    super(`Too many texts wait to be embedded; try again in ${retryAfter} s.`);
  }
}

/** The model, or the server that runs it, does not answer. Nothing was embedded. */
export class EmbeddingUnavailableError extends DomainError {
  readonly code = 'embedding_unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfter = 5;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Texts cannot be embedded now: ${reason}`);
    this.cause = options?.cause;
  }
}

/** The model cannot be used, and waiting will not help. */
export class EmbeddingModelError extends StartupError {}
