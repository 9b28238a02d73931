import { createHash } from 'node:crypto';
import type { Comparison } from './memory-comparison';
import type { SourceCollection } from '../migration-source';
import type {
  CollectionVerification,
  Difference,
  Differing,
  Verification,
  VerifiedMemory,
} from './verification';

/** So many of each kind are named. */
const MOST_EXAMPLES = 10;

const NONE: Differing = { count: 0, examples: [] };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type CollectionTally = Mutable<CollectionVerification>;

/** Adds up what a verification finds. */
export class VerificationTally {
  readonly collections: CollectionTally[] = [];
  private readonly differing = new Map<Difference, Differing>();
  private left = NONE;
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
    this.differing.set(kind, oneMore(this.differing.get(kind) ?? NONE, memory));
  }

  /** Of a memory that was there before, otherwise. */
  leaves(memory: VerifiedMemory): void {
    this.left = oneMore(this.left, memory);
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
      left: this.left,
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

function oneMore({ count, examples }: Differing, memory: VerifiedMemory): Differing {
  return { count: count + 1, examples: count < MOST_EXAMPLES ? [...examples, memory] : examples };
}
