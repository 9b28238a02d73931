import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackedChroma } from '../support/chroma-fixture';
import { runCommand } from '../support/command-line';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { REPOSITORY } from '../support/service-process';

/** Each command starts a process, on a busy machine. */
jest.setTimeout(120_000);

interface Step {
  readonly command: string;
  /** What the page shows of its output, if anything; `…` stands for lines left out. */
  readonly shown: readonly string[];
}

/** The commands of the page, each with the output that stands directly below it. */
function documentedSteps(): Step[] {
  const page = readFileSync(join(REPOSITORY, 'docs/migration.md'), 'utf8');
  const steps = page.matchAll(/```sh\n([^]*?)\n```\n(?:\n```text\n([^]*?)\n```)?/g);
  return [...steps].map(([, command, shown]) => ({
    command: command!,
    shown: shown?.split('\n').filter((line) => line !== '…' && line !== '') ?? [],
  }));
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What differs each time: when, how long, how busy. */
function steady(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'WHEN')
    .replace(/ (in|about|then) (\d+ min )?\d+ s\b/g, ' $1 SOME TIME');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

describeNative('docs/migration.md', () => {
  const steps = documentedSteps();
  /** Ids of runs, by those of the page. */
  const runs = new Map<string, string>();
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let database: TestDatabase;
  let directory: string;

  beforeAll(async () => {
    fixture = await unpackedChroma('1.0.5');
    directory = mkdtempSync(join(tmpdir(), 'wisdom-docs-'));
    await runCommand(['cp', '-a', fixture.path, join(directory, 'chroma')]);
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(directory, { recursive: true });
    fixture.remove();
  });

  it('has every step', () => {
    expect(steps).toHaveLength(7);
  });

  it.each(steps)('$command', async ({ command, shown }) => {
    const words = command
      .replace('npm run cli --', `${process.execPath} ${join(REPOSITORY, 'dist/cli.js')}`)
      .replace(ID, (id) => runs.get(id) ?? id);
    const result = await runCommand(['bash', '-c', words], { DATABASE_URL: database.url }, directory);
    const printed = steady(result.stdout).split('\n');
    let at = -1;
    for (const line of shown) {
      const pattern = new RegExp(`^${escaped(steady(line)).replace(ID, '(.{36})')}$`);
      const found = printed.findIndex((candidate, i) => i > at && pattern.test(candidate));
      if (found < 0) throw new Error(`"${line}" is not in\n${result.stdout}${result.stderr}`);
      const ids = line.match(ID) ?? [];
      ids.forEach((id, i) => runs.set(id, pattern.exec(printed[found]!)![i + 1]!));
      at = found;
    }
  });

  it('leaves what it says: a backup, a report, and nothing of the first run', async () => {
    expect(existsSync(join(directory, 'chroma.backup/chroma.sqlite3'))).toBe(true);
    expect(JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'))).toMatchObject({
      state: 'finished',
    });
    expect(await database.query('select id from wisdom_memory.memories')).toEqual([]);
  });
});
