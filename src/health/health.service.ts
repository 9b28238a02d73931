import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckResult,
  HealthCheckService,
  HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { EMBEDDER, type Embedder } from '../embedding/embedder';
import { BACKEND_STATE, type BackendState } from '../memory/backend-state';
import { MEMORY_BACKEND, type MemoryBackend } from '../memory/memory-backend';

/** What takes longer to answer a probe cannot serve either. */
const TIMEOUT_MS = 2000;

/** Several watchers share one probe. */
const CACHE_MS = 500;

/** Tells whether requests can be served. */
@Injectable()
export class HealthService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(MEMORY_BACKEND) private readonly backend: MemoryBackend,
    @Inject(BACKEND_STATE) private readonly state: BackendState,
    @Inject(EMBEDDER) private readonly embedder: Embedder,
  ) {}

  /** Never rejects for what is wrong: that is in the result. */
  async readiness(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.checks());
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private checks(): HealthIndicatorFunction[] {
    const { backend, embedder, state } = this;
    const checks = [
      this.attempt(backend.name, () => backend.ping()),
      this.attempt('model', () => embedder.countTokens(['ready'])),
    ];
    if (!state.degraded) return checks;
    return [...checks, () => this.indicators.check('postgresql').degraded(state.reason ?? 'not in use')];
  }

  private attempt(name: string, probe: () => Promise<unknown>): HealthIndicatorFunction {
    return this.indicators
      .check(name)
      .attempt(async () => void (await probe()))
      .withTimeout(TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }
}
