import type { BackendState } from '../backend-state';
import type { ChromaMemoryRepository } from '../chroma/chroma-memory.repository';
import type { PendingPlace } from '../chroma/pending-place';
import { totalOf } from '../chroma/pending-records';
import type { FallbackBackend } from './fallback-backend';
import type { Clock } from '../memory-backend';
import type { PostgresMemoryRepository } from '../postgres/postgres-memory.repository';
import { SteadyState } from './steady-state';
import { isOurs, tellable, type WaitingLog, type WaitingMemories } from './waiting-memories';

export interface FallbackParts {
  /** In use: `chroma`, until `postgres` takes over. */
  readonly backend: FallbackBackend;
  readonly chroma: ChromaMemoryRepository;
  /** Not connected. */
  readonly postgres: PostgresMemoryRepository;
  readonly place: PendingPlace;
  readonly waiting: WaitingMemories;
  readonly clock: Clock;
  readonly log: WaitingLog & { log(message: string): void };
}

/** PostgreSQL was asked for and could not be used at start: ChromaDB is in its place until a retry finds that it can. */
export class FallbackState implements BackendState {
  private readonly began: Date;
  private problem: string;
  private steady?: SteadyState;
  private chromaIsOpen = true;
  private retrying?: Promise<void>;
  /** Counting, and closing what is counted in, take turns. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: FallbackParts,
    problem: string,
  ) {
    this.problem = problem;
    this.began = parts.clock.now();
  }

  /** Of whoever asks: what began before PostgreSQL took over is still answered by ChromaDB. */
  get degraded(): boolean {
    return this.parts.backend.isSubstituted;
  }

  get reason(): string | null {
    if (this.steady) return this.steady.reason;
    return [this.problem, this.parts.backend.remark].filter(Boolean).join(' ');
  }

  get since(): Date {
    return this.steady?.since ?? this.began;
  }

  async countPending(userId: number): Promise<number> {
    return this.steady?.countPending(userId) ?? this.parts.chroma.countPending(userId);
  }

  async started(): Promise<void> {
    const { chroma, place, clock, log } = this.parts;
    place.note();
    const nowhere = () => Promise.resolve(new Set<string>());
    const counts = await chroma.pendingRecords().settle(nowhere, clock.now());
    log.warn(
      `${this.problem} Until then memories are kept in ChromaDB, marked as to be brought to PostgreSQL (${totalOf(counts)} by now). ` +
        'Once it can be used: POST /api/memory/initialize, or start anew; then `npm run cli -- migrate-chroma --on-conflict newer`.',
    );
  }

  retry(): Promise<void> {
    this.retrying ??= this.inTurn(() => this.attempt()).finally(() => (this.retrying = undefined));
    return this.retrying;
  }

  private async attempt(): Promise<void> {
    if (!this.steady) await this.takeOver();
    else if (this.chromaIsOpen) await this.parts.waiting.countIn(this.parts.chroma.pendingRecords());
    else await this.steady.retry();
  }

  private async takeOver(): Promise<void> {
    const { backend, chroma, postgres, waiting, clock, log } = this.parts;
    try {
      await postgres.connect();
    } catch (error) {
      this.problem = tellable(error);
      log.warn(`PostgreSQL still cannot be used. ${this.problem}`);
      if (!isOurs(error)) log.error(error);
      return;
    }
    const unpinned = backend.handOver(postgres);
    this.steady = new SteadyState(postgres, null, clock.now(), waiting);
    log.log('PostgreSQL is in use from now on, instead of ChromaDB.');
    await waiting.countIn(chroma.pendingRecords());
    void unpinned.then(() => this.inTurn(() => this.release())).catch((error: unknown) => log.error(error));
  }

  /** Requests that began before have ended: nothing is written to ChromaDB any more. */
  private async release(): Promise<void> {
    const { chroma, waiting } = this.parts;
    await waiting.countIn(chroma.pendingRecords());
    this.chromaIsOpen = false;
    await chroma.close();
    waiting.forgetIfNone();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }
}
