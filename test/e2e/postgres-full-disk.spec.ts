import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Answer, call, expectUnavailable } from '../support/answers';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';
import { ThrowawayServer } from '../support/throwaway-server';

jest.setTimeout(180_000);

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** Needs a small file system of its own, which only root can mount. */
(isRoot ? describeNative : describe.skip)('the service while the disk of PostgreSQL is full', () => {
  let server: ThrowawayServer;
  let mounted: string;
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
    mounted = mkdtempSync(join(tmpdir(), 'wm-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mounted]);
    execFileSync('chown', ['postgres:', mounted]);
    const elsewhere = await createTestDatabase(server.url);
    await elsewhere.query(`create tablespace small location '${mounted}'`);
    database = await createTestDatabase(server.url, `encoding 'UTF8' template template0 tablespace small`);
    service = await ServiceProcess.start({ MEMORY_BACKEND: 'postgresql', DATABASE_URL: database.url });
  });

  afterAll(async () => {
    await ServiceProcess.endAll();
    await server.remove();
    execFileSync('umount', [mounted]);
    rmSync(mounted, { recursive: true });
  });

  const memory = async (method: string, path: string, body?: object): Promise<Answer> =>
    call(await service.url(), method, `/api/memory${path}`, body);

  it('says so to writers, answers readers, and goes on when there is room, with everything acknowledged', async () => {
    const acknowledged: string[] = [];
    let answer: Answer;
    do {
      const external_id = `${acknowledged.length}`;
      const metadata = { incompressible: randomBytes(45_000).toString('base64') };
      answer = await memory('POST', '/store', { content: 'Tea.', external_id, metadata });
      if (answer.status === 200) acknowledged.push(external_id);
    } while (answer.status === 200);
    expectUnavailable(answer, /disk of PostgreSQL is full/);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect((await memory('GET', '/0')).status).toBe(200);
    expect((await memory('POST', '/search', { query: 'Tea?' })).status).toBe(200);
    execFileSync('mount', ['-o', 'remount,size=64m', mounted]);
    expect((await memory('POST', '/store', { content: 'There is room.' })).status).toBe(200);
    const { body } = await memory('GET', `/?limit=100&total=true`);
    expect(body.total).toBe(acknowledged.length + 1);
    for (const key of acknowledged) expect((await memory('GET', `/${key}`)).status).toBe(200);
  });
});
