import { SearchAnswer, SearchHit, VectorQuery } from '../../src/memory/memory';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ContractContext } from './contract-context';
import { describeExpiry } from './expiry.contract';
import { describeFiltering } from './filtering.contract';
import { describeIsolation } from './isolation.contract';
import { describeSearching } from './searching.contract';

/** So few results of nearly every question that the index gives enough for them. */
const SMALL_LIMITS = [1, 3];

/** Any limit that the index cannot serve: all vectors are compared. */
const MORE_THAN_THERE_ARE = 10_000;

/**
 * Every user has an approximate index before each search. The suite asks for many results, which the index leaves to
 * exact search, so that every question is asked for few as well: they must be the first of the many.
 */
class IndexedRepository extends PostgresMemoryRepository {
  readonly answered = { exact: 0, index: 0 };

  override async search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    await this.keepIndexes();
    const all = await super.search(userId, { ...query, limit: MORE_THAN_THERE_ARE });
    const matching = new Set(all.hits.map(({ memory }) => memory.id));
    for (const limit of SMALL_LIMITS) {
      const { hits } = await this.counted(userId, { ...query, limit });
      expect(hits.filter(({ memory }) => !matching.has(memory.id))).toEqual([]);
      expect(similarities(hits)).toEqual(
        similarities(all.hits.slice(0, limit)).map((similarity): unknown => expect.closeTo(similarity, 3)),
      );
    }
    return this.counted(userId, query);
  }

  private async counted(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    const answer = await super.search(userId, query);
    this.answered[answer.strategy]++;
    return answer;
  }
}

/** Of equally near memories the index may give any. */
function similarities(hits: readonly SearchHit[]): number[] {
  return hits.map(({ similarity }) => similarity);
}

describeNative('with an approximate index for everybody', () => {
  jest.setTimeout(60_000);
  let repository: IndexedRepository;

  const context = new ContractContext(async () => {
    const clock = new MovableClock();
    const database = await createTestDatabase();
    // The planner takes comparing all of a few vectors for cheaper, which it is.
    await database.query(`alter database ${new URL(database.url).pathname.slice(1)} set enable_sort = off`);
    const config = databaseConfig(database.url, { exactUpTo: 0 });
    repository = new IndexedRepository(
      new PostgresDatabase(config, () => undefined),
      clock,
      () => TEST_MODEL,
    );
    await repository.connect();
    return {
      backend: repository,
      clock,
      close: async () => {
        await repository.close();
        await database.drop();
      },
    };
  });
  beforeAll(() => context.open());
  afterAll(() => context.close());

  describeSearching(context);
  describeFiltering(context);
  describeExpiry(context);
  describeIsolation(context);

  it('asks it, and compares all vectors where it does not give enough', () => {
    expect(repository.answered.index).toBeGreaterThan(50);
    expect(repository.answered.exact).toBeGreaterThan(50);
  });
});
