import type { PoolClient } from 'pg';
import { MemoryFilter, SearchStrategy } from '../../src/memory/memory';
import { buildApproximateIndex, readLargeTenants } from '../../src/memory/postgres/search/approximate-index';
import { deleteMemory } from '../../src/memory/postgres/delete-memories';
import { countMemories, findMemory, listMemories } from '../../src/memory/postgres/find-memories';
import { readIndexReads } from '../../src/memory/postgres/search/index-reads';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { findByWords } from '../../src/memory/postgres/search/find-by-words';
import { findCandidates } from '../../src/memory/postgres/search/find-candidates';
import { searchMemories } from '../../src/memory/postgres/search/search-memories';
import { WordFrequencies } from '../../src/memory/postgres/search/word-frequencies';
import { storeMemories } from '../../src/memory/postgres/store-memories';
import { TenantContext } from '../../src/memory/postgres/tenant-context';
import { explainedNodes, explainEverything, PlanNode, scans } from '../support/explained-plans';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { until } from '../support/processes';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

/** Memories by user: one who hardly knows the service, one who does, and one who has most of the table. */
const TENANTS: readonly (readonly [userId: number, memories: number])[] = [
  [1, 100],
  [2, 10_000],
  [3, 41_000],
];

const BATCH = 1_000;
/** As many as a prime number, so that no vector goes with one session or agent. */
const VECTORS = Array.from({ length: 499 }, (_, i) => unitVector(i));

