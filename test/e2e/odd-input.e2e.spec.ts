import { JsonObject } from '../../src/memory/memory';
import { Api, startApi } from '../support/api';
import { asJson } from '../support/memories';
import { HOSTILE_PATHS, HOSTILE_VALUES } from '../support/metadata-samples';
import { RawAnswer, rawRequest } from '../support/raw-request';

const content = 'Wisdom is understanding what truly matters';

function nested(depth: number): JsonObject {
  return depth === 1 ? { end: true } : { a: nested(depth - 1) };
}

function keys(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
}

/** JSON of exactly so many bytes. */
function metadataOf(bytes: number): JsonObject {
  return { a: 'x'.repeat(bytes - '{"a":""}'.length) };
}

/** As large as allowed, or so odd that it looks wrong. */
const MEMORIES: readonly [what: string, memory: JsonObject][] = [
  ['a letter', { content: 'x' }],
  ['200,000 characters outside the basic plane', { content: '\u{1f600}'.repeat(200_000) }],
  ['white space of every kind', { content: ' \t\n\v\f\r a \u00a0\u2028\ufeff' }],
  [
    'quotes, escapes and markup',
    { content: `"a" 'b' \\n \\u0000 %00 $1 {{x}} </script> <!-- ; drop table x` },
  ],
  [
    'labels of 128 bytes',
    { content, agent_id: 'é'.repeat(64), speaker: 'x'.repeat(128), content_type: 'y'.repeat(128) },
  ],
  [
    'labels that are words of ours',
    { content, content_type: 'unknown', session_type: 'null', agent_id: '__proto__' },
  ],
  ['a project name of 255 characters', { content, project: '\u{1f600}'.repeat(255) }],
  ['a project name like a path', { content, project: '../../etc/%2e%2e/?a=b#c' }],
  ['the largest session', { content, session_id: Number.MAX_SAFE_INTEGER }],
  ['the smallest session', { content, session_id: Number.MIN_SAFE_INTEGER }],
  ['the first moment', { content, occurred_at: '0001-01-01T00:00:00.000Z' }],
  [
    'the last moment',
    { content, occurred_at: '9999-12-31T23:59:59.999Z', expires_at: '9999-12-31T23:59:59.999Z' },
  ],
  ['metadata of 64 KiB', { content, metadata: metadataOf(65_536) }],
  ['metadata of 256 keys', { content, metadata: keys(256) }],
  ['metadata of 16 levels', { content, metadata: nested(16) }],
  ['every hostile value', { content, metadata: { values: [...HOSTILE_VALUES] } }],
  [
    'every hostile key',
    { content, metadata: Object.fromEntries(HOSTILE_PATHS.map(([key], i) => [key!, i])) },
  ],
  [
    'names of a prototype',
    { content, metadata: { constructor: { prototype: 1 }, toString: 2, hasOwnProperty: 3 } },
  ],
];

const KEYS = [
  'a/b/../c',
  '../..',
  '%2e%2e%2f',
  '...',
  'tea?user_id=2',
  'tea#1',
  ' tea ',
  '+',
  'ünïcödé \u{1f600}',
  `it's "quoted" \\`,
  '{"$gt":""}',
  '__proto__',
  'constructor',
  'session/1',
  'é'.repeat(256),
];

describe('a memory that is odd but right', () => {
  let api: Api;
  const call = (method: string, path: string, body?: unknown): Promise<RawAnswer> =>
    rawRequest(api.url, { method, path: `/api/memory${path}`, body });

  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it.each(MEMORIES)('is stored and comes back as it was: %s', async (_what, memory) => {
    const stored = await call('POST', '/store', memory);
    expect(stored).toMatchObject({ status: 200 });
    const { embedding_id: id } = stored.body as { embedding_id: string };
    const { metadata, content_type: type = 'conversation', ...fields } = asJson(memory);
    const found = await call('GET', `/${id}`);
    expect(found).toMatchObject({ status: 200, body: { ...fields, type } });
    const kept = (found.body as { metadata: JsonObject }).metadata;
    for (const [key, value] of Object.entries((metadata ?? {}) as JsonObject))
      expect(kept[key]).toEqual(value);
  });

  it.each(KEYS)('is found, replaced, changed and deleted by its key %s', async (key) => {
    const path = `/${encodeURIComponent(key)}`;
    const first = await call('POST', '/store', { content, external_id: key });
    expect(first).toMatchObject({ status: 200, body: { memory: { external_id: key } } });
    const { id } = (first.body as { memory: { id: string } }).memory;
    const second = await call('POST', '/store', { content: 'Other words.', external_id: key });
    expect(second).toMatchObject({ status: 200, body: { memory: { id } } });
    expect(await call('GET', path)).toMatchObject({ status: 200, body: { id, content: 'Other words.' } });
    const patched = await call('PATCH', path, { metadata: { starred: true } });
    expect(patched).toMatchObject({ status: 200, body: { id, metadata: { starred: true } } });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await call('GET', path)).toMatchObject({ status: 404 });
  });

  it('is found by a filter on every hostile value, alone and in a query parameter', async () => {
    const user_id = 20;
    const memories = HOSTILE_VALUES.map((value, i) => ({
      content,
      external_id: `${i}`,
      metadata: { f: value },
    }));
    expect(await call('POST', '/store/batch', { user_id, memories })).toMatchObject({ status: 200 });
    for (const [i, value] of HOSTILE_VALUES.entries()) {
      const metadata_filter = { f: { $eq: value } };
      const searched = await call('POST', '/search', {
        user_id,
        query: content,
        n_results: 100,
        metadata_filter,
      });
      const query = `user_id=${user_id}&limit=100&metadata_filter=${encodeURIComponent(JSON.stringify(metadata_filter))}`;
      const listed = await call('GET', `?${query}`);
      const idsOf = (items: unknown) =>
        (items as { external_id: string }[]).map((item) => item.external_id).sort();
      const found = idsOf((searched.body as { results: unknown }).results);
      expect(found).toContain(`${i}`);
      expect(idsOf((listed.body as { items: unknown }).items)).toEqual(found);
    }
  });

  it('is one of 500 in a batch', async () => {
    const memories = Array.from({ length: 500 }, (_, i) => ({ content: `memory ${i}` }));
    const answer = await call('POST', '/store/batch', { user_id: 21, memories });
    expect(answer).toMatchObject({ status: 200, body: { count: 500 } });
    const listed = await call('GET', '?user_id=21&total=true&limit=1');
    expect(listed).toMatchObject({ status: 200, body: { total: 500 } });
  });
});
