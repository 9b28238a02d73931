import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { importedMemoryId, newMemoryId } from '../../src/memory/memory-id';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { GivenMigrations } from '../support/given-migrations';
import type { GivenRecord } from '../support/given-source';
import { embedded } from '../support/memories';
import { originalModel } from '../support/migrating';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { unitVector } from '../support/vectors';

function record(n: number, changes: Partial<GivenRecord> = {}): GivenRecord {
  return {
    id: `conv_${n}`,
    text: `The ${n}th tea`,
    metadata: { n, project: `Tea ${n % 3}` },
    vectors: [unitVector(n), unitVector(n + 1)],
    ...changes,
  };
}

const many = (count: number, first = 1) => Array.from({ length: count }, (_, i) => record(first + i));

const idOf = (n: number) => importedMemoryId(1, 'wisdom_sessions', `conv_${n}`);

/** Dumps, migrations and rollbacks of more than a page, on a busy machine. */
jest.setTimeout(60_000);

describeNative('taking a migration back', () => {
  let database: TestDatabase;
  let given: GivenMigrations;
  let repository: PostgresMemoryRepository;

  beforeEach(async () => {
    database = await createTestDatabase();
    given = new GivenMigrations(database.url);
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    repository = new PostgresMemoryRepository(postgres, given.rig.clock, () => originalModel());
    await repository.connect();
  });
  afterEach(async () => {
    await repository.close();
    given.rig.remove();
    await database.drop();
  });

  /** Every row of every table but the records of runs, as its table and a digest. */
  function dump(): string[] {
    const text = execFileSync('pg_dump', ['--schema=wisdom_memory', '--inserts', database.url], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    const rows = text.split(/^(?=INSERT INTO )/m).slice(1);
    return rows
      .filter((row) => !/^INSERT INTO wisdom_memory\.import_(runs|collections) /.test(row))
      .map(
        (row) =>
          `${row.split(' ')[2]} ${createHash('sha256')
            .update(row.slice(0, row.indexOf(');\n')))
            .digest('hex')}`,
      )
      .sort();
  }

  const stateOf = async (runId: string) =>
    (
      await database.query<{ state: string }>(
        `select state from wisdom_memory.import_runs where id = '${runId}'`,
      )
    )[0]!.state;

  it('leaves an empty database as it was', async () => {
    const before = dump();
    const { runId } = await given.migrate([
      { records: many(1_200) },
      { name: 'wisdom_sessions_u2', userId: 2, records: many(3) },
    ]);
    expect(dump()).not.toEqual(before);
    expect(await given.rollBack(runId)).toEqual({
      removed: 1_203,
      restored: 0,
      kept: {},
      projects: { removed: 6, kept: [] },
      users: { removed: 2, kept: [] },
    });
    expect(dump()).toEqual(before);
    expect(await stateOf(runId)).toBe('rolled-back');
  });

  it('leaves what was there before as it was, also what was overwritten', async () => {
    const project = await repository.ensureProject(1, 'Tea 1');
    const key = newMemoryId();
    await repository.store(1, [
      embedded({ project, metadata: { kept: [1e21, '🍵', null] } }, [unitVector(1), unitVector(2)]),
      embedded({ externalId: 'own', occurredAt: new Date('-000043-03-15T12:00:00.001Z') }),
      embedded({ externalId: 'swapped', expiresAt: given.rig.clock.in(9_000) }),
    ]);
    const { runId: first } = await given.migrate([{ records: many(1_100, 1_000) }]);
    const before = dump();
    const other = newMemoryId();
    const collections = [
      {
        records: [
          ...many(1_100, 1_000).map((one) => ({ ...one, text: 'newer', vectors: [unitVector(5)] })),
          ...many(10),
          record(11, { fields: { id: key, externalId: 'own' } }),
          record(12, { fields: { id: other, externalId: 'swapped' } }),
        ],
      },
    ];
    const { runId: second } = await given.migrate(collections, 'overwrite');
    expect(await repository.find(1, 'own')).toMatchObject({ id: key, content: 'The 11th tea' });
    expect(await given.rollBack(second)).toMatchObject({
      removed: 10,
      restored: 1_102,
      kept: {},
      projects: { removed: 0 },
    });
    expect(dump()).toEqual(before);
    expect(await given.rollBack(first)).toMatchObject({ removed: 1_100, users: { removed: 0 } });
  });

  it('keeps what was touched since, and says so', async () => {
    const stored = await repository.store(1, [
      embedded({ externalId: 'changed' }),
      embedded({ externalId: 'deleted' }),
      embedded({ externalId: 'taken' }),
    ]);
    const own = stored.map(({ externalId }, i) =>
      record(900 + i, { fields: { id: newMemoryId(), externalId } }),
    );
    const { runId } = await given.migrate([{ records: [...many(20), ...own] }], 'overwrite');
    given.rig.clock.advance(1);
    await repository.update(1, 'conv_3', (memory) => ({ ...memory, content: 'changed' }));
    await repository.update(1, 'changed', (memory) => ({ ...memory, content: 'changed' }));
    await repository.delete(1, 'conv_4');
    await repository.delete(1, 'deleted');
    await repository.delete(1, 'taken');
    const [again] = await repository.store(1, [embedded({ externalId: 'taken' })]);
    const project = await repository.findProject(1, { name: 'Tea 2' });
    await repository.store(1, [embedded({ project: project! })]);
    const changed = await repository.find(1, 'changed');
    expect(await given.rollBack(runId)).toEqual({
      removed: 18,
      restored: 0,
      kept: {
        changed: {
          count: 2,
          examples: [
            { userId: 1, id: changed!.id, externalId: 'changed' },
            { userId: 1, id: idOf(3), externalId: 'conv_3' },
          ],
        },
        gone: { count: 1, examples: [{ userId: 1, id: stored[1]!.id, externalId: 'deleted' }] },
        taken: { count: 1, examples: [{ userId: 1, id: again!.id, externalId: 'taken' }] },
      },
      projects: { removed: 1, kept: ['Tea 2', 'Tea 0'] },
      users: { removed: 0, kept: [] },
    });
    expect((await repository.find(1, 'conv_3'))?.content).toBe('changed');
    expect(await repository.count(1)).toBe(4);
  });

  it('keeps what a later run overwrote, until that is taken back', async () => {
    const before = dump();
    const { runId: first } = await given.migrate([{ records: many(10) }]);
    const between = dump();
    const later = many(4).map((one) => ({ ...one, text: 'newer' }));
    const { runId: second } = await given.migrate([{ records: later }], 'overwrite');
    expect(await given.rollBack(first)).toMatchObject({ removed: 6, kept: { 'later run': { count: 4 } } });
    expect(await given.rollBack(second)).toMatchObject({ restored: 4 });
    expect(dump()).not.toEqual(between);
    expect(await given.rollBack(first)).toMatchObject({ removed: 10, kept: {}, users: { removed: 1 } });
    expect(dump()).toEqual(before);
  });

  it('goes on where it was broken off', async () => {
    const before = dump();
    const { runId } = await given.migrate([{ records: many(1_200) }]);
    const stopped = await given.rollBack(runId, (memories, stop) => memories > 0 && stop.abort());
    expect(stopped).toBeUndefined();
    expect(await stateOf(runId)).toBe('rolling-back');
    expect(await repository.count(1)).toBe(1_200 - 1_000);
    expect(await given.rollBack(runId)).toMatchObject({ removed: 1_200 });
    expect(dump()).toEqual(before);
  });
});
