import { Fortress } from './refusals';

const NUL = '\u0000';

type Row = readonly [what: string, body: unknown, fields: readonly string[]];

/** Filters that search, list and delete refuse alike. */
const FILTERS: Row[] = [
  ['an unknown operator', { metadata_filter: { a: { $regex: '.*' } } }, ['metadata_filter.a.$regex']],
  ['code as operator', { metadata_filter: { $where: 'process.exit()' } }, ['metadata_filter.$where']],
  ['an operator without a field', { metadata_filter: { $gt: 1 } }, ['metadata_filter.$gt']],
  ['operators beside values', { metadata_filter: { a: { $gt: 1, b: 2 } } }, ['metadata_filter.a.b']],
  ['a list as filter', { metadata_filter: [{ a: 1 }] }, ['metadata_filter']],
  ['a text as filter', { metadata_filter: 'a = 1' }, ['metadata_filter']],
  ['$in without a list', { metadata_filter: { a: { $in: 1 } } }, ['metadata_filter.a.$in']],
  ['$gt with a boolean', { metadata_filter: { a: { $gt: true } } }, ['metadata_filter.a.$gt']],
  ['$exists with a number', { metadata_filter: { a: { $exists: 1 } } }, ['metadata_filter.a.$exists']],
  ['an empty $or', { metadata_filter: { $or: [] } }, ['metadata_filter.$or']],
  ['nothing inside $not', { metadata_filter: { $not: {} } }, ['metadata_filter.$not']],
  [
    'the place in $or',
    { metadata_filter: { $or: [{ a: 1 }, { age: { $gt: null } }] } },
    ['metadata_filter.$or[1].age.$gt'],
  ],
  ['NUL in a value', { metadata_filter: { a: NUL } }, ['metadata_filter.a']],
  ['NUL in a field', { metadata_filter: { [NUL]: 1 } }, ['metadata_filter']],
  [
    '101 conditions',
    { metadata_filter: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, 1])) },
    ['metadata_filter.f100'],
  ],
  ['a label with NUL', { agent_id: NUL }, ['agent_id']],
  ['an empty label', { speaker: '' }, ['speaker']],
  ['a project that is too long', { project: 'x'.repeat(256) }, ['project']],
  ['a project with NUL', { project: `a${NUL}` }, ['project']],
  ['a project of number 0', { project_id: 0 }, ['project_id']],
  ['a session that is no number', { session_id: 'seven' }, ['session_id']],
  ['a time that is none', { occurred_after: 'soon' }, ['occurred_after']],
  ['a time after the year 9999', { occurred_before: '9999-12-31T23:59:59-01:00' }, ['occurred_before']],
  ['a type with NUL', { content_types: ['a', NUL] }, ['content_types[1]']],
  ['a field that is none', { metadataFilter: { a: 1 } }, ['metadataFilter']],
];

/** As query parameters: objects as JSON, lists as repeated parameters. */
function asQuery(filter: object): string {
  const pairs = Object.entries(filter).flatMap(([key, value]) => {
    const texts =
      key === 'content_types'
        ? (value as string[])
        : [typeof value === 'string' ? value : JSON.stringify(value)];
    return texts.map((text) => `${key}=${encodeURIComponent(text)}`);
  });
  return pairs.join('&');
}

