import { CollectionSegments } from './collection-catalog';
import {
  ChromaScalar,
  exactInteger,
  integerOf,
  MetadataEntries,
  RecordHead,
  VectorPlace,
} from './chroma-record';
import { SqliteRow, SqliteSource, SqliteStatement, SqliteValue, textOf } from './sqlite-source';

/** Operations of the queue, as ChromaDB numbers them. */
const ADD = 0;
const UPDATE = 1;
const DELETE = 3;

const NEW = { vector: { element: null, queueRow: null }, position: null };

interface Operation {
  readonly kind: number;
  readonly sequence: number;
  readonly hasVector: boolean;
  readonly createdAt: Date | null;
}

/**
 * What the queue holds for a collection beyond what its metadata segment has applied: a process killed between the two
 * leaves that, usually nothing. Applied here as ChromaDB would when it is opened next. Kept in memory: at most what was
 * stored in the call that was cut short.
 */
export class UnappliedRecords {
  /** Place of the last of them among all writes to the directory; 0 where there is none. */
  lastSequence = 0;
  private readonly operations = new Map<string, Operation[]>();
  private readonly applied = new Set<string>();
  private readonly metadata: SqliteStatement;

  constructor(source: SqliteSource, segments: CollectionSegments) {
    const integer = exactInteger('j.atom');
    this.metadata = source.prepare(
      `SELECT CAST(j.key AS BLOB), CAST(j.type AS BLOB),
              CASE j.type WHEN 'integer' THEN ${integer} WHEN 'real' THEN j.atom ELSE CAST(j.value AS BLOB) END
       FROM embeddings_queue q, json_each(q.metadata) j WHERE q.seq_id = ?`,
    );
    // Where nothing says how far the segment is, it has applied everything.
    if (segments.metadataWatermark === undefined) return;
    const rows = source.rows(
      `SELECT +seq_id, CAST(operation AS INTEGER), CAST(id AS BLOB), vector IS NOT NULL, unixepoch(created_at) FROM embeddings_queue
       WHERE seq_id > ? AND substr(topic, -36) = ? ORDER BY seq_id`,
      segments.metadataWatermark,
      segments.collection,
    );
    for (const row of rows) this.add(row);
  }

  private add([sequence, kind, id, hasVector, createdAt]: SqliteRow): void {
    const key = textOf(id);
    const operation = {
      kind: kind as number,
      sequence: sequence as number,
      hasVector: hasVector === 1,
      createdAt: typeof createdAt === 'number' ? new Date(createdAt * 1000) : null,
    };
    this.lastSequence = operation.sequence;
    this.operations.set(key, [...(this.operations.get(key) ?? []), operation]);
  }

  /** The record as it is after the queue; undefined if it was deleted. */
  apply(head: RecordHead): RecordHead | undefined {
    const operations = this.operations.get(head.id);
    if (operations === undefined) return head;
    this.applied.add(head.id);
    return this.after(operations, head.id, head);
  }

  /**
   * The records that exist only in the queue: everything that `apply` was not called for.
   *
   * @param exists whether a record is there that `apply` was not called for.
   */
  *created(exists: (id: string) => boolean): Generator<RecordHead> {
    for (const [id, operations] of this.operations) {
      if (this.applied.has(id) || exists(id)) continue;
      const head = this.after(operations, id, undefined);
      if (head) yield head;
    }
  }

  /** Where the queue says that the vector of a record is; undefined where it says nothing. */
  vectorOf(id: string): VectorPlace | undefined {
    const rows = this.operations.get(id)?.filter(({ hasVector }) => hasVector) ?? [];
    const last = rows.at(-1);
    return last && { element: null, queueRow: last.sequence };
  }

  /** By how much the collection's count differs from the rows of its metadata segment. */
  countDifference(exists: (id: string) => boolean): number {
    let difference = 0;
    for (const [id, operations] of this.operations) {
      const before = exists(id);
      const after = operations.reduce(existsAfter, before);
      difference += Number(after) - Number(before);
    }
    return difference;
  }

  private after(
    operations: readonly Operation[],
    id: string,
    before: RecordHead | undefined,
  ): RecordHead | undefined {
    return operations.reduce((state, operation) => this.step(id, state, operation), before);
  }

  private step(id: string, state: RecordHead | undefined, operation: Operation): RecordHead | undefined {
    const { kind, sequence, hasVector, createdAt } = operation;
    if (kind === DELETE) return undefined;
    if (state === undefined ? kind === UPDATE : kind === ADD) return state;
    const before = state ?? { ...NEW, id, entries: new Map<string, ChromaScalar>(), createdAt };
    const vector = hasVector ? { element: null, queueRow: sequence } : before.vector;
    return { ...before, entries: this.merged(before.entries, sequence), sequence, vector };
  }

  /** A null removes its key. */
  private merged(entries: MetadataEntries, sequence: number): MetadataEntries {
    const merged = new Map(entries);
    for (const [key, type, value] of this.metadata.rows(sequence)) {
      const entry = entryOf(textOf(type), value!);
      if (entry === undefined) merged.delete(textOf(key));
      else merged.set(textOf(key), entry);
    }
    return merged;
  }
}

function existsAfter(exists: boolean, { kind }: Operation): boolean {
  if (kind === DELETE) return false;
  return kind === UPDATE ? exists : true;
}

function entryOf(type: string, value: SqliteValue): ChromaScalar | ChromaScalar[] | undefined {
  switch (type) {
    case 'true':
    case 'false':
      return type === 'true';
    case 'integer':
      return integerOf(value as number | string);
    case 'real':
      return value as number;
    case 'text':
      return textOf(value);
    case 'array':
      return JSON.parse(textOf(value)) as ChromaScalar[];
    default:
      return undefined;
  }
}
