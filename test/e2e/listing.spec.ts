import { Api, startApi } from '../support/api';

describe('listing', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
    const memories = Array.from({ length: 25 }, (_, i) => ({
      content: `memory ${i}`,
      external_id: `m${i}`,
      session_id: i % 2,
      project: i < 20 ? 'Garden' : undefined,
      content_type: i % 5 === 0 ? 'reflection' : 'conversation',
      metadata: { n: i },
      // Three at the same moment each, so that only the id tells them apart.
      occurred_at: new Date(Date.UTC(2026, 0, 1 + Math.floor(i / 3))).toISOString(),
    }));
    await api.http.post('/api/memory/store/batch').send({ memories });
    await api.http.post('/api/memory/store').send({ content: 'of somebody else', user_id: 2, session_id: 1 });
  });
  afterAll(() => api.close());

  async function get(path: string, query: object = {}): Promise<any> {
    const answer = await api.http.get(`/api/memory${path}`).query(query);
    expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    return answer.body;
  }

  async function pages(path: string, list: string, query: object): Promise<string[][]> {
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await get(path, { ...query, cursor });
      expect(page.count).toBe(page[list].length);
      found.push(page[list].map((memory: any) => memory.external_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  const all = Array.from({ length: 25 }, (_, i) => `m${i}`);

  it('gives the newest first, 20 to a page', async () => {
    expect(await pages('', 'items', {})).toEqual([
      [...all].reverse().slice(0, 20),
      [...all].reverse().slice(20),
    ]);
  });

  it.each([1, 4, 25, 100])('gives each memory once in pages of %i', async (limit) => {
    const found = await pages('', 'items', { limit });
    expect(found.flat()).toEqual([...all].reverse());
    expect(found[0]).toHaveLength(Math.min(limit, 25));
  });

  it('gives each memory once while others are stored', async () => {
    const first = await get('', { limit: 5, session_id: 0 });
    await api.http.post('/api/memory/store').send({ content: 'new', session_id: 0, external_id: 'late' });
    const second = await get('', { limit: 5, session_id: 0, cursor: first.next_cursor });
    await api.http.delete('/api/memory/late');
    const found = [...first.items, ...second.items].map((memory: any) => memory.external_id);
    expect(found).toEqual(['m24', 'm22', 'm20', 'm18', 'm16', 'm14', 'm12', 'm10', 'm8', 'm6']);
  });

  it('counts everything that matches only when it is asked to', async () => {
    expect((await get('', { limit: 2, total: true })).total).toBe(25);
    expect((await get('', { project: 'nowhere', total: true })).total).toBe(0);
    expect(await get('', { limit: 2, total: false })).not.toHaveProperty('total');
  });

  it.each<[object, number]>([
    [{ project: 'Garden' }, 20],
    [{ session_id: 1, content_types: 'reflection' }, 2],
    [{ content_types: ['reflection', 'conversation'] }, 25],
    [{ metadata_filter: JSON.stringify({ n: { $lt: 3 } }) }, 3],
    [{ occurred_after: '2026-01-08T00:00:00Z' }, 4],
    [{ occurred_after: '2026-01-08T01:00:00+01:00', occurred_before: '2026-01-09' }, 3],
    [{ project: 'nowhere' }, 0],
    [{ user_id: 2 }, 1],
    [{ user_id: 3 }, 0],
  ])('filters by %j', async (query, expected) => {
    const { items, count, next_cursor, total } = await get('', { ...query, limit: 100, total: true });
    expect([items.length, count, total, next_cursor]).toEqual([expected, expected, expected, null]);
  });

  it('refuses a cursor that is none, or of another list, filter or user', async () => {
    const { next_cursor: cursor } = await get('', { limit: 2, session_id: 1 });
    const [time, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const forged = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const refused = [
      { path: '', query: { cursor } },
      { path: '', query: { session_id: 1, user_id: 2, cursor } },
      { path: '/session/1', query: { cursor } },
      { path: '/project/Garden', query: { cursor } },
      { path: '', query: { session_id: 1, cursor: `${cursor}x` } },
      ...[null, {}, [], [time], [time, id], [1e300, id, 'x'], ['1', id, 'x'], [time, 'no id', 'x']].map(
        (parts) => ({ path: '', query: { session_id: 1, cursor: forged(parts) } }),
      ),
    ];
    for (const { path, query } of refused) {
      const { status, body } = await api.http.get(`/api/memory${path}`).query(query);
      expect([path, query, status, body.errors?.[0].field]).toEqual([path, query, 422, 'cursor']);
    }
  });

  describe('a session', () => {
    it('is read in the order it was said', async () => {
      const found = await pages('/session/1', 'entries', { n_results: 5 });
      expect(found.flat()).toEqual(all.filter((_id, i) => i % 2 === 1));
      expect(found.map((page) => page.length)).toEqual([5, 5, 2]);
      expect((await get('/session/1')).count).toBe(10);
    });

    it('names the newest of its kinds, whatever the page', async () => {
      const store = (body: object) => api.http.post('/api/memory/store').send({ session_id: 9, ...body });
      const pedagogical = { content_type: 'reflection', metadata: { reflection_type: 'pedagogical' } };
      const ids: string[] = [];
      for (const body of [{}, {}, pedagogical, { content_type: 'reflection' }, { content_type: 'note' }]) {
        api.clock.advance(1000);
        ids.push((await store({ content: 'x', ...body })).body.embedding_id);
      }
      const { embedding_ids, entries } = await get('/session/9', { n_results: 1 });
      expect(embedding_ids).toEqual({
        conversation: ids[1],
        wisdom_reflection: ids[3],
        pedagogical_reflection: ids[2],
      });
      expect(entries.map((entry: any) => entry.id)).toEqual([ids[0]]);
      await api.http.delete('/api/memory/session/9');
    });

    it('that does not exist is empty', async () => {
      expect(await get('/session/-404')).toEqual({
        session_id: -404,
        entries: [],
        embedding_ids: { conversation: null, wisdom_reflection: null, pedagogical_reflection: null },
        count: 0,
        next_cursor: null,
      });
    });
  });

  describe('a project', () => {
    it('is read newest first', async () => {
      const found = await pages('/project/Garden', 'sessions', { n_results: 8 });
      expect(found.flat()).toEqual(all.slice(0, 20).reverse());
      expect((await get('/project/Garden')).sessions).toHaveLength(10);
    });

    it('that does not exist is empty', async () => {
      expect(await get('/project/no%2Fwhere')).toEqual({
        project: 'no/where',
        sessions: [],
        count: 0,
        next_cursor: null,
      });
      expect(await get('/project/nowhere/context')).toEqual({ project: 'nowhere', context: '', n_recent: 5 });
    });

    it('is told for a prompt: the newest, the oldest of them first, each shortened', async () => {
      const store = (body: object) =>
        api.http.post('/api/memory/store').send({ project: 'Bench', user_id: 7, ...body });
      await store({ content: 'too old', occurred_at: '2020-01-01' });
      await store({ content: 'x'.repeat(199) + '💡💡', session_id: 12, occurred_at: '2020-01-02' });
      await store({ content: 'y', session_id: 1234, session_type: 'calm', occurred_at: '2020-01-03' });
      await store({ content: 'z', occurred_at: '2020-01-04' });
      const { context } = await get('/project/Bench/context', { n_recent: 3, user_id: 7 });
      expect(context).toBe(
        "\n\nRECENT SESSIONS IN PROJECT 'Bench':\n\n" +
          `Session 012 [unknown]:\n  ${'x'.repeat(199)}💡...\n\n` +
          'Session 1234 [calm]:\n  y...\n\n' +
          'No session [unknown]:\n  z...',
      );
    });

    it('is listed with its memories, by name, and by the user it belongs to', async () => {
      await api.http.post('/api/memory/store').send({ content: 'x', project: 'Attic' });
      expect(await get('/projects')).toEqual({
        projects: ['Attic', 'Garden'],
        count: 2,
        items: [
          { id: expect.any(Number), name: 'Attic', memories: 1 },
          { id: expect.any(Number), name: 'Garden', memories: 20 },
        ],
      });
      expect((await get('/projects', { user_id: 2 })).projects).toEqual([]);
    });
  });
});
