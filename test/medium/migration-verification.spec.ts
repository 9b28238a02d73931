import { importedMemoryId, newMemoryId } from '../../src/memory/memory-id';
import { verificationText } from '../../src/migrate/verification/verification-text';
import { GivenMigrations } from '../support/given-migrations';
import type { GivenRecord } from '../support/given-source';
import { embedded } from '../support/memories';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { unitVector, vectorNear } from '../support/vectors';

function record(n: number, changes: Partial<GivenRecord> = {}): GivenRecord {
  return {
    id: `conv_${n}`,
    text: `Ana: the ${n}th tea "\\ \t🍵`,
    metadata: {
      n,
      session_id: n % 7,
      project: 'Tea',
      tags: { b: [1, null], a: 1e21 },
      timestamp: '2025-03-04T05:06:07Z',
    },
    vectors: [unitVector(n)],
    ...changes,
  };
}

const many = (count: number, first = 1) => Array.from({ length: count }, (_, i) => record(first + i));

const idOf = (n: number, collection = 'wisdom_sessions') => importedMemoryId(1, collection, `conv_${n}`);

/** Several migrations a test, on a busy machine. */
jest.setTimeout(60_000);

describeNative('the verification of a migration', () => {
  let database: TestDatabase;
  let given: GivenMigrations;

  beforeEach(async () => {
    database = await createTestDatabase();
    given = new GivenMigrations(database.url, true);
  });
  afterEach(async () => {
    given.rig.remove();
    await database.drop();
  });

  it('passes, and says how much it compared', async () => {
    const collections = [
      {
        records: [
          ...many(250),
          record(251, { vectors: [1, 2, 3].map(unitVector) }),
          record(252, { text: 'NUL \0' }),
        ],
      },
      { name: 'notes', records: many(3) },
      { name: 'wisdom_sessions_u2', userId: 2, records: many(20) },
    ];
    const { verification, runId } = await given.migrate(collections);
    expect(verification).toMatchObject({
      passed: true,
      collections: [
        { name: 'wisdom_sessions', userId: 1, memories: 251, same: 251, rejected: 1 },
        { name: 'notes', userId: 1, memories: 3, same: 3 },
        { name: 'wisdom_sessions_u2', userId: 2, memories: 20, same: 20 },
      ],
      differences: {},
      vectors: { compared: 251 + 2 + 3 + 20, notInSource: 0 },
      nearest: { samples: 200, differing: { count: 0 } },
    });
    const { digests, vectors } = verification!;
    expect(digests.source).toBe(digests.target);
    expect(vectors.lowestCosine).toBeGreaterThan(0.999999);
    expect(verificationText(verification!, runId)).toContain('Verified: everything is there.');
    const [run] = await database.query(
      `select report -> 'verification' ->> 'passed' as passed from wisdom_memory.import_runs`,
    );
    expect(run).toEqual({ passed: 'true' });
  });

  const where = `where id = '${idOf(7)}'`;
  it.each([
    ['its text', 'text', `update wisdom_memory.memories set content = content || ' ' ${where}`],
    [
      'its metadata',
      'metadata',
      `update wisdom_memory.memories set metadata = jsonb_set(metadata, '{tags,b,0}', '2') ${where}`,
    ],
    [
      'a type in its metadata',
      'metadata',
      `update wisdom_memory.memories set metadata = jsonb_set(metadata, '{n}', '"7"') ${where}`,
    ],
    [
      'its session',
      'fields',
      `update wisdom_memory.memories set session_id = 99 ${where};
                               update wisdom_memory.memory_vectors set session_id = 99 where memory_id = '${idOf(7)}'`,
    ],
    ['its external id', 'fields', `update wisdom_memory.memories set external_id = 'other' ${where}`],
    [
      'the time it was said',
      'copies',
      `update wisdom_memory.memory_vectors set occurred_at = now() where memory_id = '${idOf(7)}'`,
    ],
    [
      'its vector',
      'vectors',
      `update wisdom_memory.memory_vectors set embedding = (
        select embedding from wisdom_memory.memory_vectors where memory_id = '${idOf(8)}') where memory_id = '${idOf(7)}'`,
    ],
    [
      'its vector taken',
      'vectors',
      `delete from wisdom_memory.memory_vectors where memory_id = '${idOf(7)}'`,
    ],
    ['itself gone', 'missing', `delete from wisdom_memory.memories ${where}`],
  ])('fails for a memory with %s changed behind the back of the service', async (_what, kind, tampering) => {
    const collections = [{ records: many(30) }];
    const { runId } = await given.migrate(collections);
    await database.query(tampering);
    const verification = await given.verify(runId, collections);
    const named = { userId: 1, id: idOf(7), recordId: 'conv_7', collection: 'wisdom_sessions' };
    expect(verification).toMatchObject({
      passed: false,
      differences: { [kind]: { count: 1, examples: [named] } },
    });
    const text = verificationText(verification, runId);
    expect(text).toContain(`${idOf(7)} of user 1 ("conv_7" of wisdom_sessions)`);
    expect(text).toContain(`FAILED. To take all of it back: --rollback ${runId}`);
  });

  it('fails for a row too many, and names it', async () => {
    const collections = [{ records: many(30) }];
    const { runId } = await given.migrate(collections);
    const [memories, vectors] = await Promise.all(
      ['memories', 'memory_vectors'].map((table) =>
        database.query<{ list: string }>(
          `select string_agg(quote_ident(column_name), ', ') as list from information_schema.columns
           where table_schema = 'wisdom_memory' and table_name = '${table}'
             and column_name not in ('id', 'external_id', 'memory_id')`,
        ),
      ),
    );
    const surplus = newMemoryId();
    await database.query(`insert into wisdom_memory.memories (id, ${memories![0]!.list})
      select '${surplus}', ${memories![0]!.list} from wisdom_memory.memories ${where}`);
    await database.query(`insert into wisdom_memory.memory_vectors (memory_id, ${vectors![0]!.list})
      select '${surplus}', ${vectors![0]!.list} from wisdom_memory.memory_vectors where memory_id = '${idOf(7)}'`);
    expect(await given.verify(runId, collections)).toMatchObject({
      passed: false,
      differences: { surplus: { count: 1, examples: [{ userId: 1, id: surplus, recordId: null }] } },
    });
  });

  it('fails where the second of two namesakes is gone', async () => {
    const collections = [{ records: many(5) }, { name: 'notes', records: many(5) }];
    const { runId } = await given.migrate(collections);
    await database.query(`delete from wisdom_memory.memories where id = '${idOf(2, 'notes')}'`);
    expect(await given.verify(runId, collections)).toMatchObject({
      passed: false,
      differences: { missing: { count: 1, examples: [{ id: idOf(2, 'notes'), collection: 'notes' }] } },
    });
  });

  it('fails where a search does not find what is nearest', async () => {
    const collections = [{ records: many(30) }];
    const { runId } = await given.migrate(collections);
    // As if it had expired: the search passes it over, and whoever reads the memory alone does not notice.
    await database.query(
      `update wisdom_memory.memory_vectors set expires_at = 'epoch' where memory_id = '${idOf(7)}'`,
    );
    const { passed, nearest } = await given.verify(runId, collections);
    expect(passed).toBe(false);
    expect(nearest.differing.count).toBeGreaterThan(0);
    for (const { expected, found } of nearest.differing.examples) {
      expect(expected).toContain(idOf(7));
      expect(found).not.toContain(idOf(7));
    }
  });

  it('passes beside memories that were there before, nearer ones and many of them too', async () => {
    await given.rig.withService((repository) =>
      repository.store(
        1,
        Array.from({ length: 300 }, (_, i) => embedded({}, [vectorNear(unitVector(7), 0.99, 1_000 + i)])),
      ),
    );
    const collections = [
      { records: [...many(30), record(31, { vectors: [vectorNear(unitVector(7), 0.5, 5)] })] },
    ];
    const { runId } = await given.migrate(collections);
    expect(await given.verify(runId, collections)).toMatchObject({ passed: true, nearest: { samples: 31 } });
  });

  it('fails where the one that is nearest among others is not found', async () => {
    await given.rig.withService((repository) =>
      repository.store(
        1,
        Array.from({ length: 300 }, (_, i) => embedded({}, [vectorNear(unitVector(7), 0.8, 1_000 + i)])),
      ),
    );
    const near = record(31, { vectors: [vectorNear(unitVector(7), 0.9, 5)] });
    const collections = [{ records: [...many(30), near] }];
    const { runId } = await given.migrate(collections);
    await database.query(
      `update wisdom_memory.memory_vectors set expires_at = 'epoch' where memory_id = '${idOf(31)}'`,
    );
    const { nearest } = await given.verify(runId, collections);
    expect(nearest.differing.examples.map(({ memory }) => memory.recordId)).toContain('conv_7');
  });

  it('passes over what the service has changed, what was there before and what has expired since', async () => {
    const earlier = [{ records: [record(1), record(2, { text: 'as it was' })] }];
    await given.migrate(earlier);
    await given.rig.withService((repository) => repository.store(1, [embedded({ externalId: 'own' })]));
    const collections = [
      {
        records: [
          ...many(40),
          record(41, { fields: { expiresAt: given.rig.clock.in(1_000) } }),
          // Of this service, in a target that has another memory of that key.
          record(42, { fields: { id: newMemoryId(), externalId: 'own' } }),
        ],
      },
    ];
    const { runId } = await given.migrate(collections);
    given.rig.clock.advance(1_000);
    await given.rig.withService(async (repository) => {
      await repository.update(1, 'conv_3', (memory) => ({ ...memory, content: 'changed' }), [unitVector(77)]);
      await repository.update(1, 'conv_4', (memory) => ({ ...memory, expiresAt: given.rig.clock.now() }));
    });
    expect(await given.verify(runId, collections)).toMatchObject({
      passed: true,
      differences: {},
      collections: [{ memories: 41, same: 37, changedSince: 2, leftAsTheyWere: 2, expired: 1, missing: 0 }],
    });
  });

  it('passes for what was overwritten', async () => {
    await given.migrate([{ records: many(5).map((one) => ({ ...one, text: 'before' })) }]);
    const collections = [{ records: many(5) }];
    const { runId } = await given.migrate(collections, 'overwrite');
    expect(await given.verify(runId, collections)).toMatchObject({
      passed: true,
      collections: [{ same: 5 }],
    });
  });

  it('takes the times of an earlier run for those that the source does not know', async () => {
    const collections = [{ records: [...many(5), record(6, { metadata: {} })] }];
    await given.migrate(collections);
    given.rig.clock.advance(1_000);
    const { verification } = await given.migrate(collections);
    expect(verification).toMatchObject({
      passed: true,
      collections: [{ memories: 6, same: 6, leftAsTheyWere: 0 }],
    });
  });
});
