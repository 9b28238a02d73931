import type { EmbeddingModel } from '../embedding/embedder';
import type { Clock } from '../memory/memory-backend';
import { isLive } from '../memory/stored-memory';
import { isNamesake } from './import-decision';
import { compareMemories } from './memory-comparison';
import type { MigrationRun } from './migration-run';
import type { MigrationSource, SourceCollection } from './migration-source';
import type { ImportRecord } from './migration-target';
import { differingNearest, NEAREST_ASKED } from './nearest-comparison';
import { readAhead } from './read-ahead';
import { RecordBatch, recordBatches } from './record-batches';
import { Reservoir } from './reservoir';
import { SourceNearest } from './source-nearest';
import {
  FoundMemory,
  FoundNear,
  Holder,
  SAMPLES,
  Verification,
  VerificationTarget,
  VerifiedMemory,
} from './verification';
import { CollectionTally, VerificationTally } from './verification-tally';

export interface VerifierOptions {
  readonly run: Pick<MigrationRun, 'id' | 'startedAt' | 'options'>;
  readonly model: EmbeddingModel;
  readonly clock: Clock;
  /** Picks the samples: from 0 to below 1. */
  readonly random: () => number;
  /** Aborted: the verification ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Called with how many records of the source were read; in the end each was read twice. */
  readonly onRecords: (records: number) => void;
}

interface Sample {
  readonly memory: VerifiedMemory;
  readonly vector: Float32Array;
}

/**
 * Proves that what a run was to migrate is in the target: streams the source again, compares every memory with what can
 * be read back, and a sample's nearest with brute force over the source's own vectors. Memory does not grow with either.
 *
 * What the target holds besides is no failure: memories that were there before, were skipped because of that, have been
 * changed by the service since, or have expired.
 */
export class Verifier {
  private readonly tally = new VerificationTally();
  private readonly samples: Reservoir<Sample>;
  /** What the target has expired by, and the source. */
  private readonly at: Date;
  /** Memories that are otherwise in the target, and may be. */
  private readonly excluded = new Set<string>();
  /** By user: what the run has written that is unchanged. */
  private readonly untouched = new Map<number, number>();
  /** By user: ids of what the run has written, less those of the source; only where there are too many. */
  private readonly surplus = new Map<number, Set<string>>();

  constructor(
    private readonly source: MigrationSource,
    private readonly target: VerificationTarget,
    private readonly options: VerifierOptions,
  ) {
    this.samples = new Reservoir(SAMPLES, options.random);
    this.at = options.clock.now();
  }

  /** @returns undefined where it was told to stop. */
  async verify(): Promise<Verification | undefined> {
    for (const collection of this.source.collections) {
      const tally = this.tally.begin(collection);
      const finished = await this.eachBatch(collection, (batch) => this.compare(collection, batch, tally));
      if (!finished) return undefined;
    }
    await this.findSurplus();
    const samples = this.samples.items;
    const found = await this.askTarget(samples);
    const questions = samples.map(({ memory, vector }, i) => ({
      userId: memory.userId,
      vector,
      wanted: found[i]!.map(({ id }) => id),
    }));
    const truth = new SourceNearest(questions);
    for (const collection of this.source.collections) {
      const { userId } = collection;
      const finished = await this.eachBatch(collection, async ({ records }) => {
        for (const { memory, vectors } of records) {
          this.surplus.get(userId)?.delete(memory.id);
          if (!this.excluded.has(memory.id)) truth.add(userId, memory.id, vectors);
        }
      });
      if (!finished) return undefined;
    }
    this.tellSurplus();
    const differing = truth.answers.flatMap(
      (answer, i) => differingNearest(samples[i]!.memory, found[i]!, answer) ?? [],
    );
    return this.tally.finish({
      samples: samples.length,
      differing: { count: differing.length, examples: differing.slice(0, 10) },
    });
  }

