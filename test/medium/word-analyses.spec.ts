import type { TextSearchLanguage } from '../../src/config/app-config';
import { ImportTarget } from '../../src/migrate/postgres/import-target';
import type { CandidateQuery } from '../../src/memory/candidates';
import { asOwner } from '../../src/memory/postgres/database/open-data-source';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { rewriteWords } from '../../src/memory/postgres/words/fill-words';
import { writeWordsBy } from '../../src/memory/postgres/words/word-record';
import { WordAnalysis } from '../../src/words/word-analysis';
import { ChromaPlace } from '../support/chroma-backend';
import { EmbeddedDatabase } from '../support/embedded-database';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

const ENGLISH = new WordAnalysis('english');
const SIMPLE = new WordAnalysis('simple');

/** One that a service over a database asks by. */
const repositoryOf = (database: PostgresDatabase, language: TextSearchLanguage) =>
  new PostgresMemoryRepository(database, new MovableClock(), () => TEST_MODEL, new WordAnalysis(language));

const asking = (analysis: WordAnalysis, text: string): CandidateQuery => ({
  vector: unitVector(1),
  words: analysis.lexemes(text).map((lexeme) => ({ lexeme, chooses: true })),
  named: [],
  filter: {},
  byVector: 0,
  byWords: 10,
});

const planted = (count: number) =>
  Array.from({ length: count }, (_, n) => embedded({ content: `planted garlic ${n}` }, [unitVector(n)]));

async function found(repository: PostgresMemoryRepository, analysis: WordAnalysis, text: string) {
  const { chunks, exhaustive } = await repository.findCandidates(1, asking(analysis, text));
  return { chunks: chunks.length, exhaustive };
}

/** As a superuser. */
const query = <T>({ host }: PostgresDatabase, sql: string) => asOwner(host, (owner) => owner.query<T[]>(sql));

const lexemesIn = (database: PostgresDatabase) =>
  query<{ lexemes: string | null }>(
    database,
    `select distinct lexemes::text from wisdom_memory.memory_vectors order by 1`,
  );

const recordIn = (database: PostgresDatabase) =>
  query(database, `select name, complete, rewritten_memory from wisdom_memory.word_analyses order by id`);

describe('the analysis of words in ChromaDB', () => {
  it('is that of the service which has it open: words are not stored', async () => {
    const place = new ChromaPlace();
    try {
      const { backend } = await place.open({ analysis: ENGLISH });
      await backend.store(1, planted(2));
      await place.close();
      const reopened = (await place.open({ analysis: SIMPLE })).backend;
      const { chunks } = await reopened.findCandidates(1, asking(SIMPLE, 'planted'));
      expect(chunks).toHaveLength(2);
      expect((await reopened.findCandidates(1, asking(SIMPLE, 'plant'))).chunks).toEqual([]);
    } finally {
      await place.clear();
    }
  });
});

/** Both kinds of database, one after the other open in this process. */
function describeAnalyses(name: string, open: () => Promise<PostgresDatabase>, end: () => Promise<void>) {
  describe(name, () => {
    let database: PostgresDatabase;

    beforeEach(async () => {
      database = await open();
    });

    afterEach(end);

    async function using<T>(
      language: TextSearchLanguage,
      work: (repository: PostgresMemoryRepository) => Promise<T>,
    ): Promise<T> {
      const repository = repositoryOf(database, language);
      await repository.connect();
      try {
        return await work(repository);
      } finally {
        await repository.close();
      }
    }

    it('is noted, and all is complete from the first moment of a new database on', async () => {
      await using('simple', async (repository) => {
        expect(repository.remark).toBeUndefined();
        await repository.store(1, planted(1));
        expect(await found(repository, SIMPLE, 'planted')).toEqual({ chunks: 1, exhaustive: true });
      });
      await using('simple', async (repository) => expect(repository.remark).toBeUndefined());
      expect(await recordIn(database)).toEqual([
        { name: 'simple/1', complete: true, rewritten_memory: null },
      ]);
    });

    it('brings other words into being when it is changed, there and back', async () => {
      await using('english', (repository) => repository.store(1, planted(3)));
      await using('simple', async (repository) => {
        await repository.keepWords();
        expect(repository.remark).toBeUndefined();
        expect(await found(repository, SIMPLE, 'Planted')).toEqual({ chunks: 3, exhaustive: true });
        expect(await found(repository, SIMPLE, 'plant')).toEqual({ chunks: 0, exhaustive: true });
      });
      await using('english', async (repository) => {
        await repository.keepWords();
        expect(await found(repository, ENGLISH, 'plants')).toEqual({ chunks: 3, exhaustive: true });
      });
      const record = (await recordIn(database)) as { name: string }[];
      expect(record.map(({ name }) => name)).toEqual(['english/1', 'simple/1', 'english/1']);
    });

    it('goes on where it was interrupted', async () => {
      await using('english', (repository) => repository.store(1, planted(1_200)));
      const done: number[] = [];
      await database.connect();
      const [{ modelId }] = (await query(
        database,
        `select distinct model_id as "modelId" from wisdom_memory.memory_vectors`,
      )) as [{ modelId: number }];
      await database.withoutTenant((connection) => writeWordsBy(connection, SIMPLE.name));
      const work = { database, analysis: SIMPLE, modelId, progressed: (count: number) => done.push(count) };
      await rewriteWords({ ...work, stopped: () => done.length === 1 });
      const [{ count }] = (await query(
        database,
        `select count(*)::integer from wisdom_memory.memory_vectors where lexemes @@ '''=planted'''`,
      )) as [{ count: number }];
      expect(count).toBe(500);
      await rewriteWords({ ...work, stopped: () => false });
      expect(done).toEqual([500, 500, 200]);
      await using('simple', async (repository) => {
        expect(await found(repository, SIMPLE, 'planted')).toMatchObject({ exhaustive: true });
      });
    });

    it('compares words of which it is not noted, and leaves alone what is right', async () => {
      await using('english', (repository) => repository.store(1, planted(2)));
      await database.connect();
      await query(database, `truncate wisdom_memory.word_analyses`);
      await query(
        database,
        `update wisdom_memory.memory_vectors set lexemes = '''planted'':1 ''garlic'':1 ''1'':1'
         where lexemes @@ '''1'''`,
      );
      const right = `select ctid::text from wisdom_memory.memory_vectors where lexemes @@ '''0'''`;
      const before = await query(database, right);
      await using('english', async (repository) => {
        await repository.keepWords();
        expect(await found(repository, ENGLISH, 'plants')).toEqual({ chunks: 2, exhaustive: true });
        expect(await query(database, right)).toEqual(before);
      });
    });
  });
}

