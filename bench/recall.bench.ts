import type { MemoryFilter } from '../src/memory/memory';
import type { PostgresMemoryRepository } from '../src/memory/postgres/postgres-memory.repository';
import { Benchmark, Row } from './benchmark';
import { readCorpus, type Corpus } from './corpus';
import { each, mean } from './measure';
import { DIMENSION } from './real-vectors';
import { fillTenants, withDatabase, withRepository } from './tenant-database';

export const TENANTS = [
  [1, 100],
  [2, 1_000],
  [3, 5_000],
  [4, 50_000],
  [5, 200_000],
] as const;

const K = 10;

/** Half precision may swap memories that are as near as this. */
const EQUAL_WITHIN = 1e-3;

/** What is asked for, and whether memory `n` is part of it. */
const FILTERS: readonly (readonly [what: string, filter: MemoryFilter, matches: (n: number) => boolean])[] = [
  ['all', {}, () => true],
  ['a project, 10 %', { projectId: 1 }, (n) => n % 10 === 0],
  ['a speaker, 50 %', { speaker: 'Bob' }, (n) => n % 2 === 0],
  ['a session, 1 %', { sessionId: 7 }, (n) => n % 100 === 7],
  ['metadata, 0.1 %', metadata('thousandth', 'eq', 7), (n) => n % 1_000 === 7],
  ['metadata, 50 %', metadata('tenths', 'gte', 5), (n) => n % 10 >= 5],
];

export function metadata(key: string, operator: 'eq' | 'gte', value: number): MemoryFilter {
  return { metadata: { kind: 'compare', path: [key], comparison: { operator, value } } };
}

export const recall: Benchmark = {
  about: `recall@${K} in PostgreSQL against brute force over the vectors as they were before they were stored; 7,900 vectors are of real texts, the rest blends of two of them`,
  run: async ({ locomo, database }) => {
    const corpus = await readCorpus(locomo, Math.max(...TENANTS.map(([, memories]) => memories)));
    return withDatabase(database, (url) =>
      withRepository(url, async (repository) => {
        await fillTenants(url, repository, corpus, TENANTS);
        return measure(repository, corpus);
      }),
    );
  },
};

async function measure(repository: PostgresMemoryRepository, corpus: Corpus): Promise<Row[]> {
  const similarities = corpus.questions.map((question) => similaritiesTo(question, corpus.vectors));
  const rows: Row[] = [];
  let missing = 0;
  for (const [userId, memories] of TENANTS)
    for (const [what, filter, matches] of FILTERS) {
      const found: number[] = [];
      let indexed = 0;
      await each([...corpus.questions.entries()], 2, async ([question, vector]) => {
        const { hits, strategy } = await repository.search(userId, { vector, filter, limit: K });
        const best = bestOf(similarities[question]!, memories, matches);
        if (best.length === 0) return;
        if (strategy === 'index') indexed++;
        if (hits.length < best.length) missing++;
        const least = best.at(-1)! - EQUAL_WITHIN;
        const near = hits.filter(
          ({ memory }) => similarities[question]![Number(memory.externalId)]! >= least,
        );
        found.push(near.length / best.length);
      });
      if (found.length === 0) continue;
      rows.push({
        what: `${memories} memories, ${what}${indexed > 0 ? ` (${indexed} of ${found.length} by the index)` : ''}`,
        unit: '',
        measured: mean(found),
        goal: memories > 50_000 ? '>= 0.99' : '1.000',
      });
    }
  return [...rows, { what: 'answers with fewer than exist', unit: '', measured: missing, goal: '0' }];
}

/** Of the vectors as they were embedded, all of them, one after the other. */
function similaritiesTo(question: Float32Array, vectors: Float32Array): Float32Array {
  return Float32Array.from({ length: vectors.length / DIMENSION }, (_, n) => {
    let product = 0;
    for (let i = 0; i < DIMENSION; i++) product += question[i]! * vectors[n * DIMENSION + i]!;
    return product;
  });
}

/** The similarities of the `K` nearest among the first memories that match. */
function bestOf(similarities: Float32Array, memories: number, matches: (n: number) => boolean): number[] {
  const best: number[] = [];
  for (let n = 0; n < memories; n++) {
    if (!matches(n) || (best.length === K && similarities[n]! <= best.at(-1)!)) continue;
    if (best.length === K) best.pop();
    const place = best.findIndex((similarity) => similarity < similarities[n]!);
    best.splice(place < 0 ? best.length : place, 0, similarities[n]!);
  }
  return best;
}
