import { Fortress } from './refusals';

const NUL = '\u0000';
const LONE = '\ud83d';

/** A body that is wrong, and the fields that its answer must name. JSON as text where JavaScript could not say it. */
type Row = readonly [what: string, body: unknown, fields: readonly string[]];

const content = 'Wisdom is understanding what truly matters';

function objectOfDepth(depth: number): object {
  return depth === 1 ? {} : { a: objectOfDepth(depth - 1) };
}

/** What `POST /store`, each memory of a batch and, where it has the field, `PATCH` refuse alike. */
const FIELDS: Row[] = [
  ['empty text', { content: '' }, ['content']],
  ['white space as text', { content: ' \n\t\u00a0 ' }, ['content']],
  ['a text of 200,001 characters', { content: 'x'.repeat(200_001) }, ['content']],
  ['NUL in the text', { content: `a${NUL}b` }, ['content']],
  ['an escape sequence in the text', { content: 'a\u001b[31mb' }, ['content']],
  ['half a surrogate pair in the text', `{"content": "a\\ud83d b"}`, ['content']],
  ['a number as text', { content: 5 }, ['content']],
  ['a list as text', { content: ['a'] }, ['content']],
  ['an object as text', { content: { text: 'a' } }, ['content']],
  ['a text as session', { content, session_id: '5' }, ['session_id']],
  ['a fraction as session', { content, session_id: 1.5 }, ['session_id']],
  ['a session beyond 2^53 - 1', `{"content": "a", "session_id": 9007199254740992}`, ['session_id']],
  ['an infinite session', `{"content": "a", "session_id": 1e400}`, ['session_id']],
  ['an enormous negative session', `{"content": "a", "session_id": -1e308}`, ['session_id']],
  ['a boolean as session', { content, session_id: true }, ['session_id']],
  ['a label that is empty', { content, content_type: '' }, ['content_type']],
  ['a label of 129 bytes', { content, agent_id: `${'é'.repeat(64)}x` }, ['agent_id']],
  ['a label over two lines', { content, speaker: 'Ana\nBo' }, ['speaker']],
  ['a label with half a pair', `{"content": "a", "session_type": "\\udc00"}`, ['session_type']],
  ['a number as label', { content, content_type: 7 }, ['content_type']],
  ['a project name of 256 characters', { content, project: 'x'.repeat(256) }, ['project']],
  ['an empty project name', { content, project: '' }, ['project']],
  ['a project name with NUL', { content, project: NUL }, ['project']],
  ['a project that does not exist', { content, project_id: 999 }, ['project_id']],
  ['a project of number 0', { content, project_id: 0 }, ['project_id']],
  ['a project of another name', { content, project_id: 1, project: 'Cellar' }, ['project_id']],
  ['a day that does not exist', { content, occurred_at: '2023-02-29T00:00:00Z' }, ['occurred_at']],
  ['a number as time', { content, occurred_at: 1700000000 }, ['occurred_at']],
  ['words as time', { content, occurred_at: 'yesterday' }, ['occurred_at']],
  ['the year 0', { content, occurred_at: '0000-01-01T00:00:00Z' }, ['occurred_at']],
  ['the year 10000 by its zone', { content, occurred_at: '9999-12-31T23:59:59-01:00' }, ['occurred_at']],
  ['an end in the past', { content, expires_at: '2001-01-01T00:00:00Z' }, ['expires_at']],
  ['a list as metadata', { content, metadata: [] }, ['metadata']],
  ['a text as metadata', { content, metadata: '{}' }, ['metadata']],
  ['a key with a dollar', { content, metadata: { a: [{ $set: 1 }] } }, ['metadata.a[0].$set']],
  ['a prototype', `{"content": "a", "metadata": {"__proto__": {"admin": true}}}`, ['metadata.__proto__']],
  ['a prototype inside', `{"content": "a", "metadata": {"a": {"__proto__": 1}}}`, ['metadata.a.__proto__']],
  ['an infinite number', `{"content": "a", "metadata": {"a": [1, -1e400]}}`, ['metadata.a[1]']],
  ['NUL in metadata', { content, metadata: { a: { b: NUL } } }, ['metadata.a.b']],
  ['NUL in a key', { content, metadata: { [`a${NUL}`]: 1 } }, ['metadata']],
  ['half a pair in metadata', `{"content": "a", "metadata": {"a": "\\ud83d"}}`, ['metadata.a']],
  ['metadata of 17 levels', { content, metadata: objectOfDepth(17) }, [`metadata${'.a'.repeat(16)}`]],
  [
    'metadata of 257 keys',
    { content, metadata: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, i])) },
    ['metadata'],
  ],
  ['metadata of more than 64 KiB', { content, metadata: { a: 'x'.repeat(65_536) } }, ['metadata']],
  [
    'a kind of session in metadata that is too long',
    { content, metadata: { session_type: 'x'.repeat(129) } },
    ['metadata.session_type'],
  ],
  [
    'a project in metadata that is too long',
    { content, metadata: { project: 'x'.repeat(256) } },
    ['metadata.project'],
  ],
  ['a misspelt field', { content, sesion_id: 5 }, ['sesion_id']],
  ['a field of the answer', { content, id: 'tea', similarity: 1 }, ['id', 'similarity']],
  ['a prototype beside the fields', `{"content": "a", "__proto__": {"user_id": 2}}`, ['__proto__']],
  ['a constructor', { content, constructor: { prototype: { admin: true } } }, ['constructor']],
  ['several at once', { content: '', session_id: 'x', color: 1 }, ['content', 'session_id', 'color']],
];

