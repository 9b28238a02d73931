import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import { CollectionSegments } from './collection-catalog';
import { hasIndex, HnswIndex, IndexDamagedError, indexFacts } from './hnsw-index';
import { lastKeyOf, SqliteRow, SqliteSource } from './sqlite-source';

/**
 * Where each record of a collection has its vector, as a temporary table `record, element, queue_row`: an element of the
 * index, or the row of the queue that came later. In a table so that memory stays flat however many records there are.
 */
export interface VectorPlaces {
  readonly table: string;
  /** Set where the collection has an index that can be read, whole or in part. */
  readonly index: HnswIndex | undefined;
  /** What is wrong with the index: vectors that are nowhere else are lost. */
  readonly damage: string | undefined;
}

/** Rows between two turns of the event loop: some 4 ms. */
const ROWS_PER_TURN = 500;

/** As ChromaDB numbers it in the queue. */
const OPERATION_DELETE = 3;

export async function findVectorPlaces(
  source: SqliteSource,
  directory: string,
  segments: CollectionSegments,
  table: string,
): Promise<VectorPlaces> {
  source.execute(
    `CREATE TEMP TABLE ${table} (record INTEGER PRIMARY KEY, element INTEGER, queue_row INTEGER)`,
  );
  const found = await readIndex(source, join(directory, segments.vectorSegment ?? ''), segments, table);
  // Of a damaged index the queue may still have what it lost: ChromaDB 0.4 never shortened its queue.
  const watermark = found.damage === undefined ? (segments.vectorWatermark ?? found.watermark) : 0;
  await applyQueue(source, segments, table, watermark);
  return { table, index: found.index, damage: found.damage };
}

interface IndexFindings {
  readonly index: HnswIndex | undefined;
  readonly damage: string | undefined;
  readonly watermark: number;
}

async function readIndex(
  source: SqliteSource,
  folder: string,
  segments: CollectionSegments,
  table: string,
): Promise<IndexFindings> {
  if (segments.vectorSegment === undefined || !hasIndex(folder)) {
    const damage = segments.vectorWatermark ? 'index_metadata.pickle is missing' : undefined;
    return { index: undefined, damage, watermark: 0 };
  }
  let index: HnswIndex | undefined;
  try {
    index = HnswIndex.open(folder);
    await placeElements(source, index, table);
    const watermark = await placeLabels(source, folder, segments, table);
    return { index, damage: index.damage, watermark };
  } catch (error) {
    index?.close();
    if (!(error instanceof IndexDamagedError)) throw error;
    source.execute(`DELETE FROM ${table}`);
    return { index: undefined, damage: error.message, watermark: 0 };
  } finally {
    source.execute(`DROP TABLE IF EXISTS ${table}_elements`);
  }
}

/** Elements are not in the order of their labels: the index adds them from several threads. */
async function placeElements(source: SqliteSource, index: HnswIndex, table: string): Promise<void> {
  source.execute(`CREATE TEMP TABLE ${table}_elements (label INTEGER PRIMARY KEY, element INTEGER)`);
  const insert = source.prepare(`INSERT OR REPLACE INTO ${table}_elements VALUES (?, ?)`);
  let element = 0;
  for (const label of index.labels()) {
    insert.run(label, element++);
    if (element % ROWS_PER_TURN === 0) await nextTurn();
  }
}

/** @returns the watermark that the index itself has, 0 where it has none. */
async function placeLabels(
  source: SqliteSource,
  folder: string,
  { metadataSegment }: CollectionSegments,
  table: string,
): Promise<number> {
  const insert = source.prepare(
    `INSERT OR REPLACE INTO ${table} (record, element)
     SELECT e.id, l.element FROM embeddings e, ${table}_elements l
     WHERE e.segment_id = ? AND e.embedding_id = ? AND l.label = ?`,
  );
  let watermark = 0;
  let labels = 0;
  for (const fact of indexFacts(folder)) {
    if (fact.kind === 'watermark') {
      watermark = fact.sequence;
      continue;
    }
    insert.run(metadataSegment, fact.recordId, fact.label);
    if (++labels % ROWS_PER_TURN === 0) await nextTurn();
  }
  return watermark;
}

/** Rows of the queue from ?1 to ?3 that have the same operation, each with the record of its id if there still is one. */
const ROWS_OF_QUEUE = `
  FROM embeddings_queue q CROSS JOIN embeddings e ON e.segment_id = ?2 AND e.embedding_id = q.id
  WHERE q.seq_id BETWEEN ?1 AND ?3 AND substr(q.topic, -36) = ?4 AND (q.vector IS NOT NULL OR q.operation = ${OPERATION_DELETE})`;

/**
 * An add of what exists is ignored. A record whose last applied operation is earlier than the add existed before it,
 * which only matters where the index that would show it is damaged. Sequences in blobs compare as big-endian bytes.
 */
const NOT_IGNORED = `
  AND CASE typeof(e.seq_id) WHEN 'blob' THEN e.seq_id >= unhex(printf('%016x', q.seq_id)) ELSE e.seq_id >= q.seq_id END`;

/** ChromaDB's own rules for each operation, as if row by row. */
function queueStatements(table: string): Readonly<Record<number, string>> {
  const inOrder = 'ORDER BY q.seq_id';
  return {
    0: `INSERT OR IGNORE INTO ${table} (record, queue_row) SELECT e.id, q.seq_id ${ROWS_OF_QUEUE} ${NOT_IGNORED} ${inOrder}`,
    1: `UPDATE ${table} SET element = NULL, queue_row = latest.row
        FROM (SELECT e.id AS id, max(q.seq_id) AS row ${ROWS_OF_QUEUE} GROUP BY e.id) AS latest WHERE record = latest.id`,
    2: `INSERT OR REPLACE INTO ${table} (record, queue_row) SELECT e.id, q.seq_id ${ROWS_OF_QUEUE} ${inOrder}`,
    [OPERATION_DELETE]: `DELETE FROM ${table} WHERE record IN (SELECT e.id ${ROWS_OF_QUEUE})`,
  };
}

async function applyQueue(
  source: SqliteSource,
  segments: CollectionSegments,
  table: string,
  watermark: number,
): Promise<void> {
  const { collection, metadataSegment } = segments;
  const page = source.prepare(
    `SELECT +seq_id, CAST(operation AS INTEGER) FROM embeddings_queue
     WHERE seq_id > ? AND substr(topic, -36) = ? AND (vector IS NOT NULL OR operation = ${OPERATION_DELETE})
     ORDER BY seq_id LIMIT ${ROWS_PER_TURN}`,
  );
  const statements = Object.entries(queueStatements(table)).map(
    ([operation, sql]) => [Number(operation), source.prepare(sql)] as const,
  );
  const apply = new Map(statements);
  for (let after = watermark; ;) {
    const rows = page.rows(after, collection);
    if (rows.length === 0) return;
    for (const { operation, first, last } of stretchesOf(rows))
      apply.get(operation)?.run(first, metadataSegment, last, collection);
    after = lastKeyOf(rows, after);
    await nextTurn();
  }
}

/** Rows side by side that have the same operation: at once they take a third of the time that they take one by one. */
function stretchesOf(rows: readonly SqliteRow[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [row, operation] of rows as readonly (readonly [number, number])[]) {
    const stretch = stretches.at(-1);
    if (stretch?.operation === operation) stretch.last = row;
    else stretches.push({ operation, first: row, last: row });
  }
  return stretches;
}

interface Stretch {
  readonly operation: number;
  readonly first: number;
  last: number;
}
