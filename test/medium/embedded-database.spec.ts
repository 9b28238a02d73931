import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { databaseConfig } from '../support/postgres-server';

jest.setTimeout(60_000);

describe('the embedded database', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  });

  afterEach(() => rm(parent, { recursive: true }));

  const database = () =>
    new PostgresDatabase(databaseConfig(`pglite:${join(parent, 'data')}`), () => undefined);

  it('is for one at a time: another waits for nothing and is told why', async () => {
    const [first, second] = [database(), database()];
    await first.connect();
    await expect(second.connect()).rejects.toThrow(/Another process has the embedded database .*data open/);
    await first.ping();
    await first.close();
    await second.connect();
    await second.ping();
    await second.close();
  });

  it('refuses to start with a policy that lets everybody read', async () => {
    const sound = database();
    await sound.connect();
    await sound.ownerQuery('create policy leak on wisdom_memory.memories using (true)');
    await sound.close();
    await expect(database().connect()).rejects.toThrow(
      'Row-level security is not in force for wm_app: a policy shows it the rows of any tenant. As the owner of the tables: DROP POLICY leak ON wisdom_memory.memories;',
    );
  });
});
