import { Api, startApi } from '../support/api';
import { WordEmbedder } from '../support/word-embedder';

describe('reading, changing and deleting', () => {
  const embedder = new WordEmbedder();
  let api: Api;
  beforeEach(async () => {
    api = await startApi({ embedder });
  });
  afterEach(() => api.close());

  async function store(body: object): Promise<any> {
    return (await api.http.post('/api/memory/store').send(body)).body.memory;
  }

  async function patch(key: string, body: object): Promise<any> {
    const answer = await api.http.patch(`/api/memory/${encodeURIComponent(key)}`).send(body);
    expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    return answer.body;
  }

  it.each(['garden/17', 'a b', 'ä?#%', '..%2F..', 'conv_007', '.hidden', 'a+b', "x'y", '💡'])(
    'finds, changes and deletes by the external id %s',
    async (key) => {
      const path = `/api/memory/${encodeURIComponent(key)}`;
      const { id } = await store({ content: 'x', external_id: key });
      expect((await api.http.get(path)).body.id).toBe(id);
      expect((await api.http.patch(path).send({ content: 'y' })).body).toMatchObject({ id, content: 'y' });
      const deleted = await api.http.delete(path);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect((await api.http.get(`/api/memory/${id}`)).status).toBe(404);
    },
  );

  it('takes an id in any case', async () => {
    const { id } = await store({ content: 'x' });
    expect((await api.http.get(`/api/memory/${id.toUpperCase()}`)).body.id).toBe(id);
  });

  it.each(['get', 'patch', 'delete'] as const)('says 404 to %s of what is not there', async (method) => {
    await store({ content: 'x', external_id: 'mine', user_id: 2 });
    for (const key of ['mine', '0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11', 'a%2Fb', 'storey']) {
      const { status, body } = await api.http[method](`/api/memory/${key}`);
      expect([key, status, body.code]).toEqual([key, 404, 'memory_not_found']);
    }
  });

  it('changes what is given and nothing else', async () => {
    const before = await store({
      content: 'Ana: old words',
      session_id: 1,
      session_type: 'calm',
      project: 'P',
      agent_id: 'a',
      external_id: 'k',
      metadata: { keep: [1], drop: true, deep: { a: 1, b: 2 } },
      expires_at: '2099-01-01',
    });
    api.clock.advance(5000);
    const after = await patch('k', { metadata: { drop: null, add: 'x', deep: { a: null } } });
    expect(after).toEqual({
      ...before,
      metadata: { ...before.metadata, drop: undefined, add: 'x', deep: { b: 2 } },
      updated_at: api.clock.now().toISOString(),
    });
    expect(after.metadata).not.toHaveProperty('drop');
    expect((await api.http.get('/api/memory/k')).body).toEqual(after);
  });

  it('clears what null is given for', async () => {
    await store({
      content: 'Ana: x',
      session_id: 1,
      session_type: 'calm',
      project: 'P',
      agent_id: 'a',
      external_id: 'k',
      expires_at: '2099-01-01',
    });
    const nulls = {
      session_id: null,
      session_type: null,
      project: null,
      agent_id: null,
      speaker: null,
      expires_at: null,
    };
    const { metadata, project_id, ...after } = await patch('k', nulls);
    expect(after).toMatchObject(nulls);
    expect([project_id, metadata]).toEqual([null, { type: 'conversation' }]);
  });

  it('finds a changed text by its new meaning only', async () => {
    await store({ content: 'garlic bread', external_id: 'k' });
    await store({ content: 'something else' });
    const calls = embedder.batches.length;
    await patch('k', { content: 'release notes' });
    expect(embedder.batches.length).toBe(calls + 1);
    const search = (query: string) =>
      api.http.post('/api/memory/search').send({ query, min_similarity: 0.5 });
    expect((await search('release notes')).body.count).toBe(1);
    expect((await search('garlic bread')).body.count).toBe(0);
    await patch('k', { metadata: { a: 1 } });
    expect(embedder.batches.length).toBe(calls + 1);
  });

  it('moves between projects by name and id', async () => {
    const { project_id } = await store({ content: 'x', project: 'A' });
    await store({ content: 'y', external_id: 'k' });
    expect(await patch('k', { project: 'B' })).toMatchObject({ project: 'B', metadata: { project: 'B' } });
    expect(await patch('k', { project_id })).toMatchObject({ project: 'A', project_id });
    expect(await patch('k', { project_id: null })).toMatchObject({ project: null, project_id: null });
  });

  it.each<[object, string]>([
    [{ content: null }, 'content'],
    [{ content: '' }, 'content'],
    [{ content_type: null }, 'content_type'],
    [{ metadata: null }, 'metadata'],
    [{ occurred_at: null }, 'occurred_at'],
    [{ content_type: '' }, 'content_type'],
    [{ external_id: 'other' }, 'external_id'],
    [{ id: 'x' }, 'id'],
    [{ metadata: { $set: 1 } }, 'metadata.$set'],
    [{ metadata: 'x' }, 'metadata'],
    [{ project_id: 99 }, 'project_id'],
    [{ session_id: '1' }, 'session_id'],
    [{ expires_at: '2020-01-01' }, 'expires_at'],
    [{ occurred_at: 'now' }, 'occurred_at'],
  ])('refuses the change %j', async (body, field) => {
    const before = await store({ content: 'x', external_id: 'k' });
    const answer = await api.http.patch('/api/memory/k').send(body);
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field]);
    expect((await api.http.get('/api/memory/k')).body).toEqual(before);
  });

  it('creates no project for a memory that is not there', async () => {
    expect((await api.http.patch('/api/memory/none').send({ project: 'New' })).status).toBe(404);
    expect((await api.http.get('/api/memory/projects')).body.count).toBe(0);
  });

  it('has nothing of what has expired', async () => {
    await store({
      content: 'x',
      external_id: 'k',
      session_id: 1,
      expires_at: api.clock.in(1000).toISOString(),
    });
    api.clock.advance(1000);
    expect((await api.http.get('/api/memory/k')).status).toBe(404);
    expect((await api.http.get('/api/memory/session/1')).body.count).toBe(0);
    expect((await api.http.get('/api/memory/status')).body.total_memories).toBe(0);
  });

  it('deletes a session, of one user', async () => {
    for (const user_id of [1, 1, 2]) await store({ content: 'x', session_id: 5, user_id });
    await store({ content: 'y', session_id: 6 });
    const { status, body } = await api.http.delete('/api/memory/session/5');
    expect([status, body]).toEqual([200, { deleted: 2 }]);
    expect((await api.http.delete('/api/memory/session/5')).body).toEqual({ deleted: 0 });
    expect([await api.backend.count(1), await api.backend.count(2)]).toEqual([1, 1]);
  });

  describe('by filter', () => {
    const DELETE = '/api/memory/delete';
    beforeEach(async () => {
      for (const session_id of [1, 1, 2]) await store({ content: 'x', session_id, metadata: { done: true } });
      await store({ content: 'x', session_id: 1, user_id: 2 });
    });

    it('counts first, then deletes exactly that many', async () => {
      const filter = { session_id: 1, metadata_filter: { done: true } };
      const tried = await api.http.post(DELETE).send({ filter, dry_run: true });
      expect([tried.status, tried.body]).toEqual([200, { matched: 2, deleted: 0, dry_run: true }]);
      const wrong = await api.http.post(DELETE).send({ filter, expected_count: 3 });
      expect([wrong.status, wrong.body.code]).toEqual([409, 'count_mismatch']);
      expect(await api.backend.count(1)).toBe(3);
      const deleted = await api.http.post(DELETE).send({ filter, expected_count: 2 });
      expect(deleted.body).toEqual({ matched: 2, deleted: 2, dry_run: false });
      expect([await api.backend.count(1), await api.backend.count(2)]).toEqual([1, 1]);
    });

    it('matches nothing in a project that does not exist', async () => {
      const filter = { project: 'nowhere' };
      expect((await api.http.post(DELETE).send({ filter })).body.matched).toBe(0);
      expect((await api.http.post(DELETE).send({ filter, expected_count: 1 })).status).toBe(409);
    });

    it.each<[object, string]>([
      [{}, 'filter'],
      [{ filter: {} }, 'filter'],
      [{ filter: null }, 'filter'],
      [{ filter: [] }, 'filter'],
      [{ filter: { metadata_filter: {} } }, 'filter'],
      [{ filter: { session_id: null } }, 'filter'],
      [{ filter: { colour: 'red' } }, 'filter.colour'],
      [{ filter: { session_id: '1' } }, 'filter.session_id'],
      [{ filter: { user_id: 2 } }, 'filter.user_id'],
      [{ filter: { metadata_filter: { a: { $x: 1 } } } }, 'filter.metadata_filter.a.$x'],
      [{ filter: { speaker: '' } }, 'filter.speaker'],
      [{ filter: { session_id: 1 }, expected_count: -1 }, 'expected_count'],
      [{ filter: { session_id: 1 }, dry_run: 'true' }, 'dry_run'],
    ])('refuses %j', async (body, field) => {
      const answer = await api.http.post(DELETE).send(body);
      expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field]);
      expect(await api.backend.count(1)).toBe(3);
    });
  });
});
