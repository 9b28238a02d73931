import { CandidateChunk, CandidatePool, CandidateQuery, chunkKey, WordScope } from '../../candidates';
import { allChoose, choosingWeights } from '../../hybrid/word-weights';
import { candidatesSql } from './candidates-sql';
import { ASKS, quoted } from '../lexemes';
import { SqlParameters, timestampText } from '../sql-parameters';
import { rowsOf, rowsOfKept, TenantContext } from '../tenant-context';

interface CandidateRow {
  readonly memory_id: string;
  readonly chunk: number;
  readonly speaker: string | null;
  readonly occurred_at: Date;
  readonly cosine: number;
  readonly similarity: number;
  /** Of the query's words, and of `ASKS` behind them. */
  readonly counts: number[];
  readonly following_ids: string[];
  readonly following_chunks: number[];
  readonly nearest_left: number | null;
  readonly more_by_words: boolean;
}

/** The candidates of a question: how rare its words are, then all of them in one statement. */
export async function findCandidates(tenant: TenantContext, query: CandidateQuery): Promise<CandidatePool> {
  const scope = await wordScope(tenant, query);
  const weights = choosingWeights(query.words, scope);
  const parameters = new SqlParameters();
  const words = [...query.words.map(({ lexeme }) => lexeme), ASKS];
  const choosing = query.words.flatMap(({ lexeme }, i) =>
    weights[i]! > 0 ? [{ query: quoted(lexeme), weight: weights[i]! }] : [],
  );
  const sql = candidatesSql(tenant, { ...query, choosing, words }, parameters);
  const run = query.filter.metadata ? rowsOf<CandidateRow> : rowsOfKept<CandidateRow>;
  const rows = await run(tenant, sql, parameters.values);
  return {
    chunks: rows.map(candidateOf),
    scope,
    nearestLeft: rows[0]?.nearest_left ?? undefined,
    moreByWords: rows[0]?.more_by_words ?? false,
    strategy: 'exact',
    exhaustive: allChoose(query.words, scope, weights),
  };
}

async function wordScope(tenant: TenantContext, { words }: CandidateQuery): Promise<WordScope> {
  const [row] = await rowsOfKept<{ chunks: string; chunks_with: string[] }>(
    tenant,
    `select chunks, chunks_with from wisdom_memory.word_scope($1::smallint, $2::timestamptz, $3::tsquery[])`,
    [tenant.modelId, timestampText(tenant.now), words.map(({ lexeme }) => quoted(lexeme))],
  );
  return { chunks: Number(row!.chunks), chunksWith: row!.chunks_with.map(Number) };
}

function candidateOf(row: CandidateRow): CandidateChunk {
  return {
    memoryId: row.memory_id,
    chunk: row.chunk,
    speaker: row.speaker,
    occurredAt: row.occurred_at,
    cosine: row.cosine,
    similarity: row.similarity,
    counts: row.counts.slice(0, -1),
    asks: row.counts.at(-1)! > 0,
    following: row.following_ids.map((id, i) => chunkKey(id, row.following_chunks[i]!)),
  };
}
