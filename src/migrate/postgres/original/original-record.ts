import type { Limits } from '../../../config/app-config';
import { isRecord } from '../../../common/is-record';
import { parseTimestamp } from '../../../common/timestamp';
import { importedMemory } from '../../../memory/imported-memory';
import type { JsonObject, JsonValue } from '../../../memory/memory';
import type { SourceRecord } from '../../migration-source';
import { numbersOf } from '../../rejects-file';

/** What ids of the original's memories begin with, and what ours are derived from. */
export const ORIGINAL_COLLECTION = 'pg_mem';

/** A row of `memories` with what it refers to. */
export interface OriginalRow {
  readonly id: string;
  readonly content: string | null;
  readonly vector: Float32Array | null;
  /** JSON; null is NULL. */
  readonly metadata: string | null;
  /** Of the session that it belongs to. */
  readonly sessionNumber: number | null;
  /** Of the project that it belongs to. */
  readonly project: string | null;
  /** As PostgreSQL writes it in ISO style: without a zone it is UTC. */
  readonly createdAt: string | null;
}

export interface OriginalContext {
  /** Whose it becomes. */
  readonly userId: number;
  readonly importedAt: Date;
  readonly limits: Limits;
}

/** The memory that a row becomes. Its text is whole, and was embedded as it is. */
export function originalRecord(row: OriginalRow, context: OriginalContext): SourceRecord {
  const { content, vector } = row;
  const id = `${ORIGINAL_COLLECTION}_${row.id}`;
  const memory = importedMemory(
    {
      collection: ORIGINAL_COLLECTION,
      id,
      document: content,
      metadata: metadataOf(row),
      createdAt: parseTimestamp(row.createdAt ?? undefined),
    },
    context,
  );
  return {
    id,
    records: 1,
    position: row.id,
    model: vector ? 'original' : 'own',
    memory: { ...memory, contentIsPreview: false },
    changedAt: null,
    vectors: vector ? [vector] : [],
    problem: content === null ? 'no text' : undefined,
    original: () => originalOf(row),
  };
}

/**
 * The metadata with the session and the project of the tables, which are surer. What they replace, and what is no object,
 * is kept under `original_metadata`.
 */
function metadataOf(row: OriginalRow): JsonObject {
  const given = row.metadata === null ? {} : parseJson(row.metadata);
  const fields = fieldsOf(row);
  if (!isRecord(given)) return { ...fields, original_metadata: given };
  const replaced = Object.keys(fields).filter((key) => (given[key] ?? fields[key]) !== fields[key]);
  if (replaced.length === 0) return { ...given, ...fields };
  const kept = [...replaced, 'original_metadata'].filter((key) => Object.hasOwn(given, key));
  const original = Object.fromEntries(kept.map((key) => [key, given[key]!]));
  return { ...given, ...fields, original_metadata: original };
}

function fieldsOf({ sessionNumber, project }: OriginalRow): JsonObject {
  return {
    ...(sessionNumber === null ? {} : { session_id: sessionNumber }),
    ...(project === null ? {} : { project }),
  };
}

function originalOf({
  content,
  metadata,
  vector,
  sessionNumber,
  project,
  createdAt,
}: OriginalRow): JsonObject {
  return {
    document: content,
    metadata: metadata === null ? null : parseJson(metadata),
    session_number: sessionNumber,
    project,
    created_at: createdAt,
    vector: vector && numbersOf(vector),
  };
}

const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** JSON with numbers that JavaScript cannot hold, whole ones or large ones, kept as they are written. */
function parseJson(json: string): JsonValue {
  const mayBeInexact = /\d{16}|\d[eE]/.test(json);
  const exact = mayBeInexact
    ? json.replace(TEXT_OR_NUMBER, (token) => (isInexact(token) ? `"${token}"` : token))
    : json;
  return JSON.parse(exact) as JsonValue;
}

function isInexact(token: string): boolean {
  if (token.startsWith('"')) return false;
  return /^-?\d+$/.test(token) ? !Number.isSafeInteger(Number(token)) : !Number.isFinite(Number(token));
}
