import { SEARCH_MODES, SearchMode } from '../src/memory/hybrid/memory-search';
import { Api, withService } from './api';
import { Benchmark, BenchmarkOptions, Row } from './benchmark';
import { onBothBackends } from './both-backends';
import { locomoAblations } from './locomo-ablations';
import { Conversation, Question, requireLocomo } from './locomo-data';
import { each, inPartsOf } from './measure';
import { DEEPEST, Found, recallRows } from './recall-row';

/** On LoCoMo's half for development: what the vectors of all-MiniLM-L6-v2 alone reach, and what is to be reached with words. */
const GOALS: Partial<Record<SearchMode, string>> = {
  semantic: 'about 0.41, 0.50, 0.62',
  hybrid: '@10 >= 0.80',
};

const BATCH = 100;
const CONCURRENCY = 4;

export const locomo: Benchmark = {
  about:
    'recall of the turns that answer a question, in each mode, through the API, among those of its conversation',
  run: async ({ locomo: file, url, database }: BenchmarkOptions): Promise<Row[]> => {
    const conversations = requireLocomo(file);
    if (url !== undefined) return withService(url, {}, (api) => measure(api, url, conversations));
    return onBothBackends(database, (backend, environment) =>
      withService(undefined, environment, (api) => measure(api, backend, conversations)),
    );
  },
  ablations: locomoAblations,
};

/** @param where what is measured. */
async function measure(api: Api, where: string, conversations: readonly Conversation[]): Promise<Row[]> {
  const turns = conversations.flatMap((conversation) => memoriesOf(conversation));
  // One after the other: of memories with the same score the one stored first comes first, in every run.
  for (const memories of inPartsOf(BATCH, turns)) await api.post('store/batch', { memories });
  const rows: Row[] = [];
  for (const mode of SEARCH_MODES) {
    const found: Found[] = [];
    const questions = conversations.flatMap(({ name, questions }) =>
      questions.map((question) => ({ project: name, ...question })),
    );
    await each(questions, CONCURRENCY, async (asked) => {
      found.push(await ask(api, mode, asked));
    });
    rows.push(...recallRows(`${where}: ${mode}`, found, GOALS[mode] ?? ''));
  }
  return rows;
}

function memoriesOf({ name, turns }: Conversation) {
  return turns.map(({ id, content, speaker, sessionId, occurredAt }) => ({
    external_id: `${name}/${id}`,
    content,
    speaker,
    project: name,
    session_id: sessionId,
    occurred_at: occurredAt,
  }));
}

async function ask(
  api: Api,
  mode: SearchMode,
  { project, question: query, category, evidence }: Question & { readonly project: string },
): Promise<Found> {
  const search = { query, project, mode, n_results: DEEPEST };
  const { results } = await api.post<{ results: { external_id: string }[] }>('search', search);
  return {
    category,
    evidence,
    results: results.map(({ external_id }) => external_id.slice(project.length + 1)),
  };
}
