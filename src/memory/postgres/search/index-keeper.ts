import type { Client } from 'pg';
import { RecurringTask } from '../../recurring-task';
import {
  ApproximateIndex,
  buildApproximateIndex,
  dropApproximateIndex,
  readApproximateIndexes,
  readLargeTenants,
  TenantSize,
  VectorSpace,
} from './approximate-index';
import { IndexWork, indexWork, keptAbove } from './index-work';
import type { PostgresDatabase } from '../database/postgres-database';

/** To look costs the server 0.4 s for a million vectors, and a tenant that has just become large is searched exactly. */
const INTERVAL_MS = 300_000;

/** Any number of ours: what instances agree on in `pg_try_advisory_lock`. */
const BUILD_LOCK = 7_309_940_116;

/**
 * Sees to it, in the background, that large tenants have an approximate index and others none, and knows who has one.
 * Of several instances one works. The lock belongs to the connection that builds: if this process dies, the server
 * builds on and holds it until the index is there; if the server dies, what is left over is dropped and built again.
 */
export class IndexKeeper {
  private indexed: ReadonlySet<number> = new Set();
  private owner?: Client;
  private stopping = false;
  private readonly task = new RecurringTask(
    () => this.keep(),
    (error) => this.report('The approximate indexes could not be looked after', error),
    INTERVAL_MS,
  );

  constructor(
    private readonly database: PostgresDatabase,
    private readonly space: VectorSpace,
  ) {}

  /** The first look is taken at once. */
  start(): void {
    this.task.run();
    this.task.start();
  }

  /** Does not wait for an index that is being built: the server goes on with it. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.owner?.end();
    await this.task.stop();
  }

  /** Whether the tenant's index can be asked, as far as is known here. */
  has(userId: number): boolean {
    return this.indexed.has(userId);
  }

  /** Takes a look now, after one that is under way, and does what is to be done, unless another instance is at it. */
  async keepNow(): Promise<void> {
    await this.task.idle();
    await this.keep();
  }

  private async keep(): Promise<void> {
    const { drop, build } = await this.look();
    if (drop.length + build.length === 0) return;
    await this.asOwner(async (owner) => {
      const { rows } = await owner.query<{ locked: boolean }>(
        `select pg_try_advisory_lock(${BUILD_LOCK}) as locked`,
      );
      if (rows[0]!.locked) await this.work(owner);
    });
  }

  /** What is to be done, as of now. */
  private look(): Promise<IndexWork> {
    const { exactUpTo } = this.database.config;
    return this.database.withoutTenant(async (connection) => {
      const existing = await readApproximateIndexes(connection);
      this.indexed = new Set(existing.filter((index) => this.isOurs(index)).map(({ userId }) => userId));
      const tenants = await readLargeTenants(connection, this.space, keptAbove(exactUpTo));
      return indexWork(existing, tenants, this.space, exactUpTo);
    });
  }

  private isOurs({ valid, modelId }: ApproximateIndex): boolean {
    return valid && modelId === this.space.modelId;
  }

  /** With the lock held: what is not valid now has been left over. */
  private async work(owner: Client): Promise<void> {
    const { drop, build } = await this.look();
    for (const index of drop) {
      await dropApproximateIndex(owner, index);
      this.database.log(`Dropped the approximate index of user ${index.userId}.`);
    }
    for (const tenant of build) if (!this.stopping) await this.build(owner, tenant);
    if (!this.stopping) await this.look();
  }

  /** One that cannot be built keeps no other from being built. */
  private async build(owner: Client, tenant: TenantSize): Promise<void> {
    const { userId, vectors } = tenant;
    this.database.log(`Building the approximate index of user ${userId}, of ${vectors} vectors.`);
    const started = performance.now();
    try {
      await buildApproximateIndex(owner, this.space, tenant);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.database.log(`The approximate index of user ${userId} was built in ${seconds} s.`);
    } catch (error) {
      this.report(`The approximate index of user ${userId} could not be built`, error);
    }
  }

  private async asOwner(work: (owner: Client) => Promise<void>): Promise<void> {
    if (this.stopping) return;
    const owner = (this.owner = this.database.ownerClient());
    try {
      await owner.connect();
      await work(owner);
    } finally {
      this.owner = undefined;
      await owner.end();
    }
  }

  private report(what: string, error: unknown): void {
    if (!this.stopping) this.database.log(`${what}: ${(error as Error).message}`);
  }
}
