import { Answer, call, expectUnavailable } from '../support/answers';
import { describeNative } from '../support/postgres-server';
import { until } from '../support/processes';
import { ServiceProcess } from '../support/service-process';
import { ThrowawayServer } from '../support/throwaway-server';

jest.setTimeout(120_000);

describeNative('an instance on a streaming standby', () => {
  let primary: ThrowawayServer;
  let standby: ThrowawayServer | undefined;

  beforeAll(async () => {
    primary = await ThrowawayServer.start();
  });

  afterAll(async () => {
    await ServiceProcess.endAll();
    await standby?.remove();
    await primary.remove();
  });

  it('answers what reads, and 503 to what writes', async () => {
    const settings = { MEMORY_BACKEND: 'postgresql' };
    const writer = await (await ServiceProcess.start({ ...settings, DATABASE_URL: primary.url })).url();
    standby = await primary.standby();
    const onStandby = { ...settings, DATABASE_URL: standby.url, DATABASE_MIGRATIONS: 'off' };
    const reader = await (await ServiceProcess.start(onStandby)).url();
    const read = (method: string, path: string, body?: object): Promise<Answer> =>
      call(reader, method, `/api/memory${path}`, body);

    const memory = { content: 'The tea is in the blue tin.', external_id: 'tin', project: 'Kitchen' };
    expect((await call(writer, 'POST', '/api/memory/store', memory)).status).toBe(200);
    await until('the standby has it', async () => (await read('GET', '/tin')).status === 200);

    const query = { query: 'Where is the tea?' };
    expect((await read('POST', '/search', query)).body).toMatchObject({ count: 1 });
    expect((await read('POST', '/context', query)).body).toMatchObject({
      context: expect.stringMatching('blue tin'),
    });
    expect((await read('GET', '/?total=true')).body).toMatchObject({ total: 1 });
    expect((await read('GET', '/project/Kitchen')).body).toMatchObject({ count: 1 });
    expect((await read('GET', '/stats')).body).toMatchObject({ total_documents: 1 });

    expectUnavailable(await read('POST', '/store', memory), /read-only/);
    expectUnavailable(await read('PATCH', '/tin', { content: 'In the red one.' }), /read-only/);
    expectUnavailable(await read('DELETE', '/tin'), /read-only/);
  });
});