describe('a question that is wrong', () => {
  const fortress = new Fortress();
  beforeAll(() => fortress.open());
  afterEach(() => fortress.expectUnharmed());
  afterAll(() => fortress.close());

  it.each(FILTERS)('finds nothing by a filter with %s', async (_what, filter, fields) => {
    const body = { query: 'tea', ...(filter as object) };
    await fortress.refuses({ path: '/api/memory/search', body }, 422, 'invalid_input', fields);
    await fortress.refuses({ path: '/api/memory/context', body }, 422, 'invalid_input', fields);
  });

  it.each(FILTERS)('lists nothing by a filter with %s', async (_what, filter, fields) => {
    const path = `/api/memory?${asQuery(filter as object)}`;
    await fortress.refuses({ path }, 422, 'invalid_input', fields);
  });

  it.each(FILTERS)('deletes nothing by a filter with %s', async (_what, filter, fields) => {
    const named = fields.map((field) => `filter.${field}`);
    await fortress.refuses({ path: '/api/memory/delete', body: { filter } }, 422, 'invalid_input', named);
  });

  it.each<Row>([
    ['no question', {}, ['query']],
    ['an empty question', { query: '' }, ['query']],
    ['white space', { query: ' \n ' }, ['query']],
    ['20,001 characters', { query: 'x'.repeat(20_001) }, ['query']],
    ['NUL', { query: `tea${NUL}` }, ['query']],
    ['half a pair', `{"query": "\\ud83d"}`, ['query']],
    ['a number as question', { query: 42 }, ['query']],
    ['no results', { query: 'tea', n_results: 0 }, ['n_results']],
    ['101 results', { query: 'tea', n_results: 101 }, ['n_results']],
    ['a negative number of results', { query: 'tea', n_results: -1 }, ['n_results']],
    ['half a result', { query: 'tea', n_results: 2.5 }, ['n_results']],
    ['results as text', { query: 'tea', n_results: '3' }, ['n_results']],
    ['infinitely many results', `{"query": "tea", "n_results": 1e999}`, ['n_results']],
    ['a similarity above 1', { query: 'tea', min_similarity: 1.1 }, ['min_similarity']],
    ['a similarity as text', { query: 'tea', min_similarity: 'high' }, ['min_similarity']],
    ['no types', { query: 'tea', content_types: [] }, ['content_types']],
    ['types that are numbers', { query: 'tea', content_types: [1] }, ['content_types']],
    ['a mode that is none', { query: 'tea', mode: 'telepathy' }, ['mode']],
    ['a half-life of no time', { query: 'tea', recency_half_life_days: 0 }, ['recency_half_life_days']],
    ['a user 0', { query: 'tea', user_id: 0 }, ['user_id']],
    ['a misspelt field', { query: 'tea', n_result: 5 }, ['n_result']],
    ['a prototype', `{"query": "tea", "__proto__": {"user_id": 2}}`, ['__proto__']],
  ])('is not searched for: %s', async (_what, body, fields) => {
    await fortress.refuses({ path: '/api/memory/search', body }, 422, 'invalid_input', fields);
  });

  it.each<[string, readonly string[]]>([
    ['limit=0', ['limit']],
    ['limit=101', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=', ['limit']],
    ['limit=1&limit=2', ['limit']],
    ['limit=0x10', ['limit']],
    ['limit=1e1', ['limit']],
    ['total=yes', ['total']],
    ['cursor=nonsense', ['cursor']],
    ['cursor=W10', ['cursor']],
    ['user_id=0', ['user_id']],
    ['user_id=-1', ['user_id']],
    ['user_id=1%00', ['user_id']],
    ['user_id[]=1', ['user_id[]']],
    ['user_id[$ne]=1', ['user_id[$ne]']],
    ['__proto__[admin]=1', ['__proto__[admin]']],
    ['__proto__=1', ['__proto__']],
    ['constructor=1', ['constructor']],
    ['metadata_filter={', ['metadata_filter']],
    ['metadata_filter=%5B%5D', ['metadata_filter']],
    ['session_id=9007199254740992', ['session_id']],
    ['offset=5', ['offset']],
  ])('is not listed: ?%s', async (query, fields) => {
    await fortress.refuses({ path: `/api/memory?${query}` }, 422, 'invalid_input', fields);
  });

  it.each<Row>([
    ['no filter', {}, ['filter']],
    ['an empty filter', { filter: {} }, ['filter']],
    ['a filter without a condition', { filter: { metadata_filter: {} } }, ['filter']],
    ['null as filter', { filter: null }, ['filter']],
    ['a list as filter', { filter: [] }, ['filter']],
    ['everything', { filter: '*' }, ['filter']],
    ['a dry run as text', { filter: { session_id: 7 }, dry_run: 'true' }, ['dry_run']],
    ['a misspelt dry run', { filter: { session_id: 7 }, dryRun: true }, ['dryRun']],
    ['a negative count', { filter: { session_id: 7 }, expected_count: -1 }, ['expected_count']],
    ['a condition beside the filter', { filter: { session_id: 7 }, agent_id: 'a' }, ['agent_id']],
  ])('deletes nothing: %s', async (_what, body, fields) => {
    await fortress.refuses({ path: '/api/memory/delete', body }, 422, 'invalid_input', fields);
  });

  it('deletes nothing where the count is another', async () => {
    const body = { filter: { session_id: 7 }, expected_count: 2 };
    await fortress.refuses({ path: '/api/memory/delete', body }, 409, 'count_mismatch');
  });
});
