import { RawAnswer } from '../../support/raw-request';
import { Fortress } from './refusals';

const STORE = '/api/memory/store';

/** Keys of nothing that is stored: paths, encodings, and what stores and shells would take apart. */
const STRANGE_KEYS = [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f',
  '%2E%2E',
  '.%2e%2f.%2e',
  '%2fapi%2fmemory%2ftea',
  'tea%2f',
  'tea%00',
  '%00',
  'tea%0a',
  'tea%23',
  '%25',
  '%25%30%30',
  'tea%20or%201%3D1',
  "'%3B%20drop%20table%20memories%3B--",
  '%7B%22%24gt%22%3A%22%22%7D',
  '*',
  'TEA',
  '__proto__',
  'constructor',
  'toString',
  '01234567-89ab-7def-8123-456789abcdef',
  '0',
  '-1',
  'null',
  'undefined',
  'x'.repeat(5_000),
  '%F0%9F%98%80'.repeat(500),
];

function errorsOf({ body }: RawAnswer): unknown[] {
  return (body as { errors: unknown[] }).errors;
}

describe('a request that is wrong', () => {
  const fortress = new Fortress();
  beforeAll(() => fortress.open());
  afterEach(() => fortress.expectUnharmed());
  afterAll(() => fortress.close());

  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['half of it', '{"content": "a"'],
    ['a trailing comma', '{"content": "a",}'],
    ['single quotes', "{'content': 'a'}"],
    ['two documents', '{"content": "a"}{"content": "b"}'],
    ['NaN', '{"content": "a", "session_id": NaN}'],
    ['an unescaped line break', '{"content": "a\nb"}'],
    ['an escape that is none', '{"content": "\\x41"}'],
    ['a form', 'content=a&session_id=1'],
    ['XML', '<content>a</content>'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"content": "'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('"}')]),
    ],
    [
      'an overlong encoding',
      Buffer.concat([Buffer.from('{"content": "'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]),
    ],
  ])('is malformed when its JSON is %s', async (_what, body) => {
    const status = body.length === 0 ? 422 : 400;
    await fortress.refuses(
      { path: STORE, body },
      status,
      status === 400 ? 'malformed_request' : 'invalid_input',
    );
  });

  it.each<[string, unknown]>([
    ['a list', [{ content: 'a' }]],
    ['a text', '"content"'],
    ['a number', 5],
    ['true', true],
    ['null', null],
  ])('is refused when its JSON is %s', async (_what, body) => {
    for (const path of [STORE, '/api/memory/search', '/api/memory/delete', '/api/memory/store/batch']) {
      expect((await fortress.refuses({ path, body }, 422, 'invalid_input')).status).toBe(422);
    }
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/octet-stream',
    'nonsense',
    '',
  ])('is refused when its type is "%s"', async (type) => {
    const request = { path: STORE, body: '{"content": "a"}', headers: { 'content-type': type } };
    await fortress.refuses(request, 415, 'unsupported_media_type');
  });

  it('is refused in a charset or compression that is none', async () => {
    const charset = { 'content-type': 'application/json; charset=klingon' };
    await fortress.refuses(
      { path: STORE, body: '{"content": "a"}', headers: charset },
      415,
      'unsupported_media_type',
    );
    const encoding = { 'content-encoding': 'middle-out' };
    await fortress.refuses(
      { path: STORE, body: '{"content": "a"}', headers: encoding },
      415,
      'unsupported_media_type',
    );
    const gzip = { 'content-encoding': 'gzip' };
    await fortress.refuses(
      { path: STORE, body: '{"content": "a"}', headers: gzip },
      400,
      'malformed_request',
    );
  });

  it.each(['store', 'store/batch', 'search', 'delete', 'context'])(
    'of 10 MB to /%s is too large',
    async (call) => {
      const body = JSON.stringify({ content: 'x'.repeat(10_000_000) });
      await fortress.refuses({ path: `/api/memory/${call}`, body }, 413, 'body_too_large');
    },
  );

  it('of more than its call can need is too large, unread', async () => {
    const noJson = '1'.repeat(3_000_000);
    await fortress.refuses({ path: STORE, body: noJson }, 413, 'body_too_large');
    await fortress.refuses({ path: '/api/memory/search?x=1', body: noJson }, 413, 'body_too_large');
    const noJsonEither = '{'.repeat(3_000_000);
    await fortress.refuses({ path: `${STORE}/batch`, body: noJsonEither }, 400, 'malformed_request');
  });

  it('of 10 MB to a memory is too large', async () => {
    const body = JSON.stringify({ content: 'x'.repeat(10_000_000) });
    await fortress.refuses({ method: 'PATCH', path: '/api/memory/tea', body }, 413, 'body_too_large');
  });

  it.each<[string, string]>([
    ['content', `{"content": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    [
      `metadata${'.a'.repeat(16)}`,
      `{"content": "a", "metadata": ${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
    ],
    ['unknown', `{"content": "a", "unknown": ${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}}`],
  ])('of 20,000 levels in %s is refused', async (field, body) => {
    await fortress.refuses({ path: STORE, body }, 422, 'invalid_input', [field]);
  });

  it('of a filter of 20,000 levels is refused', async () => {
    const body = `{"query": "tea", "metadata_filter": ${'{"$not":'.repeat(20_000)}{}${'}'.repeat(20_000)}}`;
    await fortress.refuses({ path: '/api/memory/search', body }, 422, 'invalid_input', [
      `metadata_filter${'.$not'.repeat(8)}`,
    ]);
  });

  const keys = (count: number) => Array.from({ length: count }, (_, i) => `"${i}":0`).join(',');
  const batchWithKeys = (count: number) =>
    `{"memories": [${Array(500)
      .fill(`{"content": "a", ${keys(count)}}`)
      .join(',')}]}`;

  it('of thousands of fields is told the first of them', async () => {
    const stored = await fortress.refuses({ path: STORE, body: `{${keys(20_000)}}` }, 422, 'invalid_input');
    expect(errorsOf(stored)).toHaveLength(1_000);
    const batch = { path: `${STORE}/batch`, body: batchWithKeys(250) };
    expect(errorsOf(await fortress.refuses(batch, 422, 'invalid_input'))).toHaveLength(1_000);
  });

  it('of more fields, objects or lists than its call can need is too large, unread', async () => {
    const body = `{${keys(200_000)}}`;
    await fortress.refuses({ path: STORE, body }, 413, 'body_too_large');
    await fortress.refuses({ method: 'PATCH', path: '/api/memory/tea', body }, 413, 'body_too_large');
    const lists = `{"content": "a", "metadata": {"a": [${'[],'.repeat(500_000)}1]}}`;
    await fortress.refuses({ path: STORE, body: lists }, 413, 'body_too_large');
    const batch = { path: `${STORE}/batch`, body: batchWithKeys(1_000) };
    await fortress.refuses(batch, 413, 'body_too_large');
  });

  it.each<[string, unknown, number]>([
    ['fields', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, 0])), 20],
    ['items', Array(1_000_000).fill(1), 1],
    ['characters', 'x'.repeat(2_000_000), 1],
  ])('to a call without a body, of ever so many %s, is refused in a few words', async (_what, body, told) => {
    const answer = await fortress.refuses(
      { method: 'DELETE', path: '/api/memory/tea', body: JSON.stringify(body) },
      422,
      'invalid_input',
    );
    expect(errorsOf(answer)).toHaveLength(told);
  });

  it('of a field with an enormous name is not repeated', async () => {
    const request = { path: STORE, body: { content: 'a', metadata: { ['$'.repeat(60_000)]: 1 } } };
    const answer = await fortress.refuses(request, 422, 'invalid_input');
    expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
  });

  it.each(STRANGE_KEYS)('finds, changes and deletes no memory of the key %s', async (key) => {
    const path = `/api/memory/${key}`;
    await fortress.refuses({ path }, 404, 'memory_not_found');
    const body = { content: 'changed' };
    await fortress.refuses({ method: 'PATCH', path, body }, 404, 'memory_not_found');
    await fortress.refuses({ method: 'DELETE', path }, 404, 'memory_not_found');
  });

  it.each([
    '/api/memory/%',
    '/api/memory/%zz',
    '/api/memory/%ff',
    '/api/memory/%ed%a0%80',
    '/api/memory/session/%',
    '/api/memory/project/%c3%28',
    '/api/memory?limit=%',
  ])('is malformed when its path is %s', async (path) => {
    await fortress.refuses({ path }, 400, 'malformed_request');
  });

  it.each([
    '/api/memory/session/seven',
    '/api/memory/session/1.5',
    '/api/memory/session/9007199254740992',
    '/api/memory/session/%00',
  ])('has no session: %s', async (path) => {
    await fortress.refuses({ path }, 422, 'invalid_input', ['session_id']);
    await fortress.refuses({ method: 'DELETE', path }, 422, 'invalid_input', ['session_id']);
  });

  it.each([
    `/api/memory/project/${'x'.repeat(256)}`,
    '/api/memory/project/%00',
    '/api/memory/project/%0a/context',
  ])('has no project: %s', async (path) => {
    await fortress.refuses({ path }, 422, 'invalid_input');
  });

  it.each([
    '/api/memory/tea/../rum',
    '/api/memory//tea',
    '/api',
    '/',
    '/api/memory/tea/rum',
    '/api/memory/store/batch/x',
    '/%2e%2e/etc/passwd',
    '/api/memory/../../health/live',
  ])('leads nowhere: %s', async (path) => {
    await fortress.refuses({ path }, 404, 'route_not_found');
  });

  it('is refused with parameters that its call does not read', async () => {
    const request = { path: `${STORE}?user_id=2`, body: { content: 'a' } };
    await fortress.refuses(request, 422, 'invalid_input', ['user_id']);
    const withBody = { method: 'DELETE', path: '/api/memory/tea', body: { user_id: 1, dry_run: true } };
    await fortress.refuses(withBody, 422, 'invalid_input', ['user_id', 'dry_run']);
  });

  it('pollutes no prototype', async () => {
    const body =
      '{"content": "a", "metadata": {"constructor": {"prototype": {"polluted": true}}}, "__proto__": {"polluted": true}}';
    await fortress.refuses({ path: STORE, body }, 422, 'invalid_input', ['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
