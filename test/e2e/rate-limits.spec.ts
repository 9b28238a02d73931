import { newKeyText } from '../../src/auth/access-key-text';
import { Api, startApi } from '../support/api';
import { addKey, addUser } from '../support/keys';

const LIMITS = { RATE_LIMIT_SEARCH: '4', RATE_LIMIT_STORE: '2', RATE_LIMIT_ADMIN: '1' };

describe('rate limits', () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi({ environment: LIMITS });
  });
  afterEach(() => api.close());

  const search = () => api.http.post('/api/memory/search').send({ query: 'tea' });
  const store = () => api.http.post('/api/memory/store').send({ content: 'tea' });
  const metrics = () => api.http.get('/metrics');

  it('say with every answer what is left', async () => {
    const told = async () => {
      const { status, headers } = await search();
      return [status, headers['ratelimit-limit'], headers['ratelimit-remaining'], headers['ratelimit-reset']];
    };
    expect(await told()).toEqual([200, '4', '3', '15']);
    expect(await told()).toEqual([200, '4', '2', '30']);
    api.clock.advance(15_000);
    expect(await told()).toEqual([200, '4', '2', '30']);
  });

  it('answer 429 beyond them, and when to try again', async () => {
    for (let i = 0; i < 4; i++) expect((await search()).status).toBe(200);
    api.clock.advance(5_500);
    const { status, headers, body } = await search();
    expect([status, headers['content-type']]).toEqual([429, 'application/problem+json; charset=utf-8']);
    expect(headers).toMatchObject({
      'retry-after': '10',
      'ratelimit-limit': '4',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '55',
    });
    expect(body).toMatchObject({
      status: 429,
      code: 'too_many_requests',
      detail: 'More than 4 search requests a minute. Try again in 10 s.',
      errors: [],
    });
    api.clock.advance(10_000);
    expect((await search()).status).toBe(200);
  });

  it('count what reads, what changes and what operates apart', async () => {
    for (let i = 0; i < 4; i++) await search();
    expect([(await store()).status, (await store()).status, (await store()).status]).toEqual([200, 200, 429]);
    expect([(await metrics()).status, (await metrics()).status]).toEqual([200, 429]);
    for (const path of ['', '/stats', '/projects', '/some-key', '/session/1'])
      expect((await api.http.get(`/api/memory${path}`)).status).toBe(429);
    expect((await api.http.delete('/api/memory/session/1')).status).toBe(429);
  });

  it('do nothing of what they refuse', async () => {
    for (let i = 0; i < 3; i++) await store();
    expect(await api.backend.count(1)).toBe(2);
  });

  it('count requests that are wrong too', async () => {
    for (let i = 0; i < 4; i++) expect((await search().send({ query: '' })).status).toBe(422);
    expect((await search()).status).toBe(429);
  });

  it('are not escaped by headers that name another address, nor by another user', async () => {
    for (let i = 0; i < 4; i++) await search();
    const { status } = await search()
      .set({ 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=203.0.113.9', 'X-Real-IP': '203.0.113.9' })
      .send({ query: 'tea', user_id: 2 });
    expect(status).toBe(429);
  });

  it('leave health and documentation alone', async () => {
    for (let i = 0; i < 6; i++)
      for (const path of ['/health/live', '/health/ready', '/docs-json']) {
        const { status, headers } = await api.http.get(path);
        expect([status, headers['ratelimit-limit']]).toEqual([200, undefined]);
      }
  });
});

