import type { MigrationReport } from '../../src/migrate/migration-report';
import type { OnConflict } from '../../src/migrate/migration-run';
import type { ImportTarget } from '../../src/migrate/postgres/import-target';
import type { RollbackReport } from '../../src/migrate/rollback/rollback';
import { rollBackRun } from '../../src/migrate/rollback/rollback-run';
import type { Verification } from '../../src/migrate/verification/verification';
import { verifyRun } from '../../src/migrate/verification/verify-run';
import { GivenCollection, GivenSource } from './given-source';
import { MigrationRig, originalModel } from './migrating';

const SILENT = {
  start: () => undefined,
  advance: () => undefined,
  skip: () => undefined,
  end: () => undefined,
};

const HERE = { place: { path: '' }, choice: { all: true, userId: 1, collections: [] }, allowLive: false };

/** Migrations of what a test gives into one database. */
export class GivenMigrations {
  readonly rig: MigrationRig;
  private collections: readonly GivenCollection[] = [];

  constructor(url: string, verify = false) {
    const openSource = async () => new GivenSource(this.collections);
    this.rig = new MigrationRig(url, { openSource, verify });
  }

  migrate(
    collections: readonly GivenCollection[],
    onConflict: OnConflict = 'skip',
  ): Promise<MigrationReport & { readonly runId: string }> {
    this.collections = collections;
    return this.rig.start(HERE, { onConflict, batchSize: 100 }) as never;
  }

  verify(runId: string, collections: readonly GivenCollection[]): Promise<Verification> {
    return this.withTarget(async (target) => {
      const parts = { model: originalModel(), clock: this.rig.clock, progress: SILENT, ...never() };
      const run = (await target.find(runId))!;
      return (await verifyRun(parts, target, new GivenSource(collections), run))!;
    });
  }

  /** @param onPage called with how many memories were dealt with, and with what stops it. */
  rollBack(
    runId: string,
    onPage: (memories: number, stop: AbortController) => unknown = () => undefined,
  ): Promise<RollbackReport | undefined> {
    return this.withTarget(async (target) => {
      const stop = new AbortController();
      const progress = { ...SILENT, advance: (memories: number) => onPage(memories, stop) };
      return rollBackRun(target, (await target.find(runId))!, { ...never(), progress, stop: stop.signal });
    });
  }

  private async withTarget<T>(work: (target: ImportTarget) => Promise<T>): Promise<T> {
    const target = this.rig.target();
    await target.open(originalModel());
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  }
}

/** Nobody is told, and nothing is stopped. */
function never(): { say: () => void; stop: AbortSignal } {
  return { say: () => undefined, stop: new AbortController().signal };
}
