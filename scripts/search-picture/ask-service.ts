import { type Api, withService } from '../../bench/api';
import type { Answers, AskedConversation, ExplainedResult } from './answers';
import { ExplainedSearch, explainSearch } from './explained-search';

/** As many as the picture shows. */
const RESULTS = 8;
const SECONDS_A_TURN = 30;

const DECIMALS = 10_000;

/** What is left where two models of the same kind embed the same text. */
const ROUNDING = 1e-4;

interface Result extends Pick<ExplainedResult, 'score'> {
  readonly external_id: string;
  readonly score_parts: ExplainedResult['parts'];
}

/**
 * Tells a service of its own a conversation, asks it the question, and adds what it does not tell. Rejects where that disagrees with its
 * answer.
 */
export async function askService({ question, sessions }: AskedConversation): Promise<Answers> {
  const said = sessions.flatMap(({ at, turns }, session) =>
    turns.map((content, turn) => ({
      id: `${session + 1}.${turn + 1}`,
      session: session + 1,
      at: new Date(Date.parse(at) + turn * SECONDS_A_TURN * 1000).toISOString(),
      content,
    })),
  );
  const { hybrid, semantic } = await withService(undefined, {}, async (api) => {
    const memories = said.map(({ id, session, at, content }) => ({
      content,
      external_id: id,
      session_id: session,
      occurred_at: at,
    }));
    await api.post('store/batch', { memories });
    return {
      hybrid: await search(api, { query: question, mode: 'hybrid', n_results: RESULTS }),
      semantic: await search(api, { query: question, mode: 'semantic', n_results: said.length }),
    };
  });
  const ranks = new Map(semantic.map(({ external_id: id }, i) => [id, i + 1]));
  const explained = await explainSearch(question, said, RESULTS);
  return {
    question,
    inFirstPerson: explained.inFirstPerson,
    words: explained.words.map((word) => ({ ...word, weight: rounded(word.weight) })),
    memories: explained.memories,
    results: hybrid.map((result) => ({
      ...explainedResult(result, explained),
      semanticRank: ranks.get(result.external_id)!,
    })),
  };
}

async function search(api: Api, body: object): Promise<Result[]> {
  return (await api.post<{ results: Result[] }>('search', body)).results;
}

function explainedResult({ external_id: id, score, score_parts }: Result, explained: ExplainedSearch) {
  const { words, vector, speaker, question } = score_parts;
  const here = explained.scored.get(id);
  const differs = (part: 'words' | 'vector' | 'speaker' | 'question') =>
    here === undefined || Math.abs(here.parts[part] - score_parts[part]) > ROUNDING;
  if ((['words', 'vector', 'speaker', 'question'] as const).some(differs))
    throw new Error(`The service scores ${id} as ${JSON.stringify(score_parts)}, here it is otherwise.`);
  const alone = explained.alone.get(id)!.parts;
  return {
    id,
    score: rounded(score),
    parts: {
      words: rounded(words),
      vector: rounded(vector),
      speaker: rounded(speaker),
      question: rounded(question),
    },
    own: { words: rounded(alone.words), vector: rounded(alone.vector) },
  };
}

function rounded(figure: number): number {
  return Math.round(figure * DECIMALS) / DECIMALS;
}
