import { type PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { appTransaction, transaction } from '../../src/memory/postgres/database/app-transaction';
import { SingleStatements } from '../../src/memory/postgres/database/single-statements';
import { runPipelined, Statements } from '../../src/memory/postgres/database/pipelined-transaction';
import { openDataSource, poolOf } from '../../src/memory/postgres/database/open-data-source';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';

describeNative('transactions on a native PostgreSQL', () => {
  let database: TestDatabase;
  let postgres: PostgresDatabase;
  let source: DataSource;
  let connection: PoolClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    postgres = new PostgresDatabase(databaseConfig(database.url, { poolSize: 1 }), () => undefined);
    await postgres.connect();
    await database.query('create table public.written (n integer)');
    await database.query('grant insert on public.written to wm_app');
    source = await openDataSource(postgres.host.serviceTarget());
    connection = await poolOf(source).connect();
  });

  afterAll(async () => {
    connection.release();
    await source.destroy();
    await postgres.close();
    await database.drop();
  });

  const write = (to: PoolClient) => to.query('insert into public.written values (1)');
  const written = async () => (await database.query('select n from public.written')).length;
  const settings = async (of: Statements) =>
    (
      await of.query<{ role: string; tenant: string | null }>(
        `select current_setting('role') as role, current_setting('app.user_id', true) as tenant`,
      )
    ).rows[0];

  it('run nothing behind a beginning that failed, and say why that did', async () => {
    const failing = transaction(connection, 'begin; set local role nobody_is_called_so', write);
    await expect(failing).rejects.toThrow(/role "nobody_is_called_so" does not exist/);
    expect(await written()).toBe(0);
    await transaction(connection, 'begin', write);
    expect(await written()).toBe(1);
  });

  it('say why a beginning failed also where nothing stands behind it', async () => {
    const idle = transaction(connection, 'begin; set local role nobody_is_called_so', async () => 'done');
    await expect(idle).rejects.toThrow(/nobody_is_called_so/);
  });

  it('are the tenant’s from their first statement on, and nobody’s after their last', async () => {
    expect(await appTransaction(connection, 7, settings)).toEqual({ role: 'wm_app', tenant: '7' });
    expect(await settings(connection)).toEqual({ role: 'wm_app', tenant: '' });
    expect(await appTransaction(connection, 8, settings)).toEqual({ role: 'wm_app', tenant: '8' });
  });

  it('that only read are over before the connection is anybody else’s', async () => {
    const seen = await Promise.all(
      [1, 2, 3].map((userId) => postgres.readTenant(userId, async (own) => (await settings(own))?.tenant)),
    );
    expect(seen).toEqual(['1', '2', '3']);
    const failing = postgres.readTenant(4, (own) => own.query('select 1 / 0'));
    await expect(failing).rejects.toThrow(/22012/);
    expect(await postgres.readTenant(5, async (own) => (await settings(own))?.tenant)).toBe('5');
  });

  it('of single statements are the tenant’s each, whatever failed before, and nobody’s afterwards', async () => {
    const asked = (userId: number) =>
      postgres.askTenant(userId, async (own) => [
        await settings(own),
        ...(await Promise.all([1, 2].map(() => settings(own)))),
      ]);
    const ofTenant = (tenant: string) => Array.from({ length: 3 }, () => ({ role: 'wm_app', tenant }));
    expect(await Promise.all([1, 2].map(asked))).toEqual([ofTenant('1'), ofTenant('2')]);
    const failing = postgres.askTenant(3, async (own) => {
      const failed = own.query('select 1 / 0');
      await expect(failed).rejects.toThrow(/division by zero/);
      return settings(own);
    });
    expect(await failing).toEqual({ role: 'wm_app', tenant: '3' });
    await expect(postgres.askTenant(3, (own) => own.query('select 1 / 0'))).rejects.toThrow(/22012/);
    const single = new SingleStatements(connection, 4);
    expect(await settings(single)).toEqual({ role: 'wm_app', tenant: '4' });
    await single.ended();
    expect(await settings(connection)).toEqual({ role: 'wm_app', tenant: '' });
  });

  it('of single statements of what is no user id leave the connection as it is', async () => {
    const single = new SingleStatements(connection, NaN);
    await expect(single.query('select 1')).rejects.toThrow(/whole number/);
    await single.ended();
    expect(await settings(connection)).toEqual({ role: 'wm_app', tenant: '' });
  });

  it('sent as one piece are the tenant’s, whole or not at all, and nobody’s afterwards', async () => {
    const name = (own: Statements, userId: number, text: string) =>
      own.query('insert into wisdom_memory.projects (user_id, id, name) values ($1, 1, $2)', [userId, text]);
    const namesOf = (userId: number) =>
      postgres.askTenant(userId, async (own) =>
        (await own.query<{ name: string }>('select name from wisdom_memory.projects')).rows.map(
          (row) => row.name,
        ),
      );
    const piece = <T>(userId: number, work: (own: Statements) => Promise<T>) =>
      postgres.withTenantPipelined(userId, work);
    const ensure = (own: Statements) => own.query('select wisdom_memory.ensure_tenant()');
    const [, , seen] = await piece(61, (own) =>
      Promise.all([ensure(own), name(own, 61, 'one'), settings(own)]),
    );
    expect(seen).toEqual({ role: 'wm_app', tenant: '61' });
    expect([await namesOf(61), await namesOf(62)]).toEqual([['one'], []]);
    // What stands before and behind a statement that fails is taken back with it.
    const failing = (own: Statements) =>
      Promise.all([ensure(own), name(own, 62, 'two'), own.query('select 1 / 0'), settings(own)]);
    await expect(piece(62, failing)).rejects.toThrow(/22012/);
    await expect(piece(63, (own) => Promise.all([ensure(own), name(own, 62, 'foreign')]))).rejects.toThrow(
      /lacks a privilege/,
    );
    expect(await namesOf(62)).toEqual([]);
    // One that comes after the end would be nobody's.
    const late = async (own: Statements) => {
      await ensure(own);
      await name(own, 62, 'late');
    };
    await expect(piece(62, late)).rejects.toThrow(/after the end of its transaction/);
    expect(await namesOf(62)).toEqual([]);
    await expect(piece(NaN, settings)).rejects.toThrow(/whole number/);
    expect(await runPipelined(connection, 4, settings)).toEqual({ role: 'wm_app', tenant: '4' });
    expect(await settings(connection)).toEqual({ role: 'wm_app', tenant: '' });
  });

  it('are what reaches a tenant: a statement outside of any finds nothing and writes nothing', async () => {
    const names = 'select name from wisdom_memory.projects';
    const name = `insert into wisdom_memory.projects (user_id, id, name) values (71, 2, 'planted')`;
    await postgres.withTenantPipelined(71, (own) =>
      Promise.all([
        own.query('select wisdom_memory.ensure_tenant()'),
        own.query(name.replace('planted', 'own')),
      ]),
    );
    expect((await connection.query(names)).rows).toEqual([]);
    await expect(connection.query(name)).rejects.toThrow(/row-level security/);
    await connection.query('reset all');
    expect(await settings(connection)).toEqual({ role: 'wm_app', tenant: '' });
    expect((await connection.query(names)).rows).toEqual([]);
  });
});
