import type { CandidateQuestion, WordScope } from '../../candidates';
import { allChoose, choosingWeights } from '../../hybrid/word-weights';
import { quoted } from '../lexemes';
import { SqlParameters } from '../sql-parameters';
import { rowsOfSearch, TenantContext } from '../tenant-context';
import { candidateConditions, PLACED_COLUMNS, PlacedChunk } from './candidates-sql';
import type { WordFrequencies } from './word-frequencies';

/** What the words of a question tell by themselves. */
export interface WordedChunks {
  readonly scope: WordScope;
  /** Those that are chosen by their words, the best first. */
  readonly chunks: readonly PlacedChunk[];
  /** Whether there are more. */
  readonly more: boolean;
  /** False where a word is too common to look up. */
  readonly exhaustive: boolean;
}

/** What can be found out while the question is being embedded: how rare its words are, and the chunks with the best of them. */
export async function findByWords(
  tenant: TenantContext,
  question: CandidateQuestion,
  frequencies: WordFrequencies,
): Promise<WordedChunks> {
  const { words, byWords } = question;
  const scope = await frequencies.scope(
    tenant,
    words.map(({ lexeme }) => lexeme),
  );
  const weights = choosingWeights(words, scope);
  const choosing = words.flatMap(({ lexeme }, i) =>
    weights[i]! > 0 ? [{ query: quoted(lexeme), weight: weights[i]! }] : [],
  );
  const found = choosing.length === 0 ? [] : await lookUp(tenant, question, choosing);
  return {
    scope,
    chunks: found.slice(0, byWords),
    more: found.length > byWords,
    exhaustive: allChoose(words, scope, weights),
  };
}

/** The best, and one more that tells whether there are others. */
function lookUp(
  tenant: TenantContext,
  question: CandidateQuestion,
  choosing: readonly { readonly query: string; readonly weight: number }[],
): Promise<PlacedChunk[]> {
  const { byWords, filter } = question;
  const parameters = new SqlParameters();
  const queries = parameters.add(
    choosing.map(({ query }) => query),
    'tsquery[]',
  );
  const weights = parameters.add(
    choosing.map(({ weight }) => weight),
    'bigint[]',
  );
  const sql = `
    select ${PLACED_COLUMNS}
    from wisdom_memory.chunks_with_words(${parameters.add(tenant.modelId, 'smallint')}, ${queries}, ${weights}) as vector
    where ${candidateConditions(tenant, filter, 'vector', parameters).join(' and ')}
    order by vector.weight desc, vector.occurred_at desc, vector.memory_id desc, vector.chunk desc
    limit ${parameters.add(byWords + 1, 'integer')}`;
  return rowsOfSearch<PlacedChunk>(tenant, filter, sql, parameters.values);
}
