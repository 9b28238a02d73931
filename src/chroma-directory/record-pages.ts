import { CollectionSegments } from './collection-catalog';
import { ChromaScalar, exactInteger, integerOf, MetadataEntries, RecordHead } from './chroma-record';
import { sequenceColumn, sequenceOf } from './sequence-number';
import { bytesOf, lastKeyOf, SqliteRow, SqliteSource, SqliteStatement, textOf } from './sqlite-source';

/** Some 2 ms of work, so that the event loop is never held for long. With half as many a record takes 5 % longer. */
const RECORDS_PER_PAGE = 100;

/** Text of a page. Keeps memory flat where documents are large; a single record may have more. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * The records of a collection, page by page in the order they were first stored, from behind a position on.
 *
 * All texts of a page come as one blob that is cut by their lengths: texts cannot be selected as such (see `SqliteSource`), and a
 * blob each would take three times as long. What is known of the values comes as one JSON text, since a row of columns each
 * takes more than twice as long; their floats as columns, because as text SQLite rounds them to 15 digits.
 */
export class RecordPages {
  private readonly heads: SqliteStatement;
  private readonly ids: SqliteStatement;
  private readonly values: SqliteStatement;
  private readonly floats: SqliteStatement;
  private readonly texts: SqliteStatement;
  private readonly arrays: SqliteStatement | undefined;

  constructor(
    source: SqliteSource,
    private readonly segments: CollectionSegments,
    places: string,
    private after = -1,
  ) {
    // NOT INDEXED: by row id, not by an index that would have to be sorted for every page.
    const records = 'embeddings e NOT INDEXED';
    const range = 'e.segment_id = ? AND e.id BETWEEN ? AND ?';
    this.heads = source.prepare(
      `SELECT +e.id, octet_length(e.embedding_id), unixepoch(e.created_at), p.element, p.queue_row,
              ${sequenceColumn('e.seq_id')}
       FROM ${records} LEFT JOIN ${places} p ON p.record = e.id
       WHERE e.segment_id = ? AND e.id > ? ORDER BY e.id LIMIT ${RECORDS_PER_PAGE}`,
    );
    this.ids = source.prepare(
      `SELECT CAST(group_concat(text, '') AS BLOB)
       FROM (SELECT e.embedding_id AS text FROM ${records} WHERE ${range} ORDER BY e.id)`,
    );
    const metadata = `${records} CROSS JOIN embedding_metadata m ON m.id = e.id WHERE ${range} ORDER BY e.id, m.key`;
    const bool = source.columnsOf('embedding_metadata').has('bool_value')
      ? 'CAST(m.bool_value AS INTEGER)'
      : 'NULL';
    this.values = source.prepare(
      `SELECT CAST('[' || coalesce(group_concat(value), '') || ']' AS BLOB)
       FROM (SELECT json_array(e.id, octet_length(m.key), octet_length(m.string_value), ${exactInteger('m.int_value')},
                               m.float_value IS NOT NULL, ${bool}) AS value FROM ${metadata})`,
    );
    this.floats = source.prepare(
      `SELECT CAST(m.float_value AS REAL) FROM ${records} CROSS JOIN embedding_metadata m ON m.id = e.id
       WHERE ${range} AND m.float_value IS NOT NULL ORDER BY e.id, m.key`,
    );
    this.texts = source.prepare(
      `SELECT CAST(group_concat(text, '') AS BLOB)
       FROM (SELECT m.key || coalesce(m.string_value, '') AS text FROM ${metadata})`,
    );
    if (hasArrays(source))
      this.arrays = source.prepare(
        `SELECT +m.id, CAST(m.key AS BLOB), CAST(m.string_value AS BLOB), ${exactInteger('m.int_value')},
                CAST(m.float_value AS REAL), CAST(m.bool_value AS INTEGER)
         FROM ${records} CROSS JOIN embedding_metadata_array m ON m.id = e.id
         WHERE ${range} ORDER BY e.id, m.rowid`,
      );
  }

