import { Api, startApi } from '../support/api';
import { WordEmbedder } from '../support/word-embedder';

const STORE = '/api/memory/store';
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('storing', () => {
  const embedder = new WordEmbedder();
  let api: Api;
  beforeEach(async () => {
    embedder.batches.length = 0;
    api = await startApi({ embedder });
  });
  afterEach(() => api.close());

  async function store(body: object, user = 1): Promise<any> {
    const answer = await api.http.post(STORE).send({ ...body, user_id: user });
    expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    return answer.body.memory;
  }

  it('keeps everything that is given and answers the memory', async () => {
    const now = api.clock.now().toISOString();
    const answer = await api.http.post(STORE).send({
      content: 'Ana: I planted garlic.',
      session_id: -7,
      content_type: 'note',
      session_type: 'wisdom_only',
      project: 'Kitchen garden',
      agent_id: 'gardener',
      external_id: 'garden/17',
      occurred_at: '2026-01-02T03:04:05.678+01:00',
      expires_at: '2099-01-01',
      metadata: { bed: { number: 3 } },
      user_id: 5,
    });
    expect(answer.status).toBe(200);
    const { id } = answer.body.memory;
    expect(answer.body).toEqual({
      embedding_id: id,
      success: true,
      message: `Content stored with ID: ${id}`,
      memory: {
        id: expect.stringMatching(UUID_V7),
        embedding_id: id,
        external_id: 'garden/17',
        user_id: 5,
        session_id: -7,
        type: 'note',
        session_type: 'wisdom_only',
        project: 'Kitchen garden',
        project_id: expect.any(Number),
        agent_id: 'gardener',
        speaker: 'Ana',
        content: 'Ana: I planted garlic.',
        text_preview: 'Ana: I planted garlic.',
        content_is_preview: false,
        metadata: {
          bed: { number: 3 },
          type: 'note',
          session_id: -7,
          session_type: 'wisdom_only',
          project: 'Kitchen garden',
        },
        occurred_at: '2026-01-02T02:04:05.678Z',
        created_at: now,
        updated_at: now,
        expires_at: '2099-01-01T00:00:00.000Z',
      },
    });
    const read = await api.http.get('/api/memory/garden%2F17?user_id=5');
    expect(read.body).toEqual(answer.body.memory);
  });

  it('fills in what is not given', async () => {
    const memory = await store({ content: 'Only a text.', session_id: null, project: null, metadata: null });
    expect(memory).toMatchObject({
      external_id: null,
      session_id: null,
      type: 'conversation',
      session_type: null,
      project: null,
      project_id: null,
      agent_id: null,
      speaker: null,
      metadata: { type: 'conversation' },
      occurred_at: api.clock.now().toISOString(),
      expires_at: null,
    });
  });

  it('keeps metadata exactly as it was sent, names of objects included', async () => {
    const text =
      '{"constructor": {"constructor": 5}, "toString": null, "then": {"then": 1}, "hasOwnProperty": [], "length": 2,' +
      ' "deep": [[{"a": [1.5, -0.25, 1e21, "é\\u0000x"]}]], "empty": {}, "": " "}';
    const refused = await api.http.post(STORE).type('json').send(`{"content": "x", "metadata": ${text}}`);
    expect(refused.body.errors[0].field).toBe('metadata.deep[0][0].a[3]');
    const fine = text.replace('\\u0000', '\\n');
    const { body } = await api.http.post(STORE).type('json').send(`{"content": "x", "metadata": ${fine}}`);
    expect(body.memory.metadata).toEqual({ ...JSON.parse(fine), type: 'conversation' });
  });

  it('refuses a prototype in metadata instead of dropping it', async () => {
    const { status, body } = await api.http
      .post(STORE)
      .type('json')
      .send('{"content": "x", "metadata": {"a": {"__proto__": {"admin": true}}}}');
    expect([status, body.errors[0].field]).toEqual([422, 'metadata.a.__proto__']);
  });

  it.each<[string, object, string]>([
    ['no text', { content: '' }, 'content'],
    ['white space', { content: ' \n' }, 'content'],
    ['a text over the limit', { content: 'x'.repeat(200_001) }, 'content'],
    ['NUL', { content: 'a\u0000b' }, 'content'],
    ['a UUID as external id', { external_id: '0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11' }, 'external_id'],
    ['a path word as external id', { external_id: 'search' }, 'external_id'],
    ['a label over the limit', { speaker: 'ä'.repeat(65) }, 'speaker'],
    ['a line break in a label', { agent_id: 'a\nb' }, 'agent_id'],
    ['an operator in metadata', { metadata: { $gt: 1 } }, 'metadata.$gt'],
    ['an infinite number', { metadata: { a: 1 } }, 'metadata.a'],
    [
      'too many keys',
      { metadata: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [i, i])) },
      'metadata',
    ],
    ['too much metadata', { metadata: { a: 'x'.repeat(65_536) } }, 'metadata'],
    ['a project that does not exist', { project_id: 77 }, 'project_id'],
    ['an end that is past', { expires_at: '2020-01-01' }, 'expires_at'],
  ])('refuses %s', async (_name, fields, field) => {
    const body = JSON.stringify({ content: 'x', ...fields }).replace('{"a":1}', '{"a":1e400}');
    const answer = await api.http.post(STORE).type('json').send(body);
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, field]);
    expect(await api.backend.count(1)).toBe(0);
    expect(embedder.batches).toEqual([]);
  });

  it('takes a text of as many characters as the limit, however many bytes', async () => {
    const memory = await store({ content: '💡'.repeat(200_000) });
    expect(memory.text_preview).toBe('💡'.repeat(200));
  });

  it('creates a project when it is first used, and takes its id or name afterwards', async () => {
    const first = await store({ content: 'a', project: 'Garden' });
    const byName = await store({ content: 'b', project: 'Garden' });
    const byId = await store({ content: 'c', project_id: first.project_id });
    const byBoth = await store({ content: 'd', project: 'Garden', project_id: first.project_id });
    const byMetadata = await store({ content: 'e', metadata: { project: 'Garden' } });
    for (const memory of [byName, byId, byBoth, byMetadata])
      expect([memory.project, memory.project_id]).toEqual(['Garden', first.project_id]);
    const other = await store({ content: 'f', project: 'Kitchen' });
    const answer = await api.http
      .post(STORE)
      .send({ content: 'g', project: 'Garden', project_id: other.project_id });
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, 'project_id']);
  });

  it('creates no project for what is refused', async () => {
    await api.http.post(STORE).send({ content: '', project: 'Garden' });
    expect((await api.http.get('/api/memory/projects')).body.projects).toEqual([]);
  });

  it('replaces a memory that has the external id already', async () => {
    const first = await store({ content: 'old', external_id: 'k', session_id: 1, metadata: { a: 1 } });
    api.clock.advance(1000);
    const second = await store({ content: 'new', external_id: 'k' });
    expect(second).toMatchObject({
      id: first.id,
      content: 'new',
      session_id: null,
      created_at: first.created_at,
    });
    expect(second.metadata).toEqual({ type: 'conversation' });
    expect(second.updated_at).not.toBe(first.updated_at);
    expect((await store({ content: 'other', external_id: 'k' }, 2)).id).not.toBe(first.id);
    expect(await api.backend.count(1)).toBe(1);
  });

  it('keeps a second memory of the same type in a session as its own', async () => {
    const [a, b] = [
      await store({ content: 'a', session_id: 1 }),
      await store({ content: 'b', session_id: 1 }),
    ];
    expect(a.id).not.toBe(b.id);
    expect(await api.backend.count(1)).toBe(2);
  });

  describe('a batch', () => {
    const BATCH = '/api/memory/store/batch';

    it('is embedded together and answered in order', async () => {
      const memories = [
        { content: 'a', external_id: 'one' },
        { content: 'b', project: 'P' },
        { content: 'c' },
      ];
      const { status, body } = await api.http.post(BATCH).send({ memories, user_id: 3 });
      expect(status).toBe(200);
      expect(embedder.batches).toEqual([['a', 'b', 'c']]);
      expect(body.count).toBe(3);
      expect(body.items.map((item: any) => item.external_id)).toEqual(['one', null, null]);
      for (const [i, { id, embedding_id }] of body.items.entries()) {
        expect(embedding_id).toBe(id);
        const read = await api.http.get(`/api/memory/${id}?user_id=3`);
        expect(read.body.content).toBe(memories[i]!.content);
      }
    });

    it('is stored as a whole or not at all', async () => {
      const memories = [{ content: 'a' }, { content: 'b', project_id: 99 }, { content: 'c', project_id: 99 }];
      const { status, body } = await api.http.post(BATCH).send({ memories });
      expect(status).toBe(422);
      expect(body.errors.map((error: any) => error.field)).toEqual([
        'memories[1].project_id',
        'memories[2].project_id',
      ]);
      expect(await api.backend.count(1)).toBe(0);
    });

    it('names every memory that is refused at once, whatever the reason', async () => {
      const memories = [
        { content: ' ' },
        { content: 'b', project_id: 99 },
        { content: 'c', external_id: 'k' },
        { content: 'd', external_id: 'k' },
      ];
      const { status, body } = await api.http.post(BATCH).send({ memories });
      expect(status).toBe(422);
      expect(body.errors.map((error: any) => error.field).sort()).toEqual([
        'memories[0].content',
        'memories[1].project_id',
        'memories[3].external_id',
      ]);
    });

    it('has no external id twice, and no user of its own for an item', async () => {
      const twice = [
        { content: 'a', external_id: 'k' },
        { content: 'b', external_id: 'k' },
      ];
      const repeated = await api.http.post(BATCH).send({ memories: twice });
      expect(repeated.body.errors[0].field).toBe('memories[1].external_id');
      const foreign = await api.http.post(BATCH).send({ memories: [{ content: 'a', user_id: 2 }] });
      expect(foreign.body.errors[0].field).toBe('memories[0].user_id');
    });
  });
});
