import { SEARCH_MODES, SearchMode } from '../src/memory/hybrid/memory-search';
import { Api, withService } from './api';
import { Benchmark, BenchmarkOptions, Row } from './benchmark';
import { Conversation, Question, readLocomo } from './locomo-data';
import { each, inPartsOf, mean, rateOf } from './measure';
import { withDatabase } from './tenant-database';

const DEPTHS = [5, 10, 20] as const;
type Depth = (typeof DEPTHS)[number];

/** On LoCoMo's half for development: what the vectors of all-MiniLM-L6-v2 alone reach, and what is to be reached with words. */
const GOALS: Record<string, Partial<Record<number, string>>> = {
  semantic: { 5: 'about 0.41', 10: 'about 0.50', 20: 'about 0.62' },
  hybrid: { 10: '>= 0.80' },
};

const BATCH = 100;
const CONCURRENCY = 4;

export const locomo: Benchmark = {
  about:
    'recall of the turns that answer a question, in each mode, through the API, among those of its conversation',
  run: async ({ locomo: file, url, database }: BenchmarkOptions): Promise<Row[]> => {
    const conversations = readLocomo(file);
    if (conversations === undefined)
      throw new Error(
        `There is no ${file}. LoCoMo may not be shipped (CC BY-NC 4.0): take data/locomo10.json from the ` +
          'repository snap-research/locomo and give its path with --locomo FILE.',
      );
    if (url !== undefined) return withService(url, {}, (api) => measure(api, url, conversations));
    const onChroma = await withService(undefined, {}, (api) => measure(api, 'ChromaDB', conversations));
    const onPostgres = await withDatabase(database, (DATABASE_URL) =>
      withService(undefined, { MEMORY_BACKEND: 'postgresql', DATABASE_URL }, (api) =>
        measure(api, 'PostgreSQL', conversations),
      ),
    );
    return [...onChroma, ...onPostgres];
  },
};

/** @param where what is measured. */
async function measure(api: Api, where: string, conversations: readonly Conversation[]): Promise<Row[]> {
  const turns = conversations.flatMap((conversation) => memoriesOf(conversation));
  const batches = inPartsOf(BATCH, turns);
  const stored = await rateOf(turns.length, () =>
    each(batches, CONCURRENCY, (memories) => api.post('store/batch', { memories })),
  );
  const questions = conversations.flatMap(({ name, questions }) =>
    questions.map((question) => ({ project: name, ...question })),
  );
  const rows: Row[] = [];
  for (const mode of SEARCH_MODES) rows.push(...(await measureMode(api, mode, questions)));
  const all = [...rows, { what: 'stored in batches of 100', unit: 'memories/s', measured: stored, goal: '' }];
  return all.map((row) => ({ ...row, what: `${where}: ${row.what}` }));
}

async function measureMode(api: Api, mode: SearchMode, questions: readonly Asked[]): Promise<Row[]> {
  const answered: { category: string; recalls: number[] }[] = [];
  const searched = await rateOf(questions.length, () =>
    each([...questions], CONCURRENCY, async (asked) => {
      answered.push({ category: asked.category, recalls: await recallsOf(api, mode, asked) });
    }),
  );
  const recall = (depth: Depth, of = answered) =>
    mean(of.map(({ recalls }) => recalls[DEPTHS.indexOf(depth)]!));
  const categories = [...new Set(questions.map(({ category }) => category))].sort();
  return [
    ...DEPTHS.map((depth) => ({
      what: `${mode}, recall@${depth}`,
      unit: '',
      measured: recall(depth),
      goal: GOALS[mode]?.[depth] ?? '',
    })),
    ...categories.map((category) => ({
      what: `${mode}, recall@10, questions about ${category}`,
      unit: '',
      measured: recall(
        10,
        answered.filter((each) => each.category === category),
      ),
      goal: '',
    })),
    { what: `${mode}, ${CONCURRENCY} at a time`, unit: 'searches/s', measured: searched, goal: '' },
  ];
}

interface Asked extends Question {
  readonly project: string;
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

/** The fraction of a question's evidence among the first results, at each depth. */
async function recallsOf(
  api: Api,
  mode: SearchMode,
  { project, question, evidence }: Asked,
): Promise<number[]> {
  const search = { query: question, project, mode, n_results: Math.max(...DEPTHS) };
  const { results } = await api.post<{ results: { external_id: string }[] }>('search', search);
  const found = results.map(({ external_id }) => external_id.slice(project.length + 1));
  return DEPTHS.map((depth) => {
    const first = new Set(found.slice(0, depth));
    return evidence.filter((id) => first.has(id)).length / evidence.length;
  });
}
