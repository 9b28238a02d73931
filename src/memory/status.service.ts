import { Inject, Injectable } from '@nestjs/common';
import { VERSION } from '../common/version';
import { EMBEDDER, type Embedder, EmbeddingModel, fingerprintOf } from '../embedding/embedder';
import { BACKEND_STATE, type BackendState } from './backend-state';
import { BackendName, CALLERS_BACKEND, type MemoryBackend } from './memory-backend';

/** How the service is, as one user may see it. */
export interface ServiceStatus {
  readonly backend: BackendName;
  readonly state: BackendState;
  readonly model: EmbeddingModel;
  readonly fingerprint: string;
  /** The user's own. */
  readonly memories: number;
  /** Of these, or beside them, what waits to be brought to PostgreSQL. */
  readonly pending: number;
  /** Of the service. */
  readonly version: string;
}

/** Tells how the service is. */
@Injectable()
export class StatusService {
  constructor(
    @Inject(CALLERS_BACKEND) private readonly backend: MemoryBackend,
    @Inject(BACKEND_STATE) private readonly state: BackendState,
    @Inject(EMBEDDER) private readonly embedder: Embedder,
  ) {}

  /**
   * Goes back to PostgreSQL where that could not be used before and now can; else changes nothing.
   *
   * @throws BackendUnavailableError when the store does not answer.
   */
  async initialize(userId: number): Promise<ServiceStatus> {
    await this.state.retry();
    return this.status(userId);
  }

  /** @throws BackendUnavailableError when the store does not answer. */
  async status(userId: number): Promise<ServiceStatus> {
    const { backend, state } = this;
    const { model } = this.embedder;
    const [memories, pending] = await Promise.all([backend.count(userId), state.countPending(userId)]);
    return {
      backend: backend.name,
      state,
      model,
      fingerprint: fingerprintOf(model),
      memories,
      pending,
      version: VERSION,
    };
  }
}
