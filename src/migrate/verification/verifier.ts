import type { EmbeddingModel } from '../../embedding/embedder';
import type { MigrationSource, SourceCollection } from '../migration-source';
import { differingNearest, NEAREST_ASKED } from './nearest-comparison';
import { readAhead } from '../read-ahead';
import { RecordBatch, recordBatches } from '../record-batches';
import { RowVerifier, RowVerifierOptions, Sample } from './row-verifier';
import { SourceNearest } from './source-nearest';
import { FoundNear, Verification, VerificationTarget } from './verification';
import { VerificationTally } from './verification-tally';

/** Memories that are read back at once. */
const BATCH = 1_000;

/** Of samples whose nearest are others so many are shown. */
const MOST_EXAMPLES = 10;

export interface VerifierOptions extends RowVerifierOptions {
  readonly model: EmbeddingModel;
  /** Aborted: the verification ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Called with how many records of the source were read; in the end each was read twice. */
  readonly onRecords: (records: number) => void;
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
  private readonly rows: RowVerifier;
  /** What has expired by then is not there, neither here nor in the source. */
  private readonly at: Date;
  /** By user: ids of what the run has written, less those of the source; only where there are too many. */
  private readonly surplus = new Map<number, Set<string>>();

  constructor(
    private readonly source: MigrationSource,
    private readonly target: VerificationTarget,
    private readonly options: VerifierOptions,
  ) {
    this.rows = new RowVerifier(target, this.tally, options);
    this.at = options.clock.now();
  }

  /** @returns undefined where it was told to stop. */
  async verify(): Promise<Verification | undefined> {
    for (const collection of this.source.collections) {
      const tally = this.tally.begin(collection);
      const compare = (batch: RecordBatch) => this.rows.compare(collection, batch, tally);
      if (!(await this.eachBatch(collection, compare))) return undefined;
    }
    await this.findSurplus();
    const samples = this.rows.samples.items;
    const found = await this.askTarget(samples);
    const truth = await this.askSource(samples, found);
    if (!truth) return undefined;
    this.tellSurplus();
    const differing = truth.answers.flatMap(
      (answer, i) => differingNearest(samples[i]!.memory, found[i]!, answer) ?? [],
    );
    return this.tally.finish({
      samples: samples.length,
      differing: { count: differing.length, examples: differing.slice(0, MOST_EXAMPLES) },
    });
  }

  private async askTarget(samples: readonly Sample[]): Promise<FoundNear[][]> {
    const found: FoundNear[][] = [];
    for (const { memory, vector } of samples)
      found.push(await this.target.nearest(memory.userId, vector, NEAREST_ASKED, this.at));
    return found;
  }

  /** The nearest by brute force. What the source has is no surplus. @returns undefined where it was told to stop. */
  private async askSource(
    samples: readonly Sample[],
    found: readonly (readonly FoundNear[])[],
  ): Promise<SourceNearest | undefined> {
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
          if (!this.rows.excluded.has(memory.id)) truth.add(userId, memory.id, vectors);
        }
      });
      if (!finished) return undefined;
    }
    return truth;
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
      batchSize: BATCH,
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

  /** Where the run has written more than was found by the source's memories, ids are needed to tell which. */
  private async findSurplus(): Promise<void> {
    for (const userId of new Set(this.source.collections.map((collection) => collection.userId)))
      if ((await this.target.countUntouched(userId, this.at)) > (this.rows.untouched.get(userId) ?? 0))
        this.surplus.set(userId, await this.target.untouchedIds(userId, this.at));
  }

  private tellSurplus(): void {
    for (const [userId, ids] of this.surplus)
      for (const id of ids) this.tally.differs('surplus', { userId, id, recordId: null, collection: null });
  }
}
