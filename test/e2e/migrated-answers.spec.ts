import { dirname } from 'node:path';
import { CHROMA_VERSIONS, chromaManifest, unpackedChroma } from '../support/chroma-fixture';
import { runCli } from '../support/command-line';
import { processesWith, until } from '../support/processes';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';

/** Two services and a migration, on a busy machine. */
jest.setTimeout(180_000);

/** The target keeps half precision: memories of scores this near to each other are equally good. */
const SWAP_TOLERANCE = 2e-3;

interface Item {
  readonly id: string;
  readonly external_id: string;
  readonly content: string;
  readonly session_type: string | null;
  readonly project: string | null;
  readonly score: number;
  readonly score_parts: Readonly<Record<string, number>>;
}

type Question = Readonly<Record<string, unknown>>;

async function call<T>(service: ServiceProcess, path: string, body?: Question): Promise<T> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const url = `${await service.url()}/api/memory${path}`;
  const response = await fetch(url, body && { ...request, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

/** Words of the memories themselves, alone and with filters. */
async function questionsFrom(service: ServiceProcess): Promise<Question[]> {
  const { items } = await call<{ items: Item[] }>(service, '/?limit=100');
  const asked = items.filter(({ content }) => content.trim() !== '' && !content.includes('\0'));
  return asked.map(({ content, session_type, project }, i) => ({
    query: content.slice(0, 20 + i),
    n_results: 10,
    ...(i % 3 === 1 && session_type !== null ? { session_type } : {}),
    ...(i % 3 === 2 && project !== null ? { project } : {}),
  }));
}

async function answersOf(service: ServiceProcess, questions: readonly Question[]): Promise<Item[][]> {
  const answers: Item[][] = [];
  for (const question of questions)
    answers.push((await call<{ results: Item[] }>(service, '/search', question)).results);
  return answers;
}

function expectSame(before: readonly Item[], after: readonly Item[]): void {
  for (const [i, { score }] of before.entries())
    expect(Math.abs(after[i]!.score - score)).toBeLessThan(SWAP_TOLERANCE);
  const last = before.at(-1)?.score ?? 0;
  for (const memory of before)
    if (memory.score > last + SWAP_TOLERANCE)
      expect(after.find(({ id }) => id === memory.id)).toEqual({
        ...memory,
        ...ANY_SCORE,
        score_parts: { ...memory.score_parts, ...ANY_PART },
      });
}

const ANY_SCORE = Object.fromEntries(
  ['similarity', 'similarity_score', 'score', 'distance'].map((key) => [key, expect.any(Number)]),
);

/** Of words a little, too: those that were refused no longer count. */
const ANY_PART = { words: expect.any(Number), vector: expect.any(Number) };

describeNative('searches through the API', () => {
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let database: TestDatabase;

  afterEach(async () => {
    await ServiceProcess.endAll();
    await until('all processes gone', () => processesWith(fixture.path).length === 0);
    await database.drop();
    fixture.remove();
  });

  it.each(CHROMA_VERSIONS)('find the same before and after migrating a directory of %s', async (version) => {
    fixture = await unpackedChroma(version);
    database = await createTestDatabase();
    const environment = { CHROMA_PATH: fixture.path };
    const onChroma = await ServiceProcess.start(environment);
    const questions = await questionsFrom(onChroma);
    expect(questions.length).toBeGreaterThan(50);
    const before = await answersOf(onChroma, questions);
    await onChroma.stop();

    const variables = { ...environment, DATABASE_URL: database.url };
    const { stdout, stderr } = await runCli(['migrate-chroma', '--json'], variables, dirname(fixture.path));
    if (stdout === '') throw new Error(stderr);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'finished', verification: { passed: true } });

    const onPostgres = await ServiceProcess.start({ DATABASE_URL: database.url });
    const after = await answersOf(onPostgres, questions);
    const rejected = new Set(chromaManifest(version).flatMap(({ rejects }) => rejects.map(({ id }) => id)));
    for (const [i, found] of before.entries())
      expectSame(
        found.filter(({ external_id }) => !rejected.has(external_id)),
        after[i]!,
      );
  });
});