describe('rate limits of keys', () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi({ environment: { ...LIMITS, AUTH_MODE: 'api-key' } });
    for (const user of [7, 8]) await addUser(api.keys, user);
  });
  afterEach(() => api.close());

  const search = (key: string) =>
    api.http.post('/api/memory/search').set('Authorization', `Bearer ${key}`).send({ query: 'tea' });

  it('leave a key what others have used up, from one address', async () => {
    const [ana, second, ben] = [
      await addKey(api.keys, 7),
      await addKey(api.keys, 7),
      await addKey(api.keys, 8),
    ];
    for (let i = 0; i < 4; i++) expect((await search(ana)).status).toBe(200);
    expect((await search(ana)).status).toBe(429);
    for (const key of [second, ben]) expect((await search(key)).headers['ratelimit-remaining']).toBe('3');
  });

  it('are not used up by whoever has no key, nor by one that may not', async () => {
    const reader = await addKey(api.keys, 7, { scopes: ['read'] });
    for (let i = 0; i < 6; i++) {
      expect((await search('wm_nobody_nothing')).status).toBe(401);
      const store = api.http.post('/api/memory/store').set('Authorization', `Bearer ${reader}`);
      expect((await store.send({ content: 'tea' })).status).toBe(403);
    }
    expect((await search(reader)).headers['ratelimit-remaining']).toBe('3');
  });
});

describe('tries of keys that nobody has', () => {
  const WHERE = '/api/memory/status';
  let api: Api;
  let looks: jest.SpyInstance;
  beforeEach(async () => {
    api = await startApi({ environment: { AUTH_MODE: 'api-key', RATE_LIMIT_UNKNOWN_KEYS: '3' } });
    await addUser(api.keys, 7);
    looks = jest.spyOn(api.keys, 'findKey');
  });
  afterEach(() => api.close());

  const status = async (key: string, path = WHERE) =>
    (await api.http.get(path).set('Authorization', `Bearer ${key}`)).status;
  const guess = () => status(newKeyText().text);

  it('are looked up as often as an address may, and then refused', async () => {
    for (let i = 0; i < 3; i++) expect(await guess()).toBe(401);
    const answer = await api.http.get(WHERE).set('Authorization', `Bearer ${newKeyText().text}`);
    expect(answer).toMatchObject({
      status: 429,
      type: 'application/problem+json',
      headers: { 'retry-after': '20' },
      body: { code: 'too_many_unknown_keys', status: 429, request_id: expect.any(String) },
    });
    expect(looks).toHaveBeenCalledTimes(3);
    api.clock.advance(20_000);
    expect([await guess(), await guess()]).toEqual([401, 429]);
  });

  it('are counted when they come together too, by whatever headers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        api.http
          .get(WHERE)
          .set({ Authorization: `Bearer ${newKeyText().text}`, 'X-Forwarded-For': `203.0.113.${i}` }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([
      ...Array<number>(3).fill(401),
      ...Array<number>(17).fill(429),
    ]);
    expect(looks).toHaveBeenCalledTimes(3);
  });

  it('keep nobody out whose key is known here, and leave open what is', async () => {
    const key = await addKey(api.keys, 7);
    expect(await status(key)).toBe(200);
    const calls = looks.mock.calls.length;
    for (let i = 0; i < 3; i++) await guess();
    expect([await guess(), await status(key)]).toEqual([429, 200]);
    expect([await status(newKeyText().text, '/health/live'), looks.mock.calls.length]).toEqual([
      200,
      calls + 3,
    ]);
  });

  it('are none of keys that there are, nor of what is no key', async () => {
    for (let i = 0; i < 5; i++) {
      expect(await status(await addKey(api.keys, 7))).toBe(200);
      expect(await status('hello')).toBe(401);
    }
    expect(await guess()).toBe(401);
  });

  it('are none while keys cannot be looked up', async () => {
    looks.mockRejectedValue(new Error('away'));
    for (let i = 0; i < 5; i++) expect(await guess()).toBe(503);
    looks.mockRestore();
    expect(await guess()).toBe(401);
  });
});

describe('rate limits without keys', () => {
  it('are none, unless they are asked for', async () => {
    const api = await startApi();
    const { headers } = await api.http.post('/api/memory/search').send({ query: 'tea' });
    expect(Object.keys(headers).filter((name) => name.startsWith('ratelimit'))).toEqual([]);
    await api.close();
  });
});
