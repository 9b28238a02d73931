import { Client } from 'pg';
import type { PostgresMemoryRepository } from '../src/memory/postgres/postgres-memory.repository';
import type { Row } from './benchmark';
import type { Corpus } from './corpus';
import { inPartsOf, median, p95 } from './measure';
import { numberedMemory, vacuum } from './tenant-database';

const BATCH = 1_000;

/** What is stored again and again to see what storing costs, each time to another user, and deleted. */
const STORED = 100;
const ROUNDS = 5;

/** Behind every user of a scale. */
const WRITER = 9_000_000;

/** Adds memories to a user, from number `from` to before number `to`. */
export async function addMemories(
  repository: PostgresMemoryRepository,
  userId: number,
  corpus: Corpus,
  from: number,
  to: number,
): Promise<void> {
  const tenth = await repository.ensureProject(userId, 'Tenth');
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  for (const part of inPartsOf(BATCH, numbers))
    await repository.store(
      userId,
      part.map((n) => numberedMemory(corpus, n, tenth)),
    );
}

/** What one user's search and store take, in a database that has become so large: one point of each curve. */
export async function measureAt(
  x: number,
  unit: string,
  { url, repository, corpus }: { url: string; repository: PostgresMemoryRepository; corpus: Corpus },
  userId: number,
): Promise<Row[]> {
  await vacuum(url);
  const searches: number[] = [];
  // All once before they count: caches fill, functions are compiled.
  for (const vector of [...corpus.questions, ...corpus.questions])
    searches.push(await msOf(() => repository.search(userId, { vector, filter: {}, limit: 10 })));
  const counted = searches.slice(corpus.questions.length);
  const stores: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    stores.push(await msOf(() => addMemories(repository, WRITER, corpus, 0, STORED)));
    await repository.deleteMatching(WRITER, {}, { dryRun: false });
  }
  const row = (curve: string, measured: number, of: string): Row => ({
    what: `${x.toLocaleString('en')} ${unit}: ${curve}`,
    unit: of,
    measured,
    goal: '',
    point: { curve, x },
  });
  return [
    row('search, median', median(counted), 'ms'),
    row('search, p95', p95(counted), 'ms'),
    row(`${STORED} stored, median`, median(stores.slice(1)), 'ms'),
  ];
}

/** Of the service's tables and indexes, each with what belongs to it, the largest first. */
export async function relationBytes(
  url: string,
): Promise<{ readonly relation: string; readonly bytes: number }[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ relation: string; bytes: number }>(
      `select relname as relation,
         (case relkind when 'r' then pg_table_size(oid) else pg_relation_size(oid) end)::float8 as bytes
       from pg_class where relnamespace = 'wisdom_memory'::regnamespace and relkind in ('r', 'i') order by bytes desc`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
