import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyStore } from '../src/auth/file-key-store';
import type { KeyStore } from '../src/auth/key-store';
import { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { PostgresKeyStore } from '../src/memory/postgres/keys/postgres-key-store';
import { addKey } from '../test/support/keys';
import { databaseConfig } from '../test/support/postgres-server';
import { Api, withService } from './api';
import type { Benchmark, Row } from './benchmark';
import { inPartsOf, median } from './measure';
import { withDatabase } from './tenant-database';
import { realTexts } from './texts';

const MEMORIES = 100;
const SEARCHES = 600;
/** Few, so that their vectors are remembered: what the model takes would hide what a key does. */
const QUESTIONS = 10;

/** Of nobody else, so that a database may be used again. */
const USER = 770_001;

export const auth: Benchmark = {
  about: `hybrid searches by a key beside the same without one, in turns, among ${MEMORIES} memories, one at a time`,
  run: async ({ locomo, database }) => [...(await onChroma(locomo)), ...(await onPostgres(locomo, database))],
};

async function onChroma(locomo: string): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  try {
    const KEYS_FILE = join(directory, 'keys.json');
    const environment = { MEMORY_BACKEND: 'chromadb', KEYS_FILE };
    return await compare('ChromaDB, keys in a file', new FileKeyStore(KEYS_FILE), environment, locomo);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function onPostgres(locomo: string, database: string | undefined): Promise<Row[]> {
  return withDatabase(database, async (DATABASE_URL) => {
    const store = new PostgresKeyStore(new PostgresDatabase(databaseConfig(DATABASE_URL), () => undefined));
    try {
      const environment = { MEMORY_BACKEND: 'postgresql', DATABASE_URL };
      return await compare('PostgreSQL', store, environment, locomo);
    } finally {
      await store.close();
    }
  });
}

async function compare(
  what: string,
  store: KeyStore,
  environment: Record<string, string>,
  locomo: string,
): Promise<Row[]> {
  await store.deleteUser(USER);
  await store.createUser({ id: USER, name: `bench ${USER}`, createdAt: new Date() });
  const key = await addKey(store, USER);
  const unlimited = { ...environment, RATE_LIMIT_SEARCH: '0', RATE_LIMIT_STORE: '0' };
  const texts = realTexts(MEMORIES, locomo);
  return withService(undefined, { ...unlimited, AUTH_MODE: 'off' }, (open) =>
    withService(undefined, { ...unlimited, AUTH_MODE: 'api-key' }, async (locked) => {
      const keyed = locked.by(key);
      for (const api of [open, keyed]) await fill(api, texts);
      const times = await inTurns(keyed, open, texts.slice(0, QUESTIONS));
      const [measured, limit] = [median(times.keyed), median(times.open)];
      return [
        { what: `${what}: a search, median`, unit: 'ms', measured, limit, goal: 'at most 0.3 more' },
        { what: `${what}: what the key adds`, unit: 'ms', measured: measured - limit, goal: '< 0.3' },
      ];
    }),
  );
}

async function fill(api: Api, texts: readonly string[]): Promise<void> {
  const memories = texts.map((content, n) => ({ content, external_id: `auth ${n}` }));
  for (const part of inPartsOf(250, memories))
    await api.post('store/batch', { memories: part, user_id: USER });
}

/** One and one, each the first as often as the other: what slows the machine down slows both. */
async function inTurns(
  keyed: Api,
  open: Api,
  questions: readonly string[],
): Promise<{ readonly keyed: number[]; readonly open: number[] }> {
  const times = { keyed: [] as number[], open: [] as number[] };
  const ask = async (which: 'keyed' | 'open', query: string) => {
    const started = performance.now();
    await (which === 'keyed' ? keyed : open).post('search', { query, n_results: 10, user_id: USER });
    return performance.now() - started;
  };
  for (let n = 0; n < SEARCHES; n++) {
    const query = questions[n % questions.length]!;
    for (const which of n % 2 === 0 ? (['keyed', 'open'] as const) : (['open', 'keyed'] as const)) {
      const taken = await ask(which, query);
      // The first tenth warms up.
      if (n >= SEARCHES / 10) times[which].push(taken);
    }
  }
  return times;
}
