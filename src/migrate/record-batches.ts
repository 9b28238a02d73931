import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageError } from '../cli/exit-code';
import { EmbeddingModel } from '../embedding/embedder';
import { SHIPPED_MODEL } from '../embedding/shipped-model';
import { asUnit } from '../embedding/unit-vector';
import type { JsonObject } from '../memory/memory';
import { isLive } from '../memory/stored-memory';
import { rejectReason } from './migration-reject';
import type { ImportRecord } from './migration-target';
import type { SourceRecord } from './migration-source';
import type { Reject } from './rejects-file';

/** Text of a batch in UTF-16 units: memory stays flat where texts are long. A single one may be longer. */
const BATCH_CHARACTERS = 4_000_000;

/**
 * Less than a millisecond of work. The database waits with its next statement until the event loop gets its turn: with 200
 * records each of a batch's dozen statements waited 20 ms.
 */
const RECORDS_PER_TURN = 10;

/** What was read between two checkpoints. */
export interface RecordBatch {
  /** Those that their source has no vector of have none yet. */
  readonly records: readonly ImportRecord[];
  readonly rejects: readonly Reject[];
  /** Of the source's records. */
  readonly read: number;
  readonly memories: number;
  readonly expired: number;
  /** Of the last of them; null where reading cannot go on there. */
  readonly position: string | null;
  readonly isLast: boolean;
}

export interface BatchOptions {
  readonly collection: string;
  readonly batchSize: number;
  /** Of the vectors that are searched. */
  readonly model: EmbeddingModel;
  readonly now: () => Date;
}

/** Records as batches of memories that can be written, and of what cannot. There is always a last one. */
export async function* recordBatches(
  records: AsyncIterable<SourceRecord>,
  options: BatchOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  let batch = new BatchInHand(options);
  let read = 0;
  for await (const record of records) {
    if (++read % RECORDS_PER_TURN === 0) await nextTurn();
    if (batch.isFull) {
      yield batch.finish(false);
      batch = new BatchInHand(options);
    }
    batch.add(record);
  }
  yield batch.finish(true);
}

class BatchInHand {
  private readonly records: ImportRecord[] = [];
  private readonly rejects: Reject[] = [];
  private read = 0;
  private memories = 0;
  private characters = 0;
  private expired = 0;
  private position: string | null = null;

  constructor(private readonly options: BatchOptions) {}

  get isFull(): boolean {
    return this.memories >= this.options.batchSize || this.characters >= BATCH_CHARACTERS;
  }

  add(source: SourceRecord): void {
    const { collection, model, now } = this.options;
    const { id, memory } = source;
    requireModel(source, model);
    this.position = source.position;
    this.read += source.records;
    this.memories++;
    const reason = problemOf(source, model.dimension);
    if (reason !== undefined) {
      const original = source.original();
      this.characters += lengthOf(original);
      this.rejects.push({ collection, id, reason, original });
    } else if (!isLive(memory, now())) this.expired++;
    else {
      this.characters += memory.content.length;
      const { changedAt } = source;
      // Of a cosine only the direction counts, and half precision holds neither very long nor very short vectors.
      this.records.push({ recordId: id, memory, changedAt, vectors: source.vectors.map(asUnit) });
    }
  }

  finish(isLast: boolean): RecordBatch {
    const { records, rejects, read, memories, expired, position } = this;
    return { records, rejects, read, memories, expired, position, isLast };
  }
}

function problemOf({ id, memory, vectors, problem }: SourceRecord, dimension: number): string | undefined {
  const { content, metadata, externalId, sessionType, agentId, speaker, contentType, project } = memory;
  const labels = [externalId, sessionType, agentId, speaker, contentType, project];
  return rejectReason({ id, content, metadata, labels, vectors, problem }, dimension);
}

/** Vectors of two models cannot be compared, even where they have as many numbers. */
function requireModel({ model }: SourceRecord, configured: EmbeddingModel): void {
  if (model === 'original' && configured.name !== SHIPPED_MODEL)
    throw new UsageError(
      `The vectors of the source are of ${SHIPPED_MODEL}, but EMBEDDING_MODEL is ${configured.name}: vectors of two ` +
        'models cannot be compared. Leave EMBEDDING_MODEL out to migrate them. Nothing of this batch was written.',
    );
}

function lengthOf(original: JsonObject): number {
  return JSON.stringify(original).length;
}
