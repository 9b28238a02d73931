import { createHash } from 'node:crypto';
import type { Comparison } from './memory-comparison';
import type { SourceCollection } from './migration-source';
import type {
  CollectionVerification,
  Difference,
  Differing,
  Verification,
  VerifiedMemory,
} from './verification';

/** So many of each kind are named. */
const MOST_EXAMPLES = 10;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type CollectionTally = Mutable<CollectionVerification>;

/** Adds up what a verification finds. */
export class VerificationTally {
  readonly collections: CollectionTally[] = [];
  private readonly differing = new Map<Difference, Differing>();
  private readonly digests = { source: createHash('sha256'), target: createHash('sha256') };
  private compared = 0;
  private lowestCosine: number | null = null;
  private notInSource = 0;

  begin({ name, userId }: SourceCollection): CollectionTally {
    const tally = {
      name,
      userId,
      memories: 0,
      same: 0,
      differing: 0,
      missing: 0,
      changedSince: 0,
      leftAsTheyWere: 0,
      rejected: 0,
      expired: 0,
    };
    this.collections.push(tally);
    return tally;
  }

  differs(kind: Difference, memory: VerifiedMemory): void {
    const { count = 0, examples = [] } = this.differing.get(kind) ?? {};
    const named = count < MOST_EXAMPLES ? [...examples, memory] : examples;
    this.differing.set(kind, { count: count + 1, examples: named });
  }

  /** Of a memory whose text and metadata, and vectors where the source has any, were compared. */
  addCompared({ digests, cosines }: Comparison, hasVectors: boolean): void {
    this.digests.source.update(digests.source);
    this.digests.target.update(digests.target);
    if (!hasVectors) this.notInSource++;
    this.compared += cosines.length;
    for (const cosine of cosines)
      if (this.lowestCosine === null || !(cosine >= this.lowestCosine)) this.lowestCosine = cosine;
  }

  finish(nearest: Verification['nearest']): Verification {
    const { source, target } = this.digests;
    return {
      passed: this.differing.size === 0 && nearest.differing.count === 0,
      collections: this.collections,
      differences: Object.fromEntries(this.differing),
      digests: { source: source.digest('hex'), target: target.digest('hex') },
      vectors: {
        compared: this.compared,
        lowestCosine: this.lowestCosine,
        notInSource: this.notInSource,
      },
      nearest,
    };
  }
}