  /** The next records, at least one; none behind the last. */
  next(): RecordHead[] {
    const { metadataSegment } = this.segments;
    const heads = this.heads.rows(metadataSegment, this.after);
    if (heads.length === 0) return [];
    const first = numberAt(heads[0]!, 0);
    const values = valuesIn(this.values.rows(metadataSegment, first, numberAt(heads.at(-1)!, 0))[0]);
    const fitting = heads.slice(0, countThatFits(heads, values));
    const last = lastKeyOf(fitting, this.after);
    this.after = last;
    const range = [metadataSegment, first, last] as const;
    const ids = new TextCutter(this.ids.rows(...range)[0]);
    const floats = values.some(([, , , , isFloat]) => isFloat === 1) ? this.floats.rows(...range) : [];
    const entries = readEntries(values, last, new TextCutter(this.texts.rows(...range)[0]), floats);
    for (const row of this.arrays?.rows(...range) ?? []) addToArray(entries, row);
    return fitting.map(([record, idBytes, createdAt, element, queueRow, sequence]) => ({
      id: ids.next(idBytes as number),
      entries: entries.get(record as number) ?? new Map<string, ChromaScalar>(),
      createdAt: typeof createdAt === 'number' ? new Date(createdAt * 1000) : null,
      sequence: sequenceOf(sequence),
      position: record as number,
      vector: { element: element as number | null, queueRow: queueRow as number | null },
    }));
  }
}

/** Texts side by side in one blob. */
class TextCutter {
  private readonly bytes: Buffer;
  private position = 0;

  constructor(row: SqliteRow | undefined) {
    this.bytes = bytesOf(row?.[0]);
  }

  next(length: number): string {
    return this.bytes.toString('utf8', this.position, (this.position += length));
  }
}

/** What is known of a value of metadata beside its texts, as the statement gives it. */
type ValueFacts = readonly [
  record: number,
  keyBytes: number,
  textBytes: number | null,
  int: number | string | null,
  isFloat: 0 | 1,
  bool: number | null,
];

function valuesIn(row: SqliteRow | undefined): readonly ValueFacts[] {
  return JSON.parse(textOf(row?.[0])) as ValueFacts[];
}

/** How many of the records have at most `PAGE_BYTES` of text together; at least one. */
function countThatFits(heads: readonly SqliteRow[], values: readonly ValueFacts[]): number {
  let bytes = 0;
  let value = 0;
  for (const [count, head] of heads.entries()) {
    for (; value < values.length && values[value]![0] === head[0]; value++)
      bytes += values[value]![1] + (values[value]![2] ?? 0);
    if (bytes > PAGE_BYTES && count > 0) return count;
  }
  return heads.length;
}

function readEntries(
  values: readonly ValueFacts[],
  lastRecord: number,
  texts: TextCutter,
  floats: readonly SqliteRow[],
): Map<number, MetadataEntries> {
  const entries = new Map<number, MetadataEntries>();
  let floatsRead = 0;
  for (const [record, keyBytes, textBytes, int, isFloat, bool] of values) {
    if (record > lastRecord) break;
    const key = texts.next(keyBytes);
    const text = textBytes === null ? null : texts.next(textBytes);
    const float = isFloat === 1 ? floats[floatsRead++]![0]! : null;
    const value = scalarOf([text, int, float, bool]);
    if (value !== undefined) entriesOf(entries, record).set(key, value);
  }
  return entries;
}

function addToArray(entries: Map<number, MetadataEntries>, row: SqliteRow): void {
  const [record, key, text, int, float, bool] = row;
  const value = scalarOf([text === null ? null : textOf(text), int!, float!, bool!]);
  const own = entriesOf(entries, record as number);
  const array = own.get(textOf(key));
  if (value === undefined) return;
  if (Array.isArray(array)) array.push(value);
  else own.set(textOf(key), [value]);
}

/** The first column that is set, in ChromaDB's own order; undefined where none is, which is how it keeps None. */
function scalarOf([text, int, float, bool]: SqliteRow): ChromaScalar | undefined {
  if (typeof text === 'string') return text;
  if (typeof int === 'number' || typeof int === 'string') return integerOf(int);
  if (typeof float === 'number') return float;
  return typeof bool === 'number' ? bool === 1 : undefined;
}

function entriesOf(entries: Map<number, MetadataEntries>, record: number): MetadataEntries {
  const existing = entries.get(record);
  if (existing) return existing;
  const created: MetadataEntries = new Map();
  entries.set(record, created);
  return created;
}

function hasArrays(source: SqliteSource): boolean {
  return (
    source.hasTable('embedding_metadata_array') &&
    source.rows('SELECT 1 FROM embedding_metadata_array LIMIT 1').length > 0
  );
}

function numberAt(row: SqliteRow, column: number): number {
  const value = row[column];
  return typeof value === 'number' ? value : 0;
}