describeNative('plans of a native PostgreSQL, as the role of the app gets them', () => {
  const clock = new MovableClock();
  let database: TestDatabase;
  let postgres: PostgresDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await fill();
    await database.query('vacuum analyze');
    await explainEverything(database);
    postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    await postgres.connect();
  }, 180_000);

  afterAll(async () => {
    await postgres.close();
    await database.drop();
  });

  async function fill(): Promise<void> {
    const store = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    const repository = new PostgresMemoryRepository(store, clock, () => TEST_MODEL);
    await repository.connect();
    // Nobody vacuums or analyses but the tests: at a moment of its own it would change plans and figures.
    for (const table of ['memories', 'memory_vectors'])
      await database.query(`alter table wisdom_memory.${table} set (autovacuum_enabled = off)`);
    for (const [userId, memories] of TENANTS) {
      const project = await repository.ensureProject(userId, 'Tea');
      for (let start = 0; start < memories; start += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, memories - start) }, (_, i) => {
          const n = start + i;
          const fields = {
            externalId: `key ${n}`,
            content: `tea word${n % 2_000}`,
            project: n % 10 ? null : project,
            sessionId: n % 100,
            sessionType: n % 2 ? 'chat' : null,
            agentId: `agent ${n % 5}`,
            speaker: n % 50 ? 'Ana' : 'Bob',
            contentType: n % 3 ? 'conversation' : 'note',
            metadata: { rare: n % 2_000, common: n % 3, weight: n },
            occurredAt: new Date(Date.UTC(2024, 0, 1) + n * 60_000),
          };
          return embedded(fields, [VECTORS[n % VECTORS.length]!]);
        });
        await repository.store(userId, batch);
      }
    }
    await repository.close();
  }

  /** The nodes of every plan that was run for `work`. */
  function nodesOf(userId: number, work: (tenant: TenantContext) => Promise<unknown>): Promise<PlanNode[]> {
    return postgres.withTenant(userId, (connection) =>
      explainedNodes(connection, () => work(tenantOf(userId, connection))),
    );
  }

  function tenantOf(userId: number, connection: PoolClient): TenantContext {
    return { connection, userId, now: clock.now(), modelId: 1, copies: true };
  }

  const question = { vector: unitVector(77), limit: 10 };
  const compare = (path: string, comparison: object) =>
    ({ metadata: { kind: 'compare', path: [path], comparison } }) as MemoryFilter;

  const BUILT_IN: readonly (readonly [string, MemoryFilter])[] = [
    ['nothing', {}],
    ['a project', { projectId: 1 }],
    ['a session', { sessionId: 7 }],
    ['a session type', { sessionType: 'chat' }],
    ['an agent', { agentId: 'agent 3' }],
    ['a speaker', { speaker: 'Bob' }],
    ['types', { contentTypes: ['note', 'other'] }],
    [
      'a time',
      { occurredAfter: new Date(Date.UTC(2024, 0, 1)), occurredBefore: new Date(Date.UTC(2024, 1, 1)) },
    ],
    [
      'all of them',
      { projectId: 1, sessionId: 0, agentId: 'agent 0', speaker: 'Bob', contentTypes: ['note'] },
    ],
  ];

  describe.each(TENANTS)('for user %d with %d memories', (userId, memories) => {
    it.each(BUILT_IN)('search by %s in the covering index alone', async (_name, filter) => {
      const nodes = await nodesOf(userId, (tenant) => searchMemories(tenant, { ...question, filter }, false));
      const vectorScans = scans(nodes).filter((scan) => scan.includes('memory_vectors'));
      expect(vectorScans).toEqual(['Index Only Scan memory_vectors_search']);
      const covering = nodes.filter((node) => node['Index Name'] === 'memory_vectors_search');
      expect(covering.map((node) => node['Heap Fetches'])).toEqual([0]);
      expect(scans(nodes)).not.toContain('Seq Scan memories');
    });

    it.each(BUILT_IN)(
      'find candidates by words and sessions by %s in their indexes',
      async (_name, filter) => {
        const words = ['tea', 'word7'].map((lexeme) => ({ lexeme, chooses: true }));
        const asked = { vector: unitVector(77), words, named: ['Bob'], filter, byVector: 30, byWords: 30 };
        const nodes = await nodesOf(userId, async (tenant) => {
          const worded = await findByWords(tenant, asked, new WordFrequencies());
          await findCandidates(tenant, asked, { worded, indexed: false });
        });
        const scanned = scans(nodes).filter((scan) => scan.includes('memory_vectors'));
        expect(scanned).toEqual(
          expect.arrayContaining([
            'Bitmap Index Scan memory_vectors_words',
            'Index Only Scan memory_vectors_search',
            'Index Only Scan memory_vectors_session',
          ]),
        );
        expect(scanned).not.toContain('Seq Scan memory_vectors');
        const beside = nodes.filter((node) => node['Index Name'] === 'memory_vectors_session');
        expect(Math.max(...beside.map((node) => node['Actual Rows']))).toBeLessThan(10);
      },
    );

    it('search a rare metadata value by the index inside the function', async () => {
      const filter = compare('rare', { operator: 'eq', value: 7 });
      const nodes = await nodesOf(userId, (tenant) => searchMemories(tenant, { ...question, filter }, false));
      expect(scans(nodes)).toContain('Bitmap Index Scan memories_metadata');
      expect(scans(nodes)).not.toContain('Seq Scan memories');
      expect(scans(nodes)).not.toContain('Seq Scan memory_vectors');
    });

    it('search a common metadata value by rank, looking only at as many memories as needed', async () => {
      const filter = compare('weight', { operator: 'gte', value: memories / 2 });
      const nodes = await nodesOf(userId, (tenant) => searchMemories(tenant, { ...question, filter }, false));
      expect(scans(nodes)).toContain('Index Only Scan memory_vectors_search');
      const looked = nodes.filter((node) => node['Index Name'] === 'memories_pkey');
      expect(Math.max(...looked.map((node) => node['Actual Loops']))).toBeLessThan(
        Math.min(memories + 1, 400),
      );
    });

    it.each<[string, MemoryFilter, string]>([
      ['everything', {}, 'memories_occurred'],
      ['a session', { sessionId: 7 }, 'memories_session'],
      ['a project', { projectId: 1 }, 'memories_project'],
    ])('list %s in the order of an index', async (_name, filter, index) => {
      const after = {
        occurredAt: new Date(Date.UTC(2024, 0, 1, 12)),
        id: '01900000-0000-7000-8000-000000000000',
      };
      for (const order of ['ascending', 'descending'] as const) {
        const nodes = await nodesOf(userId, (tenant) =>
          listMemories(tenant, { filter, order, limit: 10, after }),
        );
        if (memories > 100) {
          expect(scans(nodes)).toEqual([`Index Scan ${index}`]);
          expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
        } else expect(scans(nodes)).not.toContain('Seq Scan memories');
      }
    });

    it('count in an index alone', async () => {
      const nodes = await nodesOf(userId, (tenant) => countMemories(tenant, {}));
      expect(scans(nodes)).toEqual(['Index Only Scan memories_occurred']);
    });

    it('find and delete by key, the vectors with it', async () => {
      const byExternalId = await nodesOf(userId, (tenant) => findMemory(tenant, 'key 5'));
      expect(scans(byExternalId)).toEqual(['Index Scan memories_external_id_key']);
      const { id } = (await postgres.withTenant(userId, (connection) =>
        findMemory(tenantOf(userId, connection), 'key 5'),
      ))!;
      const nodes = await nodesOf(userId, (tenant) => deleteMemory(tenant, id));
      expect(scans(nodes).sort()).toEqual(['Index Scan memories_pkey', 'Index Scan memory_vectors_pkey']);
    });
  });

  it('check foreign keys by primary keys, also for a tenant of whom the statistics know nothing', async () => {
    const batch = Array.from({ length: 200 }, (_, i) => embedded({}, [VECTORS[i]!]));
    for (let round = 0; round < 3; round++) {
      const nodes = await nodesOf(4, (tenant) => storeMemories(tenant, batch));
      const checks = scans(nodes).filter((scan) => scan.includes('memories'));
      expect(checks).toEqual(['Index Scan memories_pkey']);
    }
  });

  describe('of a tenant with an approximate index', () => {
    const [userId, vectors] = TENANTS[2]!;

    beforeAll(async () => {
      const owner = postgres.ownerClient();
      await owner.connect();
      await buildApproximateIndex(owner, { modelId: 1, dimension: 384 }, { userId, vectors });
      await owner.end();
    }, 120_000);

    const searchScans = async (filter: MemoryFilter) => {
      let strategy: SearchStrategy | undefined;
      const nodes = await nodesOf(userId, async (tenant) => {
        ({ strategy } = await searchMemories(tenant, { ...question, filter }, true));
      });
      return { strategy, scans: scans(nodes), nodes };
    };

    it.each<[name: string, filter: MemoryFilter, share: number]>([
      ['nothing', {}, 1],
      ['a session type', { sessionType: 'chat' }, 1 / 2],
      ['an agent', { agentId: 'agent 2' }, 1 / 5],
      ['a common metadata value', compare('weight', { operator: 'gte', value: 100 }), 1],
    ])('search by %s in that index, and look at few more vectors than needed', async (_, filter, share) => {
      const { strategy, scans, nodes } = await searchScans(filter);
      expect(strategy).toBe('index');
      expect(scans.filter((scan) => scan.includes('memory_vectors'))).toEqual([
        'Index Scan memory_vectors_hnsw_3_1',
      ]);
      const asked = nodes.find((node) => node['Index Name'] === 'memory_vectors_hnsw_3_1');
      // 40 chunks for ten results, and how many vectors there are to one of the filter's varies among the nearest.
      expect(asked!['Actual Rows']).toBeLessThanOrEqual((2 * 40) / share);
    });

    it('search what a filter leaves little of in the covering index after all', async () => {
      const { strategy, scans } = await searchScans({ sessionId: 7 });
      expect(strategy).toBe('exact');
      expect(scans).toContain('Index Only Scan memory_vectors_search');
    });

    it('search a rare metadata value by the index inside the function alone', async () => {
      const { strategy, scans } = await searchScans(compare('rare', { operator: 'eq', value: 7 }));
      expect(strategy).toBe('exact');
      expect(scans).toContain('Bitmap Index Scan memories_metadata');
      expect(scans).not.toContain('Index Scan memory_vectors_hnsw_3_1');
    });

    it('never take it for exact search', async () => {
      const nodes = await nodesOf(userId, (tenant) =>
        searchMemories(tenant, { ...question, filter: {} }, false),
      );
      expect(scans(nodes)).toContain('Index Only Scan memory_vectors_search');
      expect(scans(nodes)).not.toContain('Index Scan memory_vectors_hnsw_3_1');
    });

    it('compare every vector of another tenant, whose index is only believed to be there', async () => {
      const [other] = TENANTS[1]!;
      const nodes = await nodesOf(other, (tenant) =>
        searchMemories(tenant, { ...question, filter: {} }, true),
      );
      expect(scans(nodes)).not.toContain('Index Scan memory_vectors_hnsw_3_1');
      expect(scans(nodes)).not.toContain('Seq Scan memory_vectors');
    });
  });

  it('search in the covering index alone also where nobody else has memories', async () => {
    const alone = await createTestDatabase();
    const server = new PostgresDatabase(databaseConfig(alone.url), () => undefined);
    const repository = new PostgresMemoryRepository(server, clock, () => TEST_MODEL);
    try {
      await repository.connect();
      const texts = Array.from({ length: 2_000 }, (_, n) =>
        embedded({ content: `tea ${n}` }, [VECTORS[n % 499]!]),
      );
      await repository.store(1, texts);
      await alone.query('vacuum analyze');
      await explainEverything(alone);
      await server.close();
      await server.connect();
      const nodes = await server.withTenant(1, (connection) =>
        explainedNodes(connection, () =>
          searchMemories(tenantOf(1, connection), { ...question, filter: {} }, false),
        ),
      );
      expect(scans(nodes)).toContain('Index Only Scan memory_vectors_search');
      expect(scans(nodes)).not.toContain('Seq Scan memory_vectors');
    } finally {
      await repository.close();
      await alone.drop();
    }
  });

  it('count the vectors of every tenant in the narrowest index', async () => {
    const nodes = await nodesOf(3, ({ connection }) =>
      readLargeTenants(connection, { modelId: 1, dimension: 384 }, 5_000),
    );
    expect(scans(nodes)).toEqual(['Index Only Scan memory_vectors_pkey']);
  });

  it('look for what has expired, whoever it belongs to, in an index', async () => {
    const nodes = await nodesOf(3, ({ connection }) =>
      connection.query('select * from wisdom_memory.expired_memories($1, 1000)', [clock.now()]),
    );
    expect(scans(nodes)).toEqual(['Index Scan memories_expires']);
  });

  it('count what searches read of the covering index, and of the table where vacuum is behind', async () => {
    const [userId, memories] = TENANTS[1]!;
    const reads = async () => (await postgres.withoutTenant(readIndexReads))!;
    const search = () =>
      postgres.withTenant(userId, (connection) =>
        searchMemories(tenantOf(userId, connection), { ...question, filter: {} }, false),
      );
    /** The share of table rows in what searches add to the figures; the server hands them on within a second. */
    const shareOfTable = async () => {
      const before = await reads();
      await until('the searches are counted', async () => {
        await search();
        return (await reads()).entries >= before.entries + memories;
      });
      const after = await reads();
      return (after.tableRows - before.tableRows) / (after.entries - before.entries);
    };
    await database.query('vacuum wisdom_memory.memory_vectors');
    // What was read before the vacuum may be handed on only now.
    await shareOfTable();
    expect(await shareOfTable()).toBeLessThan(0.01);
    await database.query(`update wisdom_memory.memory_vectors set chunk = chunk where user_id = ${userId}`);
    // Nor what the update itself read.
    await shareOfTable();
    expect(await shareOfTable()).toBeGreaterThan(0.1);
  });
});