const shared = new EmbeddedDatabase();

describeAnalyses(
  'the analysis of words in PGlite',
  async () => {
    await shared.connect();
    await shared.clear();
    await query(shared, `truncate wisdom_memory.word_analyses`);
    return shared;
  },
  async () => undefined,
);

afterAll(() => shared.end());

describeNative('on a server', () => {
  let server: TestDatabase;
  let logged: string[];
  const opened: PostgresMemoryRepository[] = [];

  const databaseOf = () => new PostgresDatabase(databaseConfig(server.url), (line) => logged.push(line));

  async function open(language: TextSearchLanguage): Promise<PostgresMemoryRepository> {
    const repository = repositoryOf(databaseOf(), language);
    opened.push(repository);
    await repository.connect();
    return repository;
  }

  beforeEach(async () => {
    server = await createTestDatabase();
    logged = [];
  });

  const end = async () => {
    await Promise.all(opened.splice(0).map((repository) => repository.close()));
    await server.drop();
  };

  describeAnalyses('the analysis of words in PostgreSQL', async () => databaseOf(), end);

  describe('the analysis of words of several instances', () => {
    afterEach(end);

    it('is that of the last one to start; the others say so, find by meaning and leave the words to it', async () => {
      const english = await open('english');
      await english.store(1, planted(1));
      const simple = await open('simple');
      await simple.keepWords();
      await english.store(1, planted(1));
      await english.store(1, planted(40));
      expect(await lexemesIn(databaseOf())).toContainEqual({ lexemes: null });

      await english.keepWords();
      expect(english.remark).toMatch(/simple\/1 of another instance.*by english\/1.*TEXT_SEARCH_LANGUAGE/);
      expect(logged.filter((line) => line === english.remark)).toHaveLength(1);
      await english.keepWords();
      expect(logged.filter((line) => line === english.remark)).toHaveLength(1);
      expect(await found(english, ENGLISH, 'planted')).toEqual({ chunks: 0, exhaustive: false });

      await simple.keepWords();
      expect(await lexemesIn(databaseOf())).not.toContainEqual({ lexemes: null });
      expect(simple.remark).toBeUndefined();
      expect(await found(simple, SIMPLE, 'planted')).toMatchObject({ chunks: 10, exhaustive: true });
    });

    it('takes no word for one of another, and says that not all is found, while words are rewritten', async () => {
      await (await open('english')).store(1, planted(3));
      const simple = await whileLocked(async () => {
        const started = await open('simple');
        expect(started.remark).toMatch(/are being rewritten by the analysis simple\/1/);
        expect(logged).toContainEqual(
          expect.stringMatching(/are of the analysis english\/1.*asks by simple\/1/),
        );
        expect(await found(started, SIMPLE, 'garlic')).toEqual({ chunks: 0, exhaustive: false });
        return started;
      });
      await simple.keepWords();
      expect(await found(simple, SIMPLE, 'garlic')).toEqual({ chunks: 3, exhaustive: true });
      expect(logged).toContainEqual(expect.stringMatching(/complete: 3 compared/));
    });

    it('changes only when nobody is still writing by another one', async () => {
      const english = databaseOf();
      await english.connect();
      const written = await english.withoutTenant(async (writer) => {
        await writer.query(`select wisdom_memory.words_are_by('english/1')`);
        const changed = open('simple').then(() => 'changed');
        expect(await Promise.race([changed, waitsForLock().then(() => 'waits')])).toBe('waits');
        return { changed };
      });
      expect(await written.changed).toBe('changed');
      await english.close();
    });

    it('is that of an import where no service was before, and stays that of a service', async () => {
      for (const textSearchLanguage of ['simple', 'english'] as const) {
        const settings = { limits: { externalIdBytes: 512 }, memory: { textSearchLanguage } };
        const target = new ImportTarget(
          databaseConfig(server.url),
          settings,
          new MovableClock(),
          () => undefined,
        );
        await target.open(TEST_MODEL);
        await target.close();
        expect(await recordIn(databaseOf())).toMatchObject([{ name: 'simple/1', complete: true }]);
      }
    });

    /** With all memories locked: nobody rewrites their words. */
    async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
      const locking = databaseOf();
      await locking.connect();
      try {
        return await locking.withTenant(1, async (connection) => {
          await connection.query(`select from wisdom_memory.memories for update`);
          return work();
        });
      } finally {
        await locking.close();
      }
    }

    async function waitsForLock(): Promise<void> {
      for (;;) {
        const waiting = await server.query(
          `select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
        );
        if (waiting.length > 0) return;
      }
    }
  });
});
