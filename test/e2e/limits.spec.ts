import { Api, startApi } from '../support/api';
import { RawRequest, rawRequest } from '../support/raw-request';

/** Each far from its default, so that it is the configured one that holds. */
const LIMITS = {
  MAX_BODY_BYTES: '3000',
  MAX_CONTENT_CHARACTERS: '50',
  MAX_QUERY_CHARACTERS: '40',
  MAX_METADATA_BYTES: '100',
  MAX_METADATA_KEYS: '5',
  MAX_METADATA_DEPTH: '3',
  MAX_EXTERNAL_ID_BYTES: '10',
  MAX_LABEL_BYTES: '12',
  MAX_PROJECT_NAME_CHARACTERS: '8',
  MAX_BATCH_MEMORIES: '3',
  MAX_RESULTS: '20',
  MAX_FILTER_DEPTH: '2',
  MAX_FILTER_CONDITIONS: '3',
};

const store = (memory: object): RawRequest => ({
  path: '/api/memory/store',
  body: { content: 'tea', ...memory },
});
const batch = (count: number): RawRequest => ({
  path: '/api/memory/store/batch',
  body: { memories: Array(count).fill({ content: 'tea' }) },
});
const search = (question: object): RawRequest => ({
  path: '/api/memory/search',
  body: { query: 'tea', ...question },
});
const list = (query: string): RawRequest => ({ path: `/api/memory${query}` });
const filter = (metadata_filter: object) => search({ metadata_filter });
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
const not = (levels: number): object => (levels === 1 ? { a: 1 } : { $not: not(levels - 1) });

/** Padded by white space to so many bytes. */
function ofBytes(bytes: number, memory: object): RawRequest {
  return { path: '/api/memory/store', body: JSON.stringify(memory).padEnd(bytes) };
}

/** A limit, what reaches it, what is one beyond, and the field that is named then. */
const ROWS: [limit: string, at: RawRequest, beyond: RawRequest, field: string][] = [
  [
    'characters of a memory',
    store({ content: 'x'.repeat(50) }),
    store({ content: 'x'.repeat(51) }),
    'content',
  ],
  ['characters of a question', search({ query: 'x'.repeat(40) }), search({ query: 'x'.repeat(41) }), 'query'],
  [
    'bytes of metadata',
    store({ metadata: { a: 'é'.repeat(46) } }),
    store({ metadata: { a: `${'é'.repeat(46)}x` } }),
    'metadata',
  ],
  ['keys of metadata', store({ metadata: keys(5) }), store({ metadata: keys(6) }), 'metadata'],
  [
    'keys of metadata, nested ones too',
    store({ metadata: { a: keys(4) } }),
    store({ metadata: { a: keys(5) } }),
    'metadata',
  ],
  ['levels of metadata', store({ metadata: nested(3) }), store({ metadata: nested(4) }), 'metadata.a.a.a'],
  [
    'bytes of an external id',
    store({ external_id: 'é'.repeat(5) }),
    store({ external_id: `${'é'.repeat(5)}x` }),
    'external_id',
  ],
  ...['content_type', 'session_type', 'agent_id', 'speaker'].map((field): (typeof ROWS)[number] => [
    `bytes of ${field}`,
    store({ [field]: 'é'.repeat(6) }),
    store({ [field]: `${'é'.repeat(6)}x` }),
    field,
  ]),
  [
    'bytes of a filter’s label',
    search({ speaker: 'é'.repeat(6) }),
    search({ speaker: 'é'.repeat(7) }),
    'speaker',
  ],
  ['characters of a project', store({ project: 'ééééüüüü' }), store({ project: 'ééééüüüüx' }), 'project'],
  ['memories of a batch', batch(3), batch(4), 'memories'],
  ['results of a search', search({ n_results: 20 }), search({ n_results: 21 }), 'n_results'],
  [
    'memories of a context',
    { path: '/api/memory/context', body: { query: 'tea', n_results: 20 } },
    { path: '/api/memory/context', body: { query: 'tea', n_results: 21 } },
    'n_results',
  ],
  ['memories of a list', list('?limit=20'), list('?limit=21'), 'limit'],
  ['memories of a session', list('/session/1?n_results=20'), list('/session/1?n_results=21'), 'n_results'],
  ['memories of a project', list('/project/P?n_results=20'), list('/project/P?n_results=21'), 'n_results'],
  [
    'memories of a project’s context',
    list('/project/P/context?n_recent=20'),
    list('/project/P/context?n_recent=21'),
    'n_recent',
  ],
  ['levels of a filter', filter(not(2)), filter(not(3)), 'metadata_filter.$not.$not'],
  ['conditions of a filter', filter(keys(3)), filter(keys(4)), 'metadata_filter.k3'],
];

describe('limits that are configured', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ environment: LIMITS });
  });
  afterAll(() => api.close());

  const send = (request: RawRequest) => rawRequest(api.url, request);

  it.each(ROWS)('%s: allow what reaches them, refuse one more', async (_limit, at, beyond, field) => {
    expect(await send(at)).toMatchObject({ status: 200 });
    const before = await api.backend.count(1);
    expect(await send(beyond)).toMatchObject({
      status: 422,
      body: { code: 'invalid_input', errors: [{ field }] },
    });
    expect(await api.backend.count(1)).toBe(before);
  });

  it('bytes of a body: allow what reaches them, refuse one more', async () => {
    expect(await send(ofBytes(3000, { content: 'tea' }))).toMatchObject({ status: 200 });
    const tooLarge = { status: 413, body: { code: 'body_too_large' } };
    expect(await send(ofBytes(3001, { content: 'tea' }))).toMatchObject(tooLarge);
    const large = { path: '/api/memory/store/batch', body: JSON.stringify(batch(2).body) };
    expect(await send({ ...large, body: large.body.padEnd(3000) })).toMatchObject({ status: 200 });
    expect(await send({ ...large, body: large.body.padEnd(3001) })).toMatchObject(tooLarge);
  });

  it('are told by the documentation', async () => {
    const document = JSON.stringify((await send({ path: '/docs-json' })).body);
    for (const told of ['3,000 bytes', '50 characters', '2 levels, 3 conditions', '"maximum":20'])
      expect(document).toContain(told);
    expect(document).not.toContain('"maximum":100,');
  });

  it('of batches do not bound other lists', async () => {
    expect(await send(search({ content_types: ['a', 'b', 'c', 'd'] }))).toMatchObject({ status: 200 });
  });
});
