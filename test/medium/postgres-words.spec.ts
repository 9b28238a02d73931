import { CandidatePool, CandidateQuery, chunkKey } from '../../src/memory/candidates';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { fillWords } from '../../src/memory/postgres/words/fill-words';
import { WordAnalysis } from '../../src/words/word-analysis';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

/** More than are counted for every question. */
const MANY = 2_100;

const GARLIC: CandidateQuery = {
  vector: unitVector(1),
  words: [{ lexeme: 'garlic', chooses: true }],
  named: [],
  filter: {},
  byVector: 0,
  byWords: 10,
};

const keysOf = ({ chunks }: CandidatePool) =>
  chunks.map(({ memoryId, chunk }) => chunkKey(memoryId, chunk)).sort();

describeNative('words in PostgreSQL', () => {
  let database: TestDatabase;
  let postgres: PostgresDatabase;
  let repository: PostgresMemoryRepository;

  beforeEach(async () => {
    database = await createTestDatabase();
    postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
  });

  afterEach(async () => {
    await repository.close();
    await database.drop();
  });

  const store = (userId: number, count: number, chunks = 1) =>
    repository.store(
      userId,
      Array.from({ length: count }, (_, n) =>
        embedded(
          { externalId: `m${n}`, content: `garlic ${'in bed '.repeat(100)} number${n}?` },
          Array.from({ length: chunks }, (_, chunk) => unitVector(10 * n + chunk)),
        ),
      ),
    );
  const lexemes = () =>
    database.query<{ lexemes: string | null }>(
      `select lexemes::text from wisdom_memory.memory_vectors order by user_id, memory_id, chunk`,
    );
  const forget = () => database.query(`update wisdom_memory.memory_vectors set lexemes = null`);

  it.each([1, 40])('are the same for %s memories at once, which come by COPY from 30 on', async (count) => {
    await store(1, count, 2);
    const [first, second] = await lexemes();
    expect(first!.lexemes).toMatch(/^'bed':1,2,3.* 'garlic':1$/);
    expect(second!.lexemes).toMatch(/^'\?':1 'bed':1,2,3.* 'number0':1$/);
  });

  it('are filled in where they are unknown, of every tenant, after however many interruptions', async () => {
    await store(1, 600);
    await store(2, 3, 2);
    const known = await lexemes();
    await forget();
    expect((await repository.findCandidates(2, GARLIC)).chunks).toEqual([]);
    let batches = 0;
    await fillWords({
      database: postgres,
      analysis: new WordAnalysis('english'),
      modelId: 1,
      stopped: () => ++batches > 2,
      progressed: () => undefined,
    });
    const filled = (await lexemes()).filter((row) => row.lexemes !== null).length;
    expect([filled > 0, filled < known.length]).toEqual([true, true]);
    await repository.keepWords();
    expect(await lexemes()).toEqual(known);
    expect((await repository.findCandidates(2, GARLIC)).chunks).toHaveLength(6);
  });

  it('follow a text that is changed without its vectors', async () => {
    await store(1, 1);
    await repository.update(1, 'm0', (memory) => ({ ...memory, content: 'leek' }));
    expect(await lexemes()).toEqual([{ lexemes: "'leek':1" }]);
  });

  it('are told to no other tenant, and to nobody where there is none', async () => {
    await store(1, 3);
    for (const tenant of [`set local app.user_id = '2'`, 'select 1']) {
      const [scope] = await asApp(
        tenant,
        `select * from wisdom_memory.word_scope(1::smallint, now(), '{garlic}', 1000)`,
      );
      expect(scope).toEqual({ chunks: '0', chunks_with: ['0'] });
      const found = `select * from wisdom_memory.chunks_with_words(1::smallint, '{garlic}', '{1}')`;
      expect(await asApp(tenant, found)).toEqual([]);
    }
  });

  /** The rows of a statement of the service's role, in a transaction that begins with another. */
  async function asApp(first: string, sql: string): Promise<unknown[]> {
    return postgres.withoutTenant(async (connection) => {
      await connection.query(first);
      return (await connection.query(sql)).rows;
    });
  }

  describe('of a tenant with many memories', () => {
    const words = ['often', 'seldom', 'never'].map((lexeme) => ({ lexeme, chooses: true }));
    const asked: CandidateQuery = { ...GARLIC, words, byVector: 5, byWords: 5 };
    const memories = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => {
        const n = from + i;
        const content = `${n % 10 === 0 ? 'often' : 'other'}${n % 700 === 1 ? ' seldom' : ''}`;
        return embedded({ externalId: `m${n}`, content, speaker: n === 1_234 ? 'Ana' : 'Ben' }, [
          unitVector(n),
        ]);
      });

    beforeEach(async () => {
      await repository.store(1, memories(0, MANY));
    });

    it('are counted exactly where they are rare, and so nearly where they are common that a score does not tell', async () => {
      const { scope } = await repository.findCandidates(1, asked);
      expect(scope).toEqual({ chunks: MANY, chunksWith: [MANY / 10, 3, 0] });
      await repository.store(1, memories(MANY, 701));
      const later = await repository.findCandidates(1, asked);
      expect(later.scope).toEqual({ chunks: MANY, chunksWith: [MANY / 10, 4, 0] });
    });

    it('are never fewer than the chunks that have them, whatever was stored meanwhile', async () => {
      await repository.findCandidates(1, asked);
      const seldom = Array.from({ length: MANY + 1 }, (_, n) =>
        embedded({ externalId: `s${n}`, content: 'seldom' }),
      );
      await repository.store(1, seldom);
      const { scope } = await repository.findCandidates(1, asked);
      expect(scope).toEqual({ chunks: MANY + 4, chunksWith: [MANY / 10, MANY + 4, 0] });
    });

    it('choose beside what the approximate index finds nearest', async () => {
      const exact = await repository.findCandidates(1, asked);
      expect(exact).toMatchObject({ strategy: 'exact', exhaustive: true });
      const config = databaseConfig(database.url, { exactUpTo: 0 });
      const server = new PostgresDatabase(config, () => undefined);
      const indexed = new PostgresMemoryRepository(server, new MovableClock(), () => TEST_MODEL);
      await indexed.connect();
      try {
        await indexed.keepIndexes();
        const pool = await indexed.findCandidates(1, asked);
        expect(pool).toMatchObject({ strategy: 'index', exhaustive: false, scope: exact.scope });
        expect(keysOf(pool)).toEqual(keysOf(exact));
        expect(pool.nearestLeft).toBeCloseTo(exact.nearestLeft!, 3);
      } finally {
        await indexed.close();
      }
    });
  });
});
