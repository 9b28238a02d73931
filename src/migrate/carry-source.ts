import type { MigrationParts } from './migration-parts';
import type { CollectionProgress } from './migration-run';
import type { MigrationSource } from './migration-source';
import type { MigrationSink } from './migration-target';
import { Migrator, MigratorOptions, RejectSink } from './migrator';

/** From where to where, and how. */
export interface Carried extends Pick<MigratorOptions, 'embed' | 'importedAt' | 'run'> {
  readonly source: MigrationSource;
  readonly sink: MigrationSink;
  readonly rejects: RejectSink;
}

/**
 * Carries a source into a sink, with its progress shown.
 *
 * @param earlier checkpoints of the run, if it is resumed.
 * @returns how far each collection is.
 */
export async function carrySource(
  { model, clock, stop, progress }: MigrationParts,
  { source, sink, rejects, ...how }: Carried,
  earlier: readonly CollectionProgress[],
): Promise<CollectionProgress[]> {
  progress.start(source.collections.reduce((total, { records }) => total + records, 0));
  try {
    return await new Migrator(source, sink, rejects, { model, clock, stop, progress, ...how }).run(earlier);
  } finally {
    progress.end();
  }
}
