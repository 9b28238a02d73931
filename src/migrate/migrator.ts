import type { Clock } from '../memory/memory-backend';
import { atTheBeginning, progressAfter } from './collection-tally';
import type { CollectionProgress, RunOptions } from './migration-run';
import type { MigrationSource, SourceCollection } from './migration-source';
import type { ImportRecord, MigrationSink } from './migration-target';
import { RejectedRecordError } from './migration.errors';
import { readAhead } from './read-ahead';
import { BatchOptions, recordBatches } from './record-batches';
import type { Reject } from './rejects-file';

/** Where rejects go: a file, or, of a dry run, nowhere. */
export interface RejectSink {
  readonly bytes: number;
  /** Cuts off everything behind a length. */
  rewind(bytes: number): void;
  append(rejects: readonly Reject[]): void;
}

export interface MigratorOptions extends Pick<BatchOptions, 'model'> {
  /** Vectors of texts whose source has none; where there is no such source, it is not needed. */
  readonly embed?: (texts: readonly string[]) => Promise<Float32Array[][]>;
  readonly run: Pick<RunOptions, 'batchSize' | 'strict'>;
  readonly clock: Clock;
  /** When the run was started. */
  readonly importedAt: Date;
  /** Aborted: the run ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Counts the source's records. */
  readonly progress: { advance(records: number): void; skip(records: number): void };
}

/** Carries the collections of a source into a sink, batch by batch, each with its checkpoint. */
export class Migrator {
  constructor(
    private readonly source: MigrationSource,
    private readonly sink: MigrationSink,
    private readonly rejects: RejectSink,
    private readonly options: MigratorOptions,
  ) {}

  /**
   * @param earlier checkpoints of the run, if it is resumed.
   * @returns how far each collection is: all of them done, unless it was told to stop.
   * @throws RejectedRecordError where the run is strict.
   */
  async run(earlier: readonly CollectionProgress[]): Promise<CollectionProgress[]> {
    const known = earlier.filter(canGoOn);
    this.rejects.rewind(known.reduce((bytes, { rejectsBytes }) => Math.max(bytes, rejectsBytes), 0));
    const result: CollectionProgress[] = [];
    for (const collection of this.source.collections) {
      const before =
        known.find(({ key }) => key === collection.key) ?? atTheBeginning(collection, this.rejects.bytes);
      this.options.progress.skip(before.counts.records);
      const isWanted = !before.done && !this.options.stop.aborted;
      result.push(isWanted ? await this.migrate(collection, before) : before);
    }
    return result;
  }

  private async migrate(
    collection: SourceCollection,
    before: CollectionProgress,
  ): Promise<CollectionProgress> {
    await this.sink.begin(collection, before);
    let progress = before;
    for await (const batch of readAhead(this.batches(collection, before.position))) {
      this.rejects.append(batch.rejects);
      const [reject] = batch.rejects;
      if (reject && this.options.run.strict) throw new RejectedRecordError(reject);
      const earlier = progress;
      const { records, embedded } = await this.withVectors(collection, batch.records);
      progress = await this.sink.write(collection, records, (outcome) =>
        progressAfter(earlier, batch, outcome, { embedded, rejectsBytes: this.rejects.bytes }),
      );
      this.options.progress.advance(batch.read);
      if (this.options.stop.aborted) break;
    }
    return progress;
  }

  /** Of those without a vector, only what will be written is embedded. */
  private async withVectors(
    collection: SourceCollection,
    records: readonly ImportRecord[],
  ): Promise<{ readonly records: readonly ImportRecord[]; readonly embedded: number }> {
    const without = records.filter(({ vectors }) => vectors.length === 0);
    if (without.length === 0) return { records, embedded: 0 };
    if (!this.options.embed) throw new TypeError('a source without vectors needs a model');
    const wanted = await this.sink.wanted(collection, without);
    const vectors = await this.options.embed(wanted.map(({ memory }) => memory.content));
    const made = new Map(wanted.map(({ recordId }, i) => [recordId, vectors[i]!]));
    return {
      records: records.map((record) => ({ ...record, vectors: made.get(record.recordId) ?? record.vectors })),
      embedded: wanted.length,
    };
  }

  private batches(collection: SourceCollection, after: string | null): ReturnType<typeof recordBatches> {
    const { importedAt, clock, model, run } = this.options;
    const records = this.source.records(collection, { importedAt }, after ?? undefined);
    const now = () => clock.now();
    const { name } = collection;
    return recordBatches(records, { collection: name, batchSize: run.batchSize, model, now });
  }
}

/** A collection that cannot be read from the middle begins again, its counts at nothing. */
function canGoOn({ done, position }: CollectionProgress): boolean {
  return done || position !== null;
}
