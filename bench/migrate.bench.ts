import { join } from 'node:path';
import { runCommand } from '../test/support/command-line';
import { createTestDatabase, TEST_DATABASE_URL } from '../test/support/postgres-server';
import { ThrowawayServer } from '../test/support/throwaway-server';
import { Benchmark, Row } from './benchmark';
import { chromaSource } from './chroma-source';
import { median } from './measure';
import { PreparedRows } from './prepared-rows';
import { realTexts } from './texts';

const CLI = join(__dirname, '../dist/cli.js');
const PEAK_MEMORY = join(__dirname, 'peak-memory.js');

/** Texts that the records have in turns. */
const TEXTS = 2_000;

const ROUNDS = 3;

export const migrate: Benchmark = {
  about:
    'a ChromaDB directory migrated to PostgreSQL beside its rows, prepared, written into the same tables',
  run: async ({ locomo }) => {
    const server = TEST_DATABASE_URL === undefined ? await ThrowawayServer.start() : undefined;
    try {
      const url = server?.url ?? TEST_DATABASE_URL!;
      const texts = realTexts(TEXTS, locomo);
      return [...(await measure(url, 20_000, texts)), ...(await measure(url, 200_000, texts))];
    } finally {
      await server?.remove();
    }
  },
};

/**
 * Each round migrates into a database of its own, then writes the same rows there once more. At last it is migrated with
 * the comparison, which takes the most memory.
 */
export async function measure(server: string, records: number, texts: readonly string[]): Promise<Row[]> {
  const source = chromaSource(records, texts);
  const migrated: number[] = [];
  const limits: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++)
      await withDatabase(server, async (url) => {
        const { seconds } = await migrateOnce(source.path, url, records, '--no-verify');
        migrated.push(records / seconds);
        limits.push(await writtenPerSecond(url, records));
      });
    const verified = await withDatabase(server, (url) => migrateOnce(source.path, url, records));
    const what = records.toLocaleString('en');
    return [
      {
        what,
        unit: 'memories/s',
        measured: median(migrated),
        limit: median(limits),
        goal: 'ratio >= 0.6',
      },
      {
        what: `${what} and compared, memory at most`,
        unit: 'MB',
        measured: verified.peakMegabytes,
        goal: '< 400 MB, the same for both',
      },
    ];
  } finally {
    source.remove();
  }
}

async function withDatabase<T>(server: string, work: (url: string) => Promise<T>): Promise<T> {
  const database = await createTestDatabase(server);
  try {
    return await work(database.url);
  } finally {
    await database.drop();
  }
}

async function migrateOnce(
  path: string,
  url: string,
  records: number,
  ...flags: readonly string[]
): Promise<{ readonly seconds: number; readonly peakMegabytes: number }> {
  const command = [process.execPath, '--require', PEAK_MEMORY, CLI, 'migrate-chroma', '--chroma-path', path];
  const { exitCode, stdout, stderr } = await runCommand([...command, '--json', ...flags], {
    DATABASE_URL: url,
  });
  if (exitCode !== 0) throw new Error(`migrate-chroma ended with ${exitCode}: ${stderr}`);
  const { seconds, total } = JSON.parse(stdout) as { seconds: number; total: { inserted: number } };
  if (total.inserted !== records) throw new Error(`${total.inserted} of ${records} were migrated`);
  const peak = Number(/^peak (\d+)$/m.exec(stderr)![1]);
  return { seconds, peakMegabytes: peak / 1_000 };
}

async function writtenPerSecond(url: string, records: number): Promise<number> {
  const prepared = await PreparedRows.read(url);
  try {
    const started = performance.now();
    await prepared.write();
    return (records * 1_000) / (performance.now() - started);
  } finally {
    await prepared.close();
  }
}
