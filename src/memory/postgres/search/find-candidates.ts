import { CandidateChunk, CandidatePool, CandidateQuery, chunkKey, REACH } from '../../candidates';
import { ASKS, countIn } from '../lexemes';
import { SqlParameters } from '../sql-parameters';
import { rowsOfSearch, TenantContext } from '../tenant-context';
import { candidatesSql } from './candidates-sql';
import { nearestByIndex } from './nearest-by-index';
import type { WordedChunks } from './find-by-words';

interface CandidateRow {
  readonly memory_id: string;
  readonly chunk: number;
  readonly session_id: string | null;
  /** Since 1970. */
  readonly occurred_ms: number;
  readonly speaker: string | null;
  readonly is_candidate: boolean;
  /** Whether the one behind it in its session is here, too, if there is one. */
  readonly is_followed: boolean;
  readonly cosine: number | null;
  /** The highest of the other chunks of its memory. */
  readonly others_cosine: number | null;
  readonly lexemes: string | null;
  readonly nearest_left: number | null;
}

/**
 * The candidates of a question, in one statement; where the tenant has an approximate index, what that gives in one before.
 *
 * @param worded what its words tell; those that are gone since are not among the candidates.
 * @param indexed whether the tenant has an approximate index; what it leaves open is compared exactly.
 */
export async function findCandidates(
  tenant: TenantContext,
  query: CandidateQuery,
  { worded, indexed }: { readonly worded: WordedChunks; readonly indexed: boolean },
): Promise<CandidatePool> {
  const ranked = indexed && query.byVector > 0 ? await nearestByIndex(tenant, query) : undefined;
  const parameters = new SqlParameters();
  const sql = candidatesSql(tenant, { ...query, worded: worded.chunks, ranked }, parameters);
  const rows = await rowsOfSearch<CandidateRow>(tenant, query.filter, sql, parameters.values);
  const lexemes = query.words.map(({ lexeme }) => lexeme);
  return {
    chunks: candidatesOf(rows, lexemes),
    scope: worded.scope,
    nearestLeft: rows[0]?.nearest_left ?? undefined,
    moreByWords: worded.more,
    strategy: ranked ? 'index' : 'exact',
    exhaustive: !ranked && worded.exhaustive,
  };
}

/** Among the rows are those behind candidates, too, so that they know who follows them. */
function candidatesOf(rows: CandidateRow[], lexemes: readonly string[]): CandidateChunk[] {
  rows.sort(inSession);
  return rows.flatMap((row, i) => (row.is_candidate ? [candidateOf(row, lexemes, following(rows, i))] : []));
}

function following(rows: readonly CandidateRow[], from: number): string[] {
  const keys: string[] = [];
  for (let i = from; keys.length < REACH && rows[i]!.is_followed; i++) {
    const next = rows[i + 1];
    if (!next || sessionOf(next) !== sessionOf(rows[i]!)) break;
    keys.push(chunkKey(next.memory_id, next.chunk));
  }
  return keys;
}

/** A memory without a session is one by itself. */
function sessionOf({ session_id, memory_id }: CandidateRow): string {
  return session_id ?? memory_id;
}

function inSession(a: CandidateRow, b: CandidateRow): number {
  const [one, other] = [sessionOf(a), sessionOf(b)];
  if (one !== other) return one < other ? -1 : 1;
  if (a.occurred_ms !== b.occurred_ms) return a.occurred_ms - b.occurred_ms;
  return a.memory_id === b.memory_id ? a.chunk - b.chunk : a.memory_id < b.memory_id ? -1 : 1;
}

function candidateOf(
  row: CandidateRow,
  lexemes: readonly string[],
  following: readonly string[],
): CandidateChunk {
  const text = row.lexemes ?? '';
  const cosines = [row.cosine, row.others_cosine].filter((cosine) => cosine !== null);
  return {
    memoryId: row.memory_id,
    chunk: row.chunk,
    speaker: row.speaker,
    occurredAt: new Date(row.occurred_ms),
    cosine: row.cosine ?? 0,
    similarity: cosines.length > 0 ? Math.max(...cosines) : 0,
    counts: lexemes.map((lexeme) => countIn(text, lexeme)),
    asks: countIn(text, ASKS) > 0,
    following,
  };
}
