import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

afterEach(() => ServiceProcess.endAll());

/** Chunks that may wait for the model. */
const ROOM = 40;

/** Some 20 chunks of a text. */
const LONG = 'Garlic is planted in autumn, and harvested when its leaves turn yellow. '.repeat(280);

interface Answer {
  readonly status: number;
  readonly body: any;
  readonly retryAfter: string | null;
}

/** Calls of a service, each on a connection that it may share with none. */
function callsOf(url: string) {
  return async (path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: await answer.json(),
      retryAfter: answer.headers.get('Retry-After'),
    };
  };
}

function expectOverloaded({ status, body, retryAfter }: Answer): void {
  expect([status, body.code]).toEqual([503, 'embedding_overloaded']);
  expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  expect(Number(retryAfter)).toBeLessThanOrEqual(60);
}

describe('the model, when more waits for it than may', () => {
  let call: ReturnType<typeof callsOf>;
  beforeEach(async () => {
    const service = await ServiceProcess.start({ EMBEDDING_QUEUE_LIMIT: String(ROOM) });
    call = callsOf(await service.url());
  });

  const total = async () => (await call('/api/memory/stats')).body.total_documents as number;

  it('takes no more texts, stores nothing of them, answers questions, and goes on when there is room', async () => {
    let isStored = false;
    const memories = Array.from({ length: 20 }, (_, i) => ({ content: `${i} ${LONG}` }));
    const large = call('/api/memory/store/batch', { memories }).finally(() => (isStored = true));
    let others = 0;
    let refusals = 0;
    while (!isStored) {
      const answer = await call('/api/memory/store', { content: 'tea', project: 'Others' });
      if (answer.status === 200) others++;
      else {
        expectOverloaded(answer);
        refusals++;
        expect((await call('/api/memory/search', { query: `question ${refusals}` })).status).toBe(200);
      }
    }
    expect(refusals).toBeGreaterThan(0);
    expect((await large).status).toBe(200);
    expect(await total()).toBe(memories.length + others);
    expect((await call('/api/memory/store', { content: 'tea' })).status).toBe(200);
    expect((await call('/health/ready')).status).toBe(200);
  });

  it('takes no more questions, and goes on when there is room', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        call('/api/memory/search', { query: `${i} ${LONG.slice(0, 19_000)}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    refused.forEach(expectOverloaded);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(answers.length);
    expect((await call('/api/memory/search', { query: 'garlic' })).status).toBe(200);
    expect(await total()).toBe(0);
  });
});
