import type { Clock } from '../../memory/memory-backend';
import { isLive } from '../../memory/stored-memory';
import { isNamesake } from '../import-decision';
import { compareMemories } from './memory-comparison';
import type { MigrationRun } from '../migration-run';
import type { SourceCollection } from '../migration-source';
import type { ImportRecord } from '../migration-target';
import type { RecordBatch } from '../record-batches';
import { Reservoir } from './reservoir';
import { FoundMemory, Holder, SAMPLES, VerificationTarget, VerifiedMemory } from './verification';
import { CollectionTally, VerificationTally } from './verification-tally';

export interface Sample {
  readonly memory: VerifiedMemory;
  readonly vector: Float32Array;
}

export interface RowVerifierOptions {
  readonly run: Pick<MigrationRun, 'id' | 'startedAt'>;
  readonly clock: Clock;
  /** Picks the samples: from 0 to below 1. */
  readonly random: () => number;
}

/** Compares memories of the source, batch by batch, with what can be read back of them. */
export class RowVerifier {
  /** Some of those that are the same. */
  readonly samples: Reservoir<Sample>;
  /** Memories that are otherwise in the target, and may be. */
  readonly excluded = new Set<string>();
  /** By user: what the run has written that is unchanged. */
  readonly untouched = new Map<number, number>();

  constructor(
    private readonly target: VerificationTarget,
    private readonly tally: VerificationTally,
    private readonly options: RowVerifierOptions,
  ) {
    this.samples = new Reservoir(SAMPLES, options.random);
  }

  async compare(
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
    const comparison = compareMemories(record, found, holder, this.options.run.startedAt);
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
}
