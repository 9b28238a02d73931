import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';

const COLLECTION = '5552eeb6-ad75-4127-aa10-a2fc9e1a5a33';
const METADATA_SEGMENT = '9459a8ac-3683-46ed-bd4b-2415cfd82376';
const VECTOR_SEGMENT = 'ab893371-9898-4440-ba37-1e2dcbc6fafd';
const TOPIC = `persistent://default/default/${COLLECTION}`;

export const ADD = 0;
export const UPDATE = 1;
export const UPSERT = 2;
export const DELETE = 3;

type SqlValue = string | number | bigint | Buffer | null;

/** The tables of ChromaDB 1.5, as far as they are read. */
const SCHEMA = `
  CREATE TABLE migrations (dir TEXT, version INTEGER, filename TEXT, sql TEXT, hash TEXT, PRIMARY KEY (dir, version));
  INSERT INTO migrations VALUES ('sysdb', 10, '', '', ''), ('metadb', 6, '', '', ''), ('embeddings_queue', 2, '', '', '');
  CREATE TABLE collections (id TEXT PRIMARY KEY, name TEXT, dimension INTEGER, database_id TEXT, config_json_str TEXT, schema_str TEXT);
  CREATE TABLE collection_metadata (collection_id TEXT, key TEXT, str_value TEXT, PRIMARY KEY (collection_id, key));
  CREATE TABLE databases (id TEXT PRIMARY KEY, name TEXT, tenant_id TEXT);
  CREATE TABLE segments (id TEXT PRIMARY KEY, type TEXT, scope TEXT, collection TEXT);
  CREATE TABLE embeddings (id INTEGER PRIMARY KEY, segment_id TEXT, embedding_id TEXT, seq_id BLOB,
    created_at TIMESTAMP DEFAULT '2025-01-02 03:04:05', UNIQUE (segment_id, embedding_id));
  CREATE TABLE embedding_metadata (id INTEGER, key TEXT, string_value TEXT, int_value INTEGER, float_value REAL,
    bool_value INTEGER, PRIMARY KEY (id, key));
  CREATE TABLE embedding_metadata_array (id INTEGER, key TEXT, string_value TEXT, int_value INTEGER, float_value REAL,
    bool_value INTEGER);
  CREATE TABLE max_seq_id (segment_id TEXT PRIMARY KEY, seq_id INTEGER);
  CREATE TABLE embeddings_queue (seq_id INTEGER PRIMARY KEY, created_at TIMESTAMP DEFAULT '2025-01-02 03:04:05',
    operation INTEGER, topic TEXT, id TEXT, vector BLOB, encoding TEXT, metadata TEXT);
  INSERT INTO segments VALUES ('${METADATA_SEGMENT}', '', 'METADATA', '${COLLECTION}'),
    ('${VECTOR_SEGMENT}', '', 'VECTOR', '${COLLECTION}');
  INSERT INTO collections (id, name, dimension) VALUES ('${COLLECTION}', 'wisdom_sessions', 3);
  INSERT INTO collection_metadata VALUES ('${COLLECTION}', 'hnsw:space', 'cosine');`;

/** Makes small ChromaDB directories with exactly the oddities that a test is about. Vectors have three numbers. */
export class ChromaDirectoryBuilder {
  readonly path = mkdtempSync(join(tmpdir(), 'wisdom-chroma-made-'));
  readonly indexFolder = join(this.path, VECTOR_SEGMENT);
  private readonly database = new Database(join(this.path, 'chroma.sqlite3'));
  private sequence = 0;

  constructor() {
    this.sql('PRAGMA synchronous = OFF').sql(SCHEMA);
    this.watermark('metadata', 1_000);
  }

  sql(sql: string, ...parameters: SqlValue[]): this {
    if (parameters.length === 0) this.database.exec(sql);
    else this.database.prepare(sql).run(parameters.map(exact));
    return this;
  }

  /** A record in the metadata segment, and in the queue as it was stored. */
  record(id: string, document: string | null, vector: readonly number[]): this {
    this.queue(UPSERT, id, vector);
    return this.metadataOnly(id, document);
  }

