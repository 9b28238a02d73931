import { RejectTally } from '../memory/reject-tally';
import type { CollectionProgress, RecordCounts, Renamed } from './migration-run';
import { NO_RECORDS } from './migration-run';
import type { SourceCollection } from './migration-source';
import type { BatchOutcome } from './migration-target';
import type { RecordBatch } from './record-batches';

/** Of renamed memories so many are named; with the checkpoint they are written again and again. */
const MOST_RENAMED = 100;

/** Nothing read yet. */
export function atTheBeginning(
  { key, name, userId, records }: SourceCollection,
  rejectsBytes: number,
): CollectionProgress {
  return {
    key,
    name,
    userId,
    total: records,
    done: false,
    position: null,
    counts: NO_RECORDS,
    rejects: [],
    renamed: { count: 0, examples: [] },
    rejectsBytes,
  };
}

/** How far a collection is after a batch. */
export function progressAfter(
  earlier: CollectionProgress,
  batch: RecordBatch,
  outcome: BatchOutcome,
  { embedded, rejectsBytes }: { readonly embedded: number; readonly rejectsBytes: number },
): CollectionProgress {
  const tally = new RejectTally(earlier.rejects);
  for (const { reason, id } of batch.rejects) tally.add(reason, storable(id));
  const renamed = outcome.renamed.map(storableName);
  return {
    ...earlier,
    done: batch.isLast,
    position: batch.position,
    counts: sum(earlier.counts, {
      records: batch.read,
      memories: batch.memories,
      inserted: outcome.inserted,
      overwritten: outcome.overwritten,
      skipped: outcome.skipped,
      rejected: batch.rejects.length,
      expired: batch.expired,
      newerInSource: outcome.newerInSource,
      embedded,
    }),
    rejects: tally.rejects,
    renamed: {
      count: earlier.renamed.count + renamed.length,
      examples: [...earlier.renamed.examples, ...renamed].slice(0, MOST_RENAMED),
    },
    rejectsBytes,
  };
}

export function sum(a: RecordCounts, b: RecordCounts): RecordCounts {
  const keys = Object.keys(NO_RECORDS) as (keyof RecordCounts)[];
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as RecordCounts;
}

/** Of all collections together. */
export function totalOf({
  collections,
}: {
  readonly collections: readonly Pick<CollectionProgress, 'counts'>[];
}): RecordCounts {
  return collections.reduce((total, { counts }) => sum(total, counts), NO_RECORDS);
}

function storableName({ recordId, externalId }: Renamed): Renamed {
  return { recordId: storable(recordId), externalId };
}

/** jsonb takes neither NUL nor half of a surrogate pair. */
function storable(id: string): string {
  return id.replaceAll('\0', '\ufffd').replace(/\p{Surrogate}/gu, '\ufffd');
}
