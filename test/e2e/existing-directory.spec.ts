import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/command-line';
import {
  CHROMA_VERSIONS,
  chromaManifest,
  ChromaVersion,
  snapshotOf,
  unpackedChroma,
} from '../support/chroma-fixture';
import { processesWith, until } from '../support/processes';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

interface Listed {
  readonly items: readonly { readonly external_id: string; readonly content: string }[];
  readonly total: number;
  readonly next_cursor: string | null;
}

/** A service over a copy of a directory that the original left behind. */
class Installation {
  private constructor(
    readonly path: string,
    readonly remove: () => void,
  ) {}

  static async of(version: ChromaVersion): Promise<Installation> {
    const { path, remove } = await unpackedChroma(version);
    return new Installation(path, remove);
  }

  /** What the copy says of itself; undefined before it is begun. */
  get adoption(): { readonly state: string } | undefined {
    const file = join(`${this.path}.wisdom`, 'adoption.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  get environment(): Record<string, string> {
    return { CHROMA_PATH: this.path };
  }
}

async function get<T>(service: ServiceProcess, path: string): Promise<T> {
  const response = await fetch(`${await service.url()}/api/memory${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function everything(service: ServiceProcess): Promise<Listed['items'][number][]> {
  const items: Listed['items'][number][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Listed = await get(service, `/?limit=100&total=true${cursor && `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

describe('a service pointed at a directory of the original', () => {
  let installation: Installation;

  afterEach(async () => {
    await ServiceProcess.endAll();
    await until('all processes gone', () => processesWith(installation.path).length === 0);
    installation.remove();
  });

  it.each(CHROMA_VERSIONS)(
    'of ChromaDB %s has every memory, and the directory stays as it is',
    async (version) => {
      installation = await Installation.of(version);
      const before = snapshotOf(installation.path);
      const { count, samples } = chromaManifest(version).find(({ name }) => name === 'wisdom_sessions')!;
      const service = await ServiceProcess.start(installation.environment);

      const status = await get<{ total_memories: number; reason: string }>(service, '/status');
      expect(status.total_memories).toBe(count);
      expect(status.reason).toContain(
        `are served from their copy ${installation.path}.wisdom; the original stays as it is`,
      );
      const listed = await everything(service);
      expect(new Set(listed.map(({ external_id }) => external_id)).size).toBe(count);
      for (const { id, document } of samples) {
        const memory = await get<Listed['items'][number]>(service, `/${encodeURIComponent(id)}`);
        expect(memory).toMatchObject({ external_id: id, content: document ?? '' });
      }
      // The vectors of those stored again are not of their texts.
      const { document } = samples.find((sample) => !sample.document?.startsWith('Stored again'))!;
      const found = await search(service, document!);
      expect(found.map(({ content }) => content)).toContain(document);

      await service.stop();
      expect(snapshotOf(installation.path)).toEqual(before);
    },
  );

  it('goes on after kill -9 in the middle of its first start', async () => {
    const before = await killedWhileCopying();
    expect(installation.adoption?.state).toBe('copying');

    const service = await ServiceProcess.start(installation.environment);
    const listed = await everything(service);
    expect(listed).toHaveLength(1_366);
    expect(new Set(listed.map(({ external_id }) => external_id)).size).toBe(1_366);
    expect(installation.adoption?.state).toBe('complete');
    expect(snapshotOf(installation.path)).toEqual(before);
  });

  /** What the directory was like. Whoever looks too late, on a busy machine, finds the copy complete: then another is made. */
  async function killedWhileCopying(): Promise<unknown> {
    for (;;) {
      installation = await Installation.of('1.5.9');
      const before = snapshotOf(installation.path);
      const killed = await ServiceProcess.spawn(installation.environment);
      await until('the copy is begun', () => /its memories are copied to/.test(killed.printed), 60_000);
      killed.kill('SIGKILL');
      await killed.ended;
      await until('all processes gone', () => processesWith(installation.path).length === 0);
      if (installation.adoption?.state !== 'complete') return before;
      installation.remove();
    }
  }

  it('does the same by command, and brings nothing twice', async () => {
    installation = await Installation.of('0.6.3');
    const first = await runCli(['adopt-chroma'], installation.environment);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toContain('The 406 memories of');
    const second = await runCli(['adopt-chroma'], installation.environment);
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.stdout).toContain('Brought what was written to the original since: 0 memories.');
  });

  it('says what is wrong with one that cannot be read', async () => {
    installation = await Installation.of('0.6.3');
    const environment = { CHROMA_PATH: join(installation.path, 'chroma.sqlite3') };
    const service = await ServiceProcess.spawn(environment);
    expect(await service.ended).toBe(1);
    expect(service.printed).toMatch(/CHROMA_PATH .*chroma\.sqlite3 is a file: name a directory/);
    const command = await runCli(['adopt-chroma'], environment);
    expect(command).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringMatching(/is a file/) });
  });
});

async function search(service: ServiceProcess, query: string): Promise<{ content: string }[]> {
  const response = await fetch(`${await service.url()}/api/memory/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, n_results: 10 }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { results: { content: string }[] }).results;
}
