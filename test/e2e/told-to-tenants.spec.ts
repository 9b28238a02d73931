import { Api, startApi } from '../support/api';
import { addKey, addUser } from '../support/keys';

describe('what the service tells of itself', () => {
  let api: Api;
  let tenant: string;
  let operator: string;
  beforeAll(async () => {
    api = await startApi({ environment: { AUTH_MODE: 'api-key' } });
    await addUser(api.keys, 7);
    tenant = await addKey(api.keys, 7, { scopes: ['read', 'write'] });
    operator = await addKey(api.keys, 7);
  });
  afterAll(() => api.close());

  const reasonFor = async (method: 'get' | 'post', path: string, key: string) => {
    const { status, body } = await api.http[method](path).set('Authorization', `Bearer ${key}`);
    expect(status).toBe(200);
    return (body as { reason: string | null }).reason;
  };

  it.each([
    ['get', '/api/memory/status'],
    ['post', '/api/memory/initialize'],
  ] as const)('names places and totals to its operator alone: %s %s', async (method, path) => {
    expect(await reasonFor(method, path, tenant)).toBeNull();
    expect(await reasonFor(method, path, operator)).toEqual(expect.stringMatching(/./));
  });
});
