import { runCli } from '../support/command-line';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { until } from '../support/processes';
import { rawRequest } from '../support/raw-request';
import { ServiceProcess } from '../support/service-process';

/** Several processes, each with its model, on a busy machine. */
jest.setTimeout(120_000);

/** Within it, a revoked key is refused by every instance. */
const REVOKED_WITHIN_MS = 5_000;

/** So few that a test can store more, and a user gets an approximate index. */
const EXACT_UP_TO = 20;

type Call = (method: string, path: string, body?: object) => Promise<any>;

describeNative('two instances on one database, with nothing between them', () => {
  let database: TestDatabase;
  let instances: readonly ServiceProcess[];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => ServiceProcess.endAll());

  afterAll(() => database.drop());

  /** Started at once; resolves when both listen. */
  async function startBoth(environment: Record<string, string> = {}): Promise<[here: Call, there: Call]> {
    const settings = { MEMORY_BACKEND: 'postgresql', DATABASE_URL: database.url, ...environment };
    instances = await Promise.all([ServiceProcess.spawn(settings), ServiceProcess.spawn(settings)]);
    const [here, there] = await Promise.all(instances.map((instance) => instance.url()));
    return [callsOf(here!), callsOf(there!)];
  }

  it('starts both at once over an empty database, which is migrated once', async () => {
    const both = await startBoth();
    for (const call of both)
      expect(await call('GET', '/status')).toMatchObject({ status: 'available', backend: 'postgresql' });
    const migrations = await database.query<{ name: string }>(
      'select name from wisdom_memory.schema_migrations',
    );
    expect(migrations.length).toBeGreaterThan(0);
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
  });

  it('finds at one at once what was stored, changed and deleted at the other', async () => {
    const [here, there] = await startBoth();
    const { memory } = await here('POST', '/store', {
      ...{ content: 'The tea is in the blue tin.', external_id: 'tin', project: 'Kitchen', session_id: 7 },
      ...{ user_id: 11 },
    });
    const found = async (call: Call) => {
      const { results } = await call('POST', '/search', { query: 'Where is the tea?', user_id: 11 });
      return results.map(({ content }: { content: string }) => content) as string[];
    };
    expect(await found(there)).toEqual(['The tea is in the blue tin.']);
    expect(await there('GET', '/session/7?user_id=11')).toMatchObject({ count: 1 });
    expect(await there('GET', '/projects?user_id=11')).toMatchObject({ projects: ['Kitchen'] });
    expect(await there('GET', '/project/Kitchen?user_id=11')).toMatchObject({ count: 1 });

    await there('PATCH', '/tin', { content: 'The tea is in the red tin.', user_id: 11 });
    expect(await found(here)).toEqual(['The tea is in the red tin.']);
    expect(await here('GET', `/${memory.id}?user_id=11`)).toMatchObject({ external_id: 'tin' });

    await here('DELETE', '/tin?user_id=11');
    expect(await found(there)).toEqual([]);
    await expect(there('GET', '/tin?user_id=11')).rejects.toThrow(/^404/);
  });

  it('keeps every one of the changes that are made at both at the same time', async () => {
    const both = await startBoth();
    const turns = Array.from({ length: 24 }, (_, n) => n);
    const each = (work: (call: Call, n: number) => Promise<unknown>) =>
      Promise.all(turns.map((n) => work(both[n % 2]!, n)));

    // The user, the project and the memory are new to both.
    await each((call, n) =>
      call('POST', '/store', {
        content: `Note ${n} of the garden.`,
        ...{ external_id: `note ${n % 3}`, project: 'Garden', user_id: 12 },
      }),
    );
    const [here, there] = both;
    expect(await here('GET', '/?total=true&user_id=12')).toMatchObject({ total: 3 });
    expect(await there('GET', '/projects?user_id=12')).toMatchObject({ projects: ['Garden'] });
    expect(await database.query('select 1 from wisdom_memory.users where id = 12')).toHaveLength(1);

    await each((call, n) => call('PATCH', '/note%200', { metadata: { [`key${n}`]: n }, user_id: 12 }));
    const { metadata } = await there('GET', '/note%200?user_id=12');
    expect(turns.map((n) => metadata[`key${n}`])).toEqual(turns);
  });

  it('goes on with a list at the other', async () => {
    const both = await startBoth();
    const contents = Array.from({ length: 9 }, (_, n) => `Page ${n}.`);
    const memories = contents.map((content, n) => ({
      content,
      occurred_at: new Date(Date.UTC(2025, 0, 1 + n)),
    }));
    await both[0]('POST', '/store/batch', { memories, user_id: 13 });
    const listed: string[] = [];
    let page: { next_cursor: string | null } = { next_cursor: '' };
    for (let n = 0; page.next_cursor !== null; n++) {
      const cursor = page.next_cursor && `&cursor=${encodeURIComponent(page.next_cursor)}`;
      const answer = await both[n % 2]!('GET', `/?limit=2&user_id=13${cursor}`);
      listed.push(...answer.items.map(({ content }: { content: string }) => content));
      page = answer;
    }
    expect(listed).toEqual(contents.toReversed());
  });

  it('keeps what was acknowledged when one is killed, and the other goes on', async () => {
    const [here, there] = await startBoth();
    const store = (call: Call, n: number) =>
      call('POST', '/store', { content: `Line ${n}.`, external_id: String(n), user_id: 14 });
    const acknowledged: number[] = [];
    const writing = (async () => {
      for (let n = 0; ; n++) {
        const stored = await store(here, n).catch(() => undefined);
        if (!stored) return;
        acknowledged.push(n);
      }
    })();
    await until('some are stored', () => acknowledged.length >= 5);
    instances[0]!.kill('SIGKILL');
    await writing;
    for (const n of acknowledged)
      expect(await there('GET', `/${n}?user_id=14`)).toMatchObject({ content: `Line ${n}.` });
    expect(await store(there, 0)).toMatchObject({ success: true });
  });

  it('takes a new key at both at once, and refuses it at both soon after it is revoked', async () => {
    const settings = { MEMORY_BACKEND: 'postgresql', DATABASE_URL: database.url };
    await startBoth({ AUTH_MODE: 'api-key' });
    const made = await runCli(['users', 'create', 'ana', '--id', '15'], settings);
    expect(made).toMatchObject({ exitCode: 0 });
    const { stdout } = await runCli(['keys', 'create', '--user', 'ana', '--json'], settings);
    const { key, prefix } = JSON.parse(stdout) as { key: string; prefix: string };
    const both = await Promise.all(instances.map(async (instance) => callsOf(await instance.url(), key)));

    await both[0]!('POST', '/store', { content: 'Ana likes tea.' });
    expect(await both[1]!('GET', '/?total=true')).toMatchObject({ total: 1 });

    expect(await runCli(['keys', 'revoke', prefix], settings)).toMatchObject({ exitCode: 0 });
    const refused = (call: Call) =>
      call('GET', '/status').then(
        () => false,
        (error: Error) => /^401/.test(error.message),
      );
    for (const call of both) await until('the key is refused', () => refused(call), REVOKED_WITHIN_MS);
  });

  it('builds the approximate index of a large user once, though both look for it at their start', async () => {
    const [here] = await startBoth();
    const memories = Array.from({ length: EXACT_UP_TO + 1 }, (_, n) => ({ content: `Cup number ${n}.` }));
    await here('POST', '/store/batch', { memories, user_id: 16 });
    await ServiceProcess.endAll();

    const both = await startBoth({ DATABASE_EXACT_SEARCH_UP_TO: String(EXACT_UP_TO) });
    const built = () =>
      instances.flatMap(({ printed }) => printed.match(/index of user 16 was built/g) ?? []);
    await until('it is built', () => built().length > 0);
    for (const call of both)
      expect(await call('POST', '/search', { query: 'cup 4', user_id: 16 })).toMatchObject({ count: 3 });
    await Promise.all(instances.map((instance) => instance.stop()));
    expect(built()).toHaveLength(1);
    expect(
      await database.query(
        `select 1 from pg_indexes where indexname like 'memory\\_vectors\\_hnsw\\_16\\_%'`,
      ),
    ).toHaveLength(1);
  });
});

/** Calls of the API at an address; rejects, naming the status, where the answer is no success. */
function callsOf(url: string, key?: string): Call {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return async (method, path, body) => {
    const answer = await rawRequest(url, { method, path: `/api/memory${path}`, body, headers });
    if (answer.status >= 400) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}