  metadataOnly(id: string, document: string | null): this {
    const row = [METADATA_SEGMENT, id, this.sequence];
    this.sql('INSERT INTO embeddings (segment_id, embedding_id, seq_id) VALUES (?, ?, ?)', ...row);
    return document === null ? this : this.metadata(id, 'chroma:document', 'string', document);
  }

  metadata(id: string, key: string, type: 'string' | 'int' | 'float' | 'bool', value: SqlValue): this {
    return this.sql(
      `INSERT INTO embedding_metadata (id, key, ${type}_value) SELECT id, ?, ? FROM embeddings WHERE embedding_id = ?`,
      ...[key, value, id],
    );
  }

  array(
    id: string,
    key: string,
    type: 'string' | 'int' | 'float' | 'bool',
    values: readonly SqlValue[],
  ): this {
    for (const value of values)
      this.sql(
        `INSERT INTO embedding_metadata_array (id, key, ${type}_value) SELECT id, ?, ? FROM embeddings WHERE embedding_id = ?`,
        ...[key, value, id],
      );
    return this;
  }

  queue(operation: number, id: string, vector: readonly number[] | Buffer | null, metadata = '{}'): this {
    const blob = Array.isArray(vector)
      ? Buffer.from(Float32Array.from(vector).buffer)
      : (vector as Buffer | null);
    this.sequence++;
    return this.sql(
      `INSERT INTO embeddings_queue (seq_id, operation, topic, id, vector, encoding, metadata)
       VALUES (?, ?, ?, ?, ?, 'FLOAT32', ?)`,
      ...[this.sequence, operation, TOPIC, id, blob, metadata],
    );
  }

  watermark(segment: 'metadata' | 'vector', sequence: number): this {
    const id = segment === 'metadata' ? METADATA_SEGMENT : VECTOR_SEGMENT;
    return this.sql('INSERT OR REPLACE INTO max_seq_id VALUES (?, ?)', id, sequence);
  }

  /** An index on disk with these vectors, labelled 1, 2, ... and laid down in the opposite order. */
  index(vectors: Readonly<Record<string, readonly number[]>>): this {
    const entries = Object.entries(vectors);
    const elements = entries.map(([, vector], i) => element(i + 1, vector)).toReversed();
    mkdirSync(this.indexFolder);
    writeFileSync(join(this.indexFolder, 'header.bin'), header(entries.length));
    writeFileSync(join(this.indexFolder, 'data_level0.bin'), Buffer.concat(elements));
    writeFileSync(join(this.indexFolder, 'index_metadata.pickle'), pickle(entries.map(([id]) => id)));
    return this;
  }

  /** Closes the files; the directory stays until `remove`. */
  done(): string {
    this.database.close();
    return this.path;
  }

  remove(): void {
    this.database.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** libsql takes every number for a real one. */
function exact(value: SqlValue): SqlValue {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

const VECTOR_OFFSET = 8;
const LABEL_OFFSET = VECTOR_OFFSET + 3 * 4;
const ELEMENT_BYTES = LABEL_OFFSET + 8;

function element(label: number, vector: readonly number[]): Buffer {
  const bytes = Buffer.alloc(ELEMENT_BYTES);
  vector.forEach((value, i) => bytes.writeFloatLE(value, VECTOR_OFFSET + 4 * i));
  bytes.writeBigUInt64LE(BigInt(label), LABEL_OFFSET);
  return bytes;
}

function header(elements: number): Buffer {
  const bytes = Buffer.alloc(100);
  bytes.writeInt32LE(1);
  [0, elements, elements, ELEMENT_BYTES, LABEL_OFFSET, VECTOR_OFFSET].forEach((value, i) =>
    bytes.writeBigUInt64LE(BigInt(value), 4 + 8 * i),
  );
  return bytes;
}

/** `{"id_to_label": {id: 1, ...}}` as the Rust server pickles it. */
function pickle(ids: readonly string[]): Buffer {
  const text = (value: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(value));
    return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)]);
  };
  const entries = ids.flatMap((id, i) => [text(id), Buffer.from([0x4b, i + 1])]);
  return Buffer.concat([
    Buffer.from([0x80, 3]),
    Buffer.from('}('),
    text('id_to_label'),
    Buffer.from('}('),
    ...entries,
    Buffer.from('uu.'),
  ]);
}
