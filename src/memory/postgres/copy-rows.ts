import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { parse as uuidBytes } from 'uuid';
import type { JsonValue } from '../memory';
import { halfVector } from './half-precision';
import type { TenantContext } from './tenant-context';

/** One vector of a memory. */
export interface ChunkVector {
  readonly memoryId: string;
  readonly chunk: number;
  readonly vector: Float32Array;
}

/** Fills a table, column by column in the order of the values, with COPY's text format. */
export async function copyRows(
  tenant: TenantContext,
  table: string,
  rows: readonly Record<string, JsonValue>[],
): Promise<void> {
  await copy(tenant, `copy ${table} from stdin`, rows.map(textRow));
}

/** Fills a table of `(memory_id uuid, chunk smallint, embedding halfvec)` with COPY's binary format. */
export async function copyVectors(
  tenant: TenantContext,
  table: string,
  vectors: readonly ChunkVector[],
): Promise<void> {
  await copy(tenant, `copy ${table} from stdin (format binary)`, [
    BINARY_HEADER,
    ...vectors.map(binaryRow),
    BINARY_TRAILER,
  ]);
}

async function copy(
  { connection }: TenantContext,
  sql: string,
  data: readonly (string | Buffer)[],
): Promise<void> {
  await pipeline(Readable.from(data), connection.query(copyFrom(sql)));
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function textRow(row: Record<string, JsonValue>): string {
  return `${Object.values(row).map(textField).join('\t')}\n`;
}

function textField(value: JsonValue): string {
  if (value === null) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
}

/** Signature, flags, and the length of an extension that there is not. */
const BINARY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);

/** A row of -1 columns. */
const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

/** The number of columns, and each with its length before it. */
function binaryRow({ memoryId, chunk, vector }: ChunkVector): Buffer {
  const chunkBytes = Buffer.alloc(2);
  chunkBytes.writeInt16BE(chunk);
  const fields = [uuidBytes(memoryId), chunkBytes, halfVector(vector)];
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([count, ...fields.flatMap((field) => [lengthOf(field), field])]);
}

function lengthOf(field: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(field.length);
  return length;
}