  /** @returns whether it was not stopped. */
  private async eachBatch(
    collection: SourceCollection,
    work: (batch: RecordBatch) => Promise<void>,
  ): Promise<boolean> {
    const { run, model, stop, onRecords } = this.options;
    const records = this.source.records(collection, { importedAt: run.startedAt });
    const batches = recordBatches(records, {
      collection: collection.name,
      batchSize: run.options.batchSize,
      model,
      now: () => this.at,
    });
    for await (const batch of readAhead(batches)) {
      if (stop.aborted) return false;
      await work(batch);
      onRecords(batch.read);
    }
    return true;
  }

  private async compare(
    collection: SourceCollection,
    { records, rejects, expired }: RecordBatch,
    tally: CollectionTally,
  ): Promise<void> {
    tally.rejected += rejects.length;
    tally.expired += expired;
    const { userId } = collection;
    const ids = records.map(({ memory }) => memory.id);
    const found = await this.target.find(userId, ids);
    const misnamed = records.flatMap(({ memory }) =>
      found.get(memory.id)?.memory.externalId === memory.externalId ? [] : (memory.externalId ?? []),
    );
    const holders = await this.target.holders(userId, misnamed);
    for (const record of records) {
      const { id, externalId } = record.memory;
      const holder = externalId === null ? undefined : holders.get(externalId);
      this.compareOne(collection, record, found.get(id), holder, tally);
    }
  }

  private compareOne(
    { name, userId }: SourceCollection,
    record: ImportRecord,
    found: FoundMemory | undefined,
    holder: Holder | undefined,
    tally: CollectionTally,
  ): void {
    const verified = { userId, id: record.memory.id, recordId: record.recordId, collection: name };
    if (!found) return this.tellAbsent(record, verified, holder, tally);
    tally.memories++;
    if (found.isOfRun && found.isUntouched) this.untouched.set(userId, (this.untouched.get(userId) ?? 0) + 1);
    const comparison = compareMemories(record, found, holder);
    if (found.isOfRun ? !found.isUntouched : comparison.differences.length > 0) {
      if (found.isOfRun) tally.changedSince++;
      else this.leave(verified, tally);
      this.excluded.add(verified.id);
      return;
    }
    const [vector] = record.vectors;
    this.tally.addCompared(comparison, vector !== undefined);
    if (comparison.differences.length > 0) tally.differing++;
    else tally.same++;
    if (comparison.differences.length === 0 && vector)
      this.samples.offer(() => ({ memory: verified, vector }));
    for (const kind of comparison.differences) this.tally.differs(kind, verified);
  }

  /** Its external id may have been there before, as another memory's: then that was left as it is. */
  private tellAbsent(
    record: ImportRecord,
    verified: VerifiedMemory,
    holder: Holder | undefined,
    tally: CollectionTally,
  ): void {
    const { run, clock } = this.options;
    const isHeld = holder !== undefined && !isNamesake(record, holder, { runId: run.id });
    if (!isHeld && !isLive(record.memory, clock.now())) {
      tally.expired++;
      return;
    }
    tally.memories++;
    if (isHeld) this.leave(verified, tally);
    else {
      tally.missing++;
      this.tally.differs('missing', verified);
    }
  }

  private leave(verified: VerifiedMemory, tally: CollectionTally): void {
    tally.leftAsTheyWere++;
    this.tally.leaves(verified);
    this.excluded.add(verified.id);
  }

  /** Where the run has written more than was found by the source's memories, ids are needed to tell which. */
  private async findSurplus(): Promise<void> {
    for (const userId of new Set(this.source.collections.map((collection) => collection.userId)))
      if ((await this.target.countUntouched(userId, this.at)) > (this.untouched.get(userId) ?? 0))
        this.surplus.set(userId, await this.target.untouchedIds(userId, this.at));
  }

  private tellSurplus(): void {
    for (const [userId, ids] of this.surplus)
      for (const id of ids) this.tally.differs('surplus', { userId, id, recordId: null, collection: null });
  }

  private async askTarget(samples: readonly Sample[]): Promise<FoundNear[][]> {
    const found: FoundNear[][] = [];
    for (const { memory, vector } of samples)
      found.push(await this.target.nearest(memory.userId, vector, NEAREST_ASKED, this.at));
    return found;
  }
}