/** What only storing can get wrong. */
const STORE: Row[] = [
  ['nothing', {}, ['content']],
  ['null as text', { content: null }, ['content']],
  ['a user 0', { content, user_id: 0 }, ['user_id']],
  ['a negative user', { content, user_id: -1 }, ['user_id']],
  ['a text as user', { content, user_id: '1' }, ['user_id']],
  ['a user beyond 2^53 - 1', `{"content": "a", "user_id": 1e16}`, ['user_id']],
];

const KEYS: Row[] = [
  ['an empty key', { content, external_id: '' }, ['external_id']],
  ['a key of 513 bytes', { content, external_id: `${'é'.repeat(256)}x` }, ['external_id']],
  ['a key that is a UUID', { content, external_id: '01234567-89AB-7def-8123-456789abcdef' }, ['external_id']],
  ['a key that is a path of ours', { content, external_id: 'search' }, ['external_id']],
  ['a key that is one in capitals', { content, external_id: 'STATS' }, ['external_id']],
  ['a key that every client takes out of a path', { content, external_id: '..' }, ['external_id']],
  ['a key with NUL', { content, external_id: `a${NUL}` }, ['external_id']],
  ['a key with half a pair', { content, external_id: LONE }, ['external_id']],
  ['a number as key', { content, external_id: 5 }, ['external_id']],
];

/** The same memory as one of a batch, its fields named by their place. */
function inBatch([what, body, fields]: Row): Row {
  const memory = typeof body === 'string' ? body : JSON.stringify(body);
  return [
    what,
    `{"memories": [{"content": "good"}, ${memory}]}`,
    fields.map((field) => `memories[1].${field}`),
  ];
}

describe('a memory that is wrong', () => {
  const fortress = new Fortress();
  beforeAll(() => fortress.open());
  afterEach(() => fortress.expectUnharmed());
  afterAll(() => fortress.close());

  it.each([...FIELDS, ...STORE, ...KEYS])('is not stored: %s', async (_what, body, fields) => {
    await fortress.refuses({ path: '/api/memory/store', body }, 422, 'invalid_input', fields);
  });

  const ofUser = (row: Row) => row[2].includes('user_id');
  it.each([...FIELDS, ...STORE.filter((row) => !ofUser(row)), ...KEYS].map(inBatch))(
    'lets its whole batch not be stored: %s',
    async (_what, body, fields) => {
      await fortress.refuses({ path: '/api/memory/store/batch', body }, 422, 'invalid_input', fields);
    },
  );

  it.each(FIELDS)('does not replace what is there: %s', async (_what, body, fields) => {
    await fortress.refuses({ method: 'PATCH', path: '/api/memory/tea', body }, 422, 'invalid_input', fields);
  });

  it.each<Row>([
    ['no memories', {}, ['memories']],
    ['an empty list', { memories: [] }, ['memories']],
    ['no list', { memories: { content } }, ['memories']],
    ['something that is no memory', { memories: [{ content }, 'text'] }, ['memories']],
    ['501 memories', { memories: Array(501).fill({ content }) }, ['memories']],
    [
      'one key twice',
      { memories: ['a', 'b', 'a'].map((key) => ({ content, external_id: key })) },
      ['memories[2].external_id'],
    ],
    ['a user for one of them', { memories: [{ content, user_id: 2 }] }, ['memories[0].user_id']],
    ['a list in a list', { memories: [[{ content }]] }, ['memories']],
  ])('is no batch: %s', async (_what, body, fields) => {
    await fortress.refuses({ path: '/api/memory/store/batch', body }, 422, 'invalid_input', fields);
  });

  it('is named for each bad index of a batch', async () => {
    const memories = [{ content: '' }, { content }, { content: 5 }, { content, agent_id: '' }];
    const answer = await fortress.refuses(
      { path: '/api/memory/store/batch', body: { memories } },
      422,
      'invalid_input',
    );
    const { errors } = answer.body as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field)).toContain('memories[2].content');
  });

  it.each<Row>([
    ['a change of its key', { external_id: 'other' }, ['external_id']],
    ['a change of its owner', { user_id: 1, userId: 2 }, ['userId']],
    ['a change of its id', { id: '01234567-89ab-7def-8123-456789abcdef' }, ['id']],
    ['a project and none', { project: 'Pantry', project_id: null }, ['project_id']],
    [
      'metadata that grows too large',
      { metadata: Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`k${i}`, i])) },
      ['metadata'],
    ],
    [
      'null as metadata of a key that must not be',
      `{"metadata": {"__proto__": null}}`,
      ['metadata.__proto__'],
    ],
  ])('is not made by a change: %s', async (_what, body, fields) => {
    await fortress.refuses({ method: 'PATCH', path: '/api/memory/tea', body }, 422, 'invalid_input', fields);
  });
});
