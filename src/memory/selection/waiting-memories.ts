import { DomainError } from '../../common/domain.error';
import { StartupError } from '../../common/startup.error';
import type { PendingPlace } from '../chroma/pending-place';
import { type Arrived, type PendingCounts, type PendingRecords, totalOf } from '../chroma/pending-records';
import type { Clock } from '../memory-backend';

export interface WaitingLog {
  warn(message: string): void;
  error(error: unknown): void;
}

type Count = (records: PendingRecords) => Promise<PendingCounts>;

const REMARK =
  'Memories that were stored in ChromaDB while PostgreSQL could not be used are not in it yet: bring them over with ' +
  '`npm run cli -- migrate-chroma --on-conflict newer` (docs/operations.md, "Fallback").';

/** What was written to ChromaDB while PostgreSQL could not be used, and has not arrived there yet. */
export class WaitingMemories {
  private byUser: PendingCounts = new Map();
  private problem?: string;
  private counting?: Promise<void>;

  /** @param arrived which of them PostgreSQL has. */
  constructor(
    private readonly place: PendingPlace,
    private readonly arrived: Arrived,
    private readonly clock: Clock,
    private readonly log: WaitingLog,
  ) {}

  /** How many of a user's, as counted last. */
  of(userId: number): number {
    return this.byUser.get(userId) ?? 0;
  }

  /** For everybody, hence without numbers of others; undefined where there is nothing to say. */
  get remark(): string | undefined {
    return this.problem ?? (this.byUser.size === 0 ? undefined : REMARK);
  }

  /** Looks which have arrived and which have not; where that cannot be told, says so. ChromaDB must not be in use. */
  count(): Promise<void> {
    // A directory can be opened once at a time.
    this.counting ??= this.countInPlace().finally(() => (this.counting = undefined));
    return this.counting;
  }

  /** The same while ChromaDB is in use. */
  async countIn(records: PendingRecords): Promise<void> {
    await this.settle((work) => work(records));
  }

  /** Spares later starts the counting; nothing must be written to ChromaDB any more. */
  forgetIfNone(): void {
    if (this.remark === undefined) this.place.forget();
  }

  private async countInPlace(): Promise<void> {
    if (!this.place.mayHaveAny) return;
    await this.settle((work) => this.place.open(work));
    this.forgetIfNone();
  }

  private async settle(open: (work: Count) => Promise<PendingCounts>): Promise<void> {
    const before = this.remark;
    try {
      this.byUser = await open((records) => records.settle(this.arrived, this.clock.now()));
      this.problem = undefined;
    } catch (error) {
      if (!isOurs(error)) this.log.error(error);
      this.problem = `How many memories wait in ChromaDB to be brought to PostgreSQL cannot be told. ${tellable(error)}`;
    }
    if (this.remark === before || this.remark === undefined) return;
    this.log.warn(this.problem ?? `${REMARK} They are ${totalOf(this.byUser)}.`);
  }
}

/** What of an error may stand in an answer: our own words, never a vendor's. */
export function tellable(error: unknown): string {
  return isOurs(error) ? error.message : 'The log says why.';
}

export function isOurs(error: unknown): error is StartupError | DomainError {
  return error instanceof StartupError || error instanceof DomainError;
}
