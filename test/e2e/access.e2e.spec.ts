import { get } from 'node:http';
import { SCOPES } from '../../src/auth/scope';
import { Api, startApi } from '../support/api';
import { TESTABLE_KINDS } from '../support/backend-under-test';
import { ELSEWHERE, KEYED_CALLS, KeyedCall, OPEN_ROUTES } from '../support/keyed-calls';
import { addKey, addUser } from '../support/keys';

jest.setTimeout(60_000);

const ANA = 7;
const BEN = 8;

const HOUR_MS = 3_600_000;

/** What Express keeps of a route. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
}

interface Response {
  readonly content: Record<string, { readonly examples: Record<string, { value: { code: string } }> }>;
}

/** Codes in Swagger's examples that have to do with keys and how often they are used. */
function codesShown(response: Response | undefined): string[] {
  return Object.values(response?.content['application/problem+json']?.examples ?? {})
    .map(({ value }) => value.code)
    .filter((code) => !/^(backend|embedding)_/.test(code));
}

const REFUSALS_OF_KEYS = [
  'missing_key',
  'invalid_key',
  'expired_key',
  'revoked_key',
  'missing_scope',
  'too_many_unknown_keys',
  'too_many_requests',
  'keys_unavailable',
];

interface Document {
  readonly paths: Record<
    string,
    Record<string, { security?: object[]; responses: Record<string, Response> }>
  >;
  readonly components: { readonly securitySchemes?: object };
}

it('nobody is asked for a key where everybody may call, nor told that they are', async () => {
  const api = await startApi();
  const { body } = await api.http.get('/docs-json').expect(200);
  expect((body as Document).components).not.toHaveProperty('securitySchemes');
  expect(JSON.stringify((body as Document).paths)).not.toMatch(
    /"security"|"40[13]"|unknown_keys|keys_unavail/,
  );
  await api.http.get('/metrics').expect(200);
  const ready = await api.http.get('/health/ready').expect(200);
  expect(ready.body).toHaveProperty('checks.model');
  await api.close();
});

