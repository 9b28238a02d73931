import { IncomingHttpHeaders, request as rawRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Api, startApi } from '../support/api';
import { rawExchange } from '../support/raw-exchange';

const STORE = '/api/memory/store';
const SEARCH = '/api/memory/search';

describe('what is wrong with a request', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ environment: { MAX_BODY_BYTES: '100000' } });
  });
  afterAll(async () => {
    expect(await api.backend.count(1)).toBe(0);
    await api.close();
  });

  it('is told as problem+json', async () => {
    const { status, body, headers } = await api.http
      .post(STORE)
      .set('X-Request-Id', 'trace-1')
      .send({ session_id: 'one', colour: 'red' });
    expect(status).toBe(422);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(headers['x-request-id']).toBe('trace-1');
    expect(body).toEqual({
      type: 'urn:wisdom-memory:problem:invalid_input',
      title: 'Invalid input',
      status: 422,
      detail: expect.stringContaining('content: is required'),
      code: 'invalid_input',
      errors: [
        { field: 'colour', reason: 'is not a field here' },
        { field: 'content', reason: 'is required' },
        { field: 'session_id', reason: expect.stringContaining('must be a whole number') },
      ],
      request_id: 'trace-1',
    });
  });

  it.each(['a b', 'x'.repeat(129), 'ä', '<script>'])('takes no request id such as %j', async (id) => {
    const { headers } = await api.http.get('/api/memory/status').set('X-Request-Id', encodeURI(id));
    expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  it.each<[string, string, string, number, string]>([
    ['no JSON', '{"content": ', 'application/json', 400, 'malformed_request'],
    ['nothing but a brace', '}', 'application/json', 400, 'malformed_request'],
    ['JSON of no object', '[]', 'application/json', 422, 'invalid_input'],
    ['a JSON text', '"content"', 'application/json', 422, 'invalid_input'],
    ['a JSON number', '7', 'application/json', 422, 'invalid_input'],
    ['null', 'null', 'application/json', 422, 'invalid_input'],
    ['a form', 'content=x', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['plain text', 'x', 'text/plain', 415, 'unsupported_media_type'],
    ['another charset', '{}', 'application/json; charset=latin1', 415, 'unsupported_media_type'],
    [
      'more than the limit',
      `{"content": "${'x'.repeat(100_000)}"}`,
      'application/json',
      413,
      'body_too_large',
    ],
    [
      'JSON too deep to walk',
      `{"content": "x", "metadata": {"a": ${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
      'application/json',
      422,
      'invalid_input',
    ],
  ])('%s', async (_name, body, type, status, code) => {
    const answer = await api.http.post(STORE).set('Content-Type', type).send(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      status,
      code,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(answer.body.detail).not.toContain('content');
  });

  it('takes JSON without a type, of a structured type, and compressed', async () => {
    const body = JSON.stringify({ query: 'x' });
    const compressed = gzipSync(body);
    const answers = [
      await send({}, Buffer.from(body)),
      await send({ 'content-type': 'application/vnd.some+json' }, Buffer.from(body)),
      await send({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, compressed),
    ];
    expect(answers).toEqual([200, 200, 200]);
  });

  it('refuses bodies that are no UTF-8, or compressed in an unknown or broken way', async () => {
    const json = { 'content-type': 'application/json' };
    expect(await send(json, Buffer.from([...Buffer.from('{"query":"'), 0xff, 0x22, 0x7d]))).toBe(400);
    expect(await send({ ...json, 'content-encoding': 'compress' }, Buffer.from('{}'))).toBe(415);
    expect(await send({ ...json, 'content-encoding': 'gzip' }, Buffer.from('{}'))).toBe(400);
  });

  it.each<[string, string]>([
    ['/api/memory/%zz', 'GET'],
    ['/api/memory/%C3%28', 'DELETE'],
    ['/api/memory/project/%E0%A4%A', 'GET'],
    ['/api/memory?project=%zz', 'GET'],
  ])('%s is no percent-encoding', async (path, method) => {
    const { status, body } = await raw(path, method);
    expect([status, body.code]).toEqual([400, 'malformed_request']);
  });

  it.each([
    ['GET', '/nothing/here'],
    ['GET', '/api/memory/session/1/2'],
    ['POST', '/api/memory/tea/rum'],
    ['PUT', '/api/memory//tea'],
  ])('%s %s is not there', async (method, path) => {
    const { status, body } = await raw(path, method);
    expect([status, body.code, body.errors]).toEqual([404, 'route_not_found', []]);
  });

  it.each([
    ['no request', 'hello\r\n\r\n', 400],
    ['enormous headers', `GET ${STORE} HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'a chunk without a length',
      `POST ${STORE} HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nzz\r\n`,
      400,
    ],
    ['a request to no host', 'GET /api/memory/status HTTP/1.1\r\n\r\n', 400],
    ['an expectation', `POST ${STORE} HTTP/1.1\r\nHost: here\r\nExpect: tea\r\n\r\n`, 417],
  ])('%s is answered as problem+json all the same', async (_what, sent, status) => {
    const answers = (await rawExchange(Number(new URL(api.url).port), sent))
      .split(/HTTP\/1\.1 (?=\d)/)
      .slice(1);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatch(new RegExp(`^${status} [^]*application/problem\\+json[^]*"status":${status}`));
  });

  it.each([
    ['GET', '/api/memory/store', 'POST'],
    ['DELETE', '/api/memory/search?user_id=1', 'POST'],
    ['GET', '/api/memory/store/batch', 'POST'],
    ['POST', '/api/memory', 'GET, HEAD'],
    ['PATCH', '/api/memory/STATUS/', 'GET, HEAD'],
    ['PUT', '/api/memory/some-key', 'DELETE, GET, HEAD, PATCH'],
    ['POST', '/api/memory/session/7', 'DELETE, GET, HEAD'],
    ['DELETE', '/api/memory/project/garden', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
  ])('%s %s is no method of that path', async (method, path, allowed) => {
    const { status, headers, body } = await raw(path, method);
    expect([status, headers.allow, body.code]).toEqual([405, allowed, 'method_not_allowed']);
    expect(body.detail).toBe(`This path takes ${allowed}, not ${method}.`);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    const options = await raw(path, 'OPTIONS');
    expect([options.status, options.headers.allow, options.body]).toEqual([204, allowed, undefined]);
  });

  it.each<[string, object, string]>([
    ['a number as text', { query: 'x', n_results: '3' }, 'n_results'],
    ['a fraction', { query: 'x', n_results: 1.5 }, 'n_results'],
    ['too many results', { query: 'x', n_results: 101 }, 'n_results'],
    ['a boolean as a number', { query: 'x', n_results: true }, 'n_results'],
    ['a list as text', { query: 'x', content_types: 'reflection' }, 'content_types'],
    ['an empty list', { query: 'x', content_types: [] }, 'content_types'],
    ['a list of other things', { query: 'x', content_types: [1] }, 'content_types'],
    ['an empty type', { query: 'x', content_types: [''] }, 'content_types[0]'],
    ['a similarity that cannot be', { query: 'x', min_similarity: 1.01 }, 'min_similarity'],
    ['a mode that there is not', { query: 'x', mode: 'fuzzy' }, 'mode'],
    ['age that counts at once', { query: 'x', recency_half_life_days: 0 }, 'recency_half_life_days'],
    ['parts of scores', { query: 'x', score_parts: true }, 'score_parts'],
    ['no user', { query: 'x', user_id: 0 }, 'user_id'],
    ['a user as text', { query: 'x', user_id: '1' }, 'user_id'],
    ['a whole number that JSON loses', { query: 'x', session_id: 9007199254740993 }, 'session_id'],
    ['a time that is none', { query: 'x', occurred_after: 'yesterday' }, 'occurred_after'],
    ['a day that is none', { query: 'x', occurred_after: '2026-02-30' }, 'occurred_after'],
    ['a filter that is no object', { query: 'x', metadata_filter: [] }, 'metadata_filter'],
    ['an unknown operator', { query: 'x', metadata_filter: { a: { $near: 1 } } }, 'metadata_filter.a.$near'],
    ['two ways to say the type', { query: 'x', search_type: 'a', content_types: ['b'] }, 'search_type'],
    ['an empty question', { query: ' ' }, 'query'],
    ['half a character', { query: 'x\ud800' }, 'query'],
    ['names of objects', { query: 'x', constructor: 1, toString: 2, hasOwnProperty: 3 }, 'constructor'],
    ['a prototype', JSON.parse('{"query": "x", "__proto__": {"n_results": 1}}'), '__proto__'],
  ])('%s', async (_name, body, field) => {
    const answer = await api.http.post(SEARCH).send(JSON.stringify(body)).type('json');
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('names every unknown field, whatever it holds', async () => {
    const hostile = { constructor: 5, toString: null, then: {}, extra: { constructor: 5 } };
    const { body } = await api.http.post(SEARCH).send({ query: 'x', ...hostile });
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(Object.keys(hostile));
  });

  it('names fields of a batch by their place, and all of them, whatever is wrong with each', async () => {
    const memories = [
      { content: 'fine', external_id: 'one' },
      { content: '', color: 1, speaker: 5 },
      { content: 5, project: 'a\nb', external_id: 'search' },
      { content: 'x', metadata: { $set: 1 }, external_id: 'one' },
    ];
    const fieldsOf = async (given: object[]) => {
      const { status, body } = await api.http.post('/api/memory/store/batch').send({ memories: given });
      expect(status).toBe(422);
      return (body.errors as { field: string }[]).map(({ field }) => field).sort();
    };
    expect(await fieldsOf(memories)).toEqual([
      'memories[1].color',
      'memories[1].content',
      'memories[1].speaker',
      'memories[2].content',
      'memories[2].external_id',
      'memories[2].project',
      'memories[3].external_id',
      'memories[3].metadata.$set',
    ]);
    expect(await fieldsOf([memories[0]!, { content: '' }, memories[3]!])).toEqual([
      'memories[1].content',
      'memories[2].external_id',
      'memories[2].metadata.$set',
    ]);
  });

  it.each<[string, string, object, string[]]>([
    ['POST', STORE, { content: ' ', occured_at: 1 }, ['content', 'occured_at']],
    ['PATCH', '/api/memory/x', { content: '\0', session_id: 'one' }, ['content', 'session_id']],
    ['POST', SEARCH, { query: '', n_results: 0, project: '' }, ['n_results', 'project', 'query']],
    [
      'POST',
      '/api/memory/context',
      { max_tokens: 0, metadata_filter: { $a: 1 } },
      ['max_tokens', 'metadata_filter.$a', 'query'],
    ],
    [
      'POST',
      '/api/memory/delete',
      { filter: { speaker: '', agent: 'x' }, dry_run: 1 },
      ['dry_run', 'filter.agent', 'filter.speaker'],
    ],
    ['GET', '/api/memory?limit=0&agent_id=%07', {}, ['agent_id', 'limit']],
  ])('%s %s with %j is told of all that is wrong at once', async (method, path, sent, fields) => {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(sent) }),
    });
    const { errors } = (await response.json()) as { errors: { field: string }[] };
    expect([response.status, errors.map(({ field }) => field).sort()]).toEqual([422, fields]);
  });

  it.each<[string, unknown]>([
    ['nothing', []],
    ['no list', { content: 'x' }],
    ['null', [null]],
    ['lists', [[{ content: 'x' }]]],
    ['texts', ['x']],
    ['more than 500', Array.from({ length: 501 }, () => ({ content: 'x' }))],
  ])('stores no batch of %s', async (_name, memories) => {
    const { status, body } = await api.http.post('/api/memory/store/batch').send({ memories });
    expect(status).toBe(422);
    expect(body.errors[0].field).toBe('memories');
  });

  it.each<[string, string]>([
    ['/api/memory?limit=0', 'limit'],
    ['/api/memory?limit=ten', 'limit'],
    ['/api/memory?limit=1&limit=2', 'limit'],
    ['/api/memory?limit=', 'limit'],
    ['/api/memory?limit=0x10', 'limit'],
    ['/api/memory?total=yes', 'total'],
    ['/api/memory?user_id=-1', 'user_id'],
    ['/api/memory?project=', 'project'],
    ['/api/memory?colour=red', 'colour'],
    ['/api/memory?metadata_filter={', 'metadata_filter'],
    ['/api/memory?metadata_filter=1', 'metadata_filter'],
    ['/api/memory?__proto__=1', '__proto__'],
    ['/api/memory?cursor=nonsense', 'cursor'],
    ['/api/memory/session/abc', 'session_id'],
    ['/api/memory/session/1.5', 'session_id'],
    ['/api/memory/session/9007199254740993', 'session_id'],
    ['/api/memory/session/1?n_results=101', 'n_results'],
    ['/api/memory/session/1?limit=5', 'limit'],
    ['/api/memory/project/a?n_recent=5', 'n_recent'],
    ['/api/memory/project/a%00b', 'project'],
    ['/api/memory/project/a/context?n_recent=0', 'n_recent'],
    ['/api/memory/projects?limit=5', 'limit'],
    ['/api/memory/stats?user_id=x', 'user_id'],
    ['/api/memory/some-key?user_id=1.0', 'user_id'],
  ])('GET %s', async (path, field) => {
    const { status, body } = await raw(path, 'GET');
    expect([status, body.code, body.errors?.[0]?.field]).toEqual([422, 'invalid_input', field]);
  });

  it('reads no user where it would quietly be another than meant', async () => {
    const inQuery = await api.http.post(`${STORE}?user_id=2`).send({ content: 'x' });
    expect(inQuery.body.errors).toEqual([{ field: 'user_id', reason: 'is not a query parameter here' }]);
    const inBody = await api.http.delete('/api/memory/some-key').send({ user_id: 2 });
    expect(inBody.body.errors[0].field).toBe('user_id');
    expect([inQuery.status, inBody.status]).toEqual([422, 422]);
  });

  /** As it is: clients would mend paths and headers. */
  async function raw(
    path: string,
    method: string,
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: any }> {
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      rawRequest(`${api.url}${path}`, { method }, resolve).once('error', reject).end();
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    return {
      status: response.statusCode!,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  async function send(headers: Record<string, string>, body: Buffer): Promise<number> {
    const response = await fetch(`${api.url}${SEARCH}`, {
      method: 'POST',
      headers,
      // A stream of bytes: anything else would be given a type.
      body: new Blob([body]).stream(),
      duplex: 'half',
    });
    await response.arrayBuffer();
    return response.status;
  }
});
