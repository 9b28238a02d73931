import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';
import { unitVector } from '../support/vectors';

const RESTARTS = 20;
const WRITERS = 4;
const USER = 7;

describeNative('a native PostgreSQL that fails', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;
  let repository: PostgresMemoryRepository;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
  }, 60_000);

  afterAll(() => server.remove());

  beforeEach(async () => {
    database = await createTestDatabase(server.url);
    repository = await connect();
  });

  afterEach(async () => {
    await repository.close();
    await database.drop();
  });

  async function connect(changes = {}): Promise<PostgresMemoryRepository> {
    const postgres = new PostgresDatabase(databaseConfig(database.url, changes), () => undefined);
    const connected = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await connected.connect();
    return connected;
  }

  const search = () => repository.search(USER, { vector: unitVector(1), filter: {}, limit: 3 });

  /** Why a call was refused, in the words that a caller gets. */
  async function refusal(call: Promise<unknown>): Promise<string> {
    const error: unknown = await call.then(
      () => new Error('it was not refused'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BackendUnavailableError);
    const { message, retryAfter, cause } = error as BackendUnavailableError;
    expect(retryAfter).toBeGreaterThan(0);
    expect(cause).toHaveProperty('message');
    expect(message).not.toMatch(/select|insert|wisdom_memory|127\.0\.0\.1/i);
    return message;
  }

  it(`loses nothing that it acknowledged when restarted ${RESTARTS} times under writers`, async () => {
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let writing = true;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let n = 0; writing; n++) {
        const key = `${writer}/${n}`;
        // Every third is a batch, which comes by COPY. Without external ids a transaction is sent in one piece.
        const named = writer % 2 === 0;
        const batch = Array.from({ length: n % 3 ? 1 : 60 }, (_, i) =>
          embedded({ externalId: named ? `${key}/${i}` : null, metadata: { key: `${key}/${i}` } }),
        );
        try {
          const stored = await repository.store(USER, batch);
          acknowledged.push(...stored.map(({ id }) => id));
        } catch (error) {
          refused.push(error);
        }
      }
    });
    try {
      for (let restart = 0; restart < RESTARTS; restart++) {
        await server.stop(restart % 2 ? 'fast' : 'immediate');
        expect(await refusal(search())).toMatch(/PostgreSQL/);
        const before = acknowledged.length;
        await server.startAgain();
        // The pool recovers by itself: writers, who never stop, get through again.
        while (acknowledged.length === before) await new Promise(setImmediate);
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
    expect(refused.filter((error) => !(error instanceof BackendUnavailableError))).toEqual([]);
    expect(refused.length).toBeGreaterThanOrEqual(RESTARTS);
    const { items } = await repository.list(USER, { filter: {}, order: 'ascending', limit: 1_000_000 });
    const kept = new Set(items.map(({ id }) => id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    // A batch is there whole or not at all.
    const keys = new Set(items.map(({ metadata }) => String(metadata.key)));
    for (const last of [...keys].filter((key) => key.endsWith('/59')))
      for (let i = 0; i < 60; i++) expect(keys.has(last.replace(/59$/, `${i}`))).toBe(true);
  }, 180_000);

  it('answers while it is read-only, and says so to writers', async () => {
    await repository.store(USER, [embedded()]);
    await repository.close();
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`alter database ${name} set default_transaction_read_only = on`);
    repository = await connect({ migrations: false });
    expect((await search()).hits).toHaveLength(1);
    const { id } = (await search()).hits[0]!.memory;
    expect(await refusal(repository.store(USER, [embedded()]))).toMatch(/read-only/);
    expect(await refusal(repository.delete(USER, id))).toMatch(/read-only/);
    expect(await refusal(repository.ensureProject(USER, 'Tea'))).toMatch(/read-only/);
  });

  it.each([
    ['53100', /disk .* is full/],
    ['53200', /no resources left/],
    ['58030', /cannot read or write its files/],
    ['XX001', /damaged data/],
  ])('names what is wrong when a store fails with %s, and changes nothing', async (state, expected) => {
    await database.query(`
      create function public.fail() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file' using errcode = '${state}'; end $$`);
    await database.query(
      'create trigger fail after insert on wisdom_memory.memory_vectors for each row execute function public.fail()',
    );
    expect(await refusal(repository.store(USER, [embedded()]))).toMatch(expected);
    await database.query('drop function public.fail cascade');
    expect(await repository.count(USER)).toBe(0);
    await repository.store(USER, [embedded()]);
  });

  it('gives up on a statement that takes too long, and goes on', async () => {
    await repository.close();
    repository = await connect({ statementTimeoutMs: 2_000, poolSize: 2 });
    await repository.store(USER, [embedded({ externalId: 'held' })]);
    const holder = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    await holder.connect();
    let release = () => {};
    let held!: Promise<void>;
    await new Promise<void>((locked) => {
      held = holder.withTenant(USER, async (connection) => {
        await connection.query('select from wisdom_memory.memories for update');
        const released = new Promise<void>((resolve) => (release = resolve));
        locked();
        await released;
      });
    });
    const blocked = repository.update(USER, 'held', (memory) => memory);
    expect(await refusal(blocked)).toMatch(/DATABASE_STATEMENT_TIMEOUT_MS/);
    release();
    await held;
    await holder.close();
    expect(await repository.update(USER, 'held', (memory) => memory)).toBeTruthy();
  });
});