describe.each(TESTABLE_KINDS.filter((kind) => kind !== 'in-memory'))('access on %s', (kind) => {
  let api: Api;
  let keys: Record<'right' | 'revoked' | 'expired' | 'project' | 'ben', string>;
  let withoutScope: Record<string, string>;
  let anas: string;
  let bens: string;

  beforeAll(async () => {
    api = await startApi({ kind, environment: { AUTH_MODE: 'api-key' } });
    for (const user of [ANA, BEN]) await addUser(api.keys, user);
    keys = {
      right: await addKey(api.keys, ANA),
      revoked: await addKey(api.keys, ANA),
      expired: await addKey(api.keys, ANA, { expiresAt: api.clock.in(HOUR_MS) }),
      project: await addKey(api.keys, ANA, { project: 'Home' }),
      ben: await addKey(api.keys, BEN),
    };
    await api.keys.revokeKey(keys.revoked.split('_')[1]!, api.clock.now());
    withoutScope = {};
    for (const scope of SCOPES)
      withoutScope[scope] = await addKey(api.keys, ANA, {
        scopes: SCOPES.filter((other) => other !== scope),
      });
    api.clock.advance(HOUR_MS);
    bens = await store(keys.ben, {
      content: 'garlic of Ben',
      external_id: 'bens',
      session_id: 1,
      project: 'Home',
    });
    await store(keys.right, { content: 'figs', project: ELSEWHERE, external_id: 'outside' });
  });
  beforeEach(async () => {
    anas = await store(keys.right, {
      content: 'garlic',
      external_id: 'anas',
      project: 'Home',
      session_id: 1,
    });
  });
  afterAll(() => api.close());

  async function store(key: string, memory: object): Promise<string> {
    const { body } = await api.http
      .post('/api/memory/store')
      .set('Authorization', `Bearer ${key}`)
      .send(memory)
      .expect(200);
    return body.embedding_id as string;
  }

  /** Sends a call, changed, by a key. */
  function send(
    { method, path, body }: Pick<KeyedCall, 'method' | 'path' | 'body'>,
    authorization: string | undefined,
    id = anas,
  ) {
    const request = api.http[method](path.replace('{id}', id));
    if (authorization !== undefined) request.set('Authorization', authorization);
    return body === undefined ? request : request.send(body);
  }

  /** Of a call with these headers, in this order: names and values. */
  function statusOf(headers: string[]): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const call = get(`${api.url}/api/memory/status`, { headers: ['Host', 'localhost', ...headers] });
      call.on('error', reject).on('response', (answer) => resolve(answer.resume().statusCode));
    });
  }

  /** The same call for a user that it names. */
  function naming(call: KeyedCall, user_id: number): KeyedCall {
    if (call.body !== undefined) return { ...call, body: { ...call.body, user_id } };
    return { ...call, path: `${call.path}?user_id=${user_id}` };
  }

  it('is declared for every route, and tested here', () => {
    const { router } = api.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    const routes = router.stack
      .flatMap(({ route }) =>
        route ? Object.keys(route.methods).map((method) => `${method} ${route.path.replace(/\/$/, '')}`) : [],
      )
      .filter((route) => !/^get \/docs(\/|-|$)/.test(route) && !route.includes('*'));
    const tested = KEYED_CALLS.map(({ method, route }) => `${method} ${route}`);
    expect([...new Set(routes)].sort()).toEqual([...tested, ...OPEN_ROUTES].sort());
  });

  describe.each(KEYED_CALLS)('$method $route', (call) => {
    it.each([
      ['no key', () => undefined, 'missing_key'],
      ['an empty one', () => '', 'invalid_key'],
      ['something else', () => 'Bearer hello', 'invalid_key'],
      ['another scheme', () => `Basic ${Buffer.from(`key:${keys.right}`).toString('base64')}`, 'invalid_key'],
      ['a key of nobody', () => `Bearer wm_abcdefghijkl_${'A'.repeat(43)}`, 'invalid_key'],
      [
        'a key with another secret',
        () => `Bearer ${keys.right.slice(0, 16)}${'A'.repeat(43)}`,
        'invalid_key',
      ],
      ['a key with more behind it', () => `Bearer ${keys.right}A`, 'invalid_key'],
      ['two keys', () => `Bearer ${keys.right} ${keys.right}`, 'invalid_key'],
      ['an expired key', () => `Bearer ${keys.expired}`, 'expired_key'],
      ['a revoked key', () => `Bearer ${keys.revoked}`, 'revoked_key'],
    ])('refuses %s', async (_what, authorization, code) => {
      const { body, headers } = await send(call, authorization()).expect(401);
      expect(body).toMatchObject({ status: 401, code, request_id: expect.any(String) });
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(headers['www-authenticate']).toBe(
        code === 'missing_key'
          ? 'Bearer realm="wisdom-memory"'
          : 'Bearer realm="wisdom-memory", error="invalid_token"',
      );
    });

    it.each(SCOPES)('looks for the scope %s only where it must', async (scope) => {
      const answer = await send(call, `Bearer ${withoutScope[scope]}`);
      if (!call.scopes.includes(scope)) expect(answer.status).toBe(call.status);
      else expect(answer).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    });

    it('lets the right key in, whether it names its user or not', async () => {
      await send(call, `Bearer ${keys.right}`).expect(call.status);
      if (!call.tenant) return;
      anas = await store(keys.right, {
        content: 'garlic',
        external_id: 'anas',
        project: 'Home',
        session_id: 1,
      });
      await send(naming(call, ANA), `bearer  ${keys.right}`).expect(call.status);
    });

    if (call.tenant)
      it('refuses to act for another user', async () => {
        for (const user of [BEN, 1, 404]) {
          const { body } = await send(naming(call, user), `Bearer ${keys.right}`).expect(403);
          expect(body).toMatchObject({ code: 'other_user' });
        }
      });

    if (call.path.includes('{id}'))
      it('answers for what is of others as for what is not', async () => {
        const answers = [];
        for (const id of [bens, 'bens', '01890000-0000-7000-8000-000000000000', 'nobodys']) {
          const { body, headers } = await send(call, `Bearer ${keys.right}`, id).expect(404);
          expect(body.detail).toContain(id);
          answers.push({
            ...body,
            detail: body.detail.replace(id, 'ID'),
            request_id: '',
            names: Object.keys(headers).sort(),
          });
        }
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        await send({ method: 'get', path: `/api/memory/${bens}` }, `Bearer ${keys.ben}`).expect(200);
      });

    if (call.tenant)
      it('lets a key for a project in', async () => {
        await send(call, `Bearer ${keys.project}`).expect(call.status);
      });

    if (call.elsewhere)
      it('refuses another project to a key for one', async () => {
        const { body: other, path = call.path } = call.elsewhere!;
        const body = other && { ...call.body, ...other };
        for (const named of [ELSEWHERE, 'nowhere']) {
          const renamed = (text: string) => text.replaceAll(ELSEWHERE, named);
          const there = body && (JSON.parse(renamed(JSON.stringify(body))) as object);
          const answer = await send({ ...call, path: renamed(path), body: there }, `Bearer ${keys.project}`);
          expect(answer).toMatchObject({ status: 403, body: { code: 'other_project' } });
        }
      });
  });

  it.each(OPEN_ROUTES.map((route) => route.split(' ')[1]!).concat('/docs', '/docs-json', '/HEALTH/live/'))(
    'leaves %s open',
    async (path) => {
      for (const authorization of [
        undefined,
        'Bearer hello',
        `Bearer ${keys.revoked}`,
        `Bearer ${keys.right}`,
      ])
        await send({ method: 'get', path }, authorization).expect(200);
    },
  );

  it.each(['/nowhere', '/api/memory/store', '/health', '/health/live/x', '/docsx', '/', '//health/live'])(
    'tells nobody without a key what there is at %s',
    async (path) => {
      await send({ method: 'get', path }, undefined).expect(401);
    },
  );

  it('is asked for in Swagger, with what refuses', async () => {
    const { paths, components } = (await api.http.get('/docs-json').expect(200)).body as Document;
    expect(components.securitySchemes).toEqual({ key: expect.objectContaining({ scheme: 'bearer' }) });
    for (const { method, route } of KEYED_CALLS) {
      const { security, responses } = paths[route.replace(/:(\w+)/g, '{$1}')]![method]!;
      expect([route, security]).toEqual([route, [{ key: [] }]]);
      const shown = ['401', '403', '429', '503'].flatMap((status) => codesShown(responses[status]));
      const isOfMemories = route.startsWith('/api/');
      expect([route, new Set(shown)]).toEqual([
        route,
        new Set([...REFUSALS_OF_KEYS, ...(isOfMemories ? ['other_user', 'other_project'] : [])]),
      ]);
    }
    for (const route of OPEN_ROUTES) expect(paths[route.split(' ')[1]!]!.get).not.toHaveProperty('security');
  });

  it('takes no key that comes with another, whichever is first', async () => {
    for (const other of ['Bearer hello', `Bearer ${keys.right}`, ''])
      for (const both of [
        [`Bearer ${keys.right}`, other],
        [other, `Bearer ${keys.right}`],
      ]) {
        const headers = both.flatMap((value) => ['Authorization', value]);
        expect(await statusOf(headers)).toBe(401);
      }
    expect(await statusOf(['Authorization', `Bearer ${keys.right}`])).toBe(200);
  });

  it.each(['key', 'api_key', 'access_token', 'Authorization'])(
    'takes no key in the query, as %s',
    async (name) => {
      const path = `/api/memory/status?${name}=${encodeURIComponent(`Bearer ${keys.right}`)}`;
      await send({ method: 'get', path }, undefined).expect(401);
      await send({ method: 'get', path: path.replace('Bearer%20', '') }, undefined).expect(401);
    },
  );

  it('does not read the body of whoever shows no key', async () => {
    await api.http.post('/api/memory/store').type('json').send('{"content": ').expect(401);
    await api.http.post('/api/memory/store').type('text').send('x'.repeat(10_000_000)).expect(401);
  });
});
