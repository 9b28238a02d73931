import { Api, startApi } from '../support/api';

const SEARCH = '/api/memory/search';

describe('searching', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
    const memories = [
      {
        content: 'Ana: garlic in the ground',
        session_id: 1,
        session_type: 'garden',
        project: 'Kitchen garden',
      },
      {
        content: 'Ben: garlic in the pan',
        session_id: 2,
        content_type: 'reflection',
        project: 'Kitchen garden',
      },
      { content: 'garlic bread', session_id: 2, agent_id: 'cook', metadata: { stars: 4, tags: ['warm'] } },
      { content: 'the release slipped', content_type: 'insight', metadata: { stars: 2 } },
    ].map((memory, i) => ({ ...memory, external_id: `m${i}`, occurred_at: `2026-01-0${i + 1}T00:00:00Z` }));
    await api.http.post('/api/memory/store/batch').send({ memories });
    await api.http.post('/api/memory/store').send({ content: 'garlic of somebody else', user_id: 2 });
  });
  afterAll(() => api.close());

  async function found(body: object): Promise<string[]> {
    const answer = await api.http.post(SEARCH).send({ query: 'garlic', n_results: 100, ...body });
    expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    expect(answer.body.count).toBe(answer.body.results.length);
    return answer.body.results.map((result: any) => result.external_id).sort();
  }

  it('answers the best first, with scores that add up', async () => {
    const { body } = await api.http.post(SEARCH).send({ query: 'garlic bread' });
    expect(body).toMatchObject({ query: 'garlic bread', count: 3, search: { mode: 'hybrid' } });
    expect(body.results[0]).toMatchObject({ external_id: 'm2', score_parts: { words: 1, recency: 1 } });
    const scores = body.results.map(({ score }: any) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { score, score_parts: parts, similarity, distance } of body.results) {
      expect(score).toBeCloseTo(parts.words + parts.vector + parts.speaker + parts.question, 12);
      expect(parts.vector).toBeGreaterThanOrEqual(1.5 * similarity - 1e-9);
      expect(distance).toBe(1 - similarity);
    }
  });

  it('names the speaker of a question among the reasons, and lets age count', async () => {
    const [best] = (await api.http.post(SEARCH).send({ query: 'What did Ben put in the pan?' })).body.results;
    expect(best).toMatchObject({ external_id: 'm1', score_parts: { speaker: 0.3 } });
    const aging = { query: 'garlic', recency_half_life_days: 10 };
    for (const mode of ['hybrid', 'semantic', 'keyword']) {
      const { body } = await api.http.post(SEARCH).send({ ...aging, mode });
      const { score, score_parts: parts } = body.results[0];
      expect(parts.recency).toBeLessThan(1);
      const sum = parts.words + parts.vector + parts.speaker + parts.question;
      expect(score).toBeCloseTo(parts.recency * sum, 12);
    }
  });

  it('finds by words alone what has them', async () => {
    const { body } = await api.http.post(SEARCH).send({ query: 'the slipping releases', mode: 'keyword' });
    expect(body.search.mode).toBe('keyword');
    expect(body.results.map((result: any) => result.external_id)).toEqual(['m3']);
  });

  it.each([
    ['mode', 'vector'],
    ['recency_half_life_days', 0],
    ['recency_half_life_days', '30'],
  ])('refuses %s %j', async (field, value) => {
    const { status, body } = await api.http.post(SEARCH).send({ query: 'garlic', [field]: value });
    expect([status, body.errors[0].field]).toEqual([422, field]);
  });

  it('answers the nearest first by meaning, with all three scores', async () => {
    const { body } = await api.http.post(SEARCH).send({ query: 'garlic bread', mode: 'semantic' });
    expect(body).toMatchObject({ query: 'garlic bread', count: 3 });
    const [best, ...others] = body.results;
    expect(best.external_id).toBe('m2');
    expect(best.similarity).toBeCloseTo(1);
    for (const { similarity, similarity_score, distance, score } of body.results) {
      expect([similarity_score, score]).toEqual([similarity, similarity]);
      expect(distance).toBe(1 - similarity);
    }
    for (const other of others) expect(other.similarity).toBeLessThan(best.similarity);
    expect(best.score_parts).toMatchObject({ words: 0, vector: best.score, recency: 1 });
  });

  it('says how it was done', async () => {
    const { body } = await api.http.post(SEARCH).send({ query: 'garlic', mode: 'semantic' });
    expect(body.search).toEqual({
      mode: 'semantic',
      strategy: 'exact',
      exhaustive: true,
      backend: api.backend.name,
      degraded: false,
      took_ms: expect.any(Number),
    });
    expect(body.search.took_ms).toBeGreaterThan(0);
  });

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['m0', 'm1', 'm2', 'm3']],
    [
      'null everywhere',
      { project: null, search_type: null, metadata_filter: null },
      ['m0', 'm1', 'm2', 'm3'],
    ],
    ['search_type', { search_type: 'reflection' }, ['m1']],
    ['content_types', { content_types: ['reflection', 'insight', 'none'] }, ['m1', 'm3']],
    ['session_type', { session_type: 'garden' }, ['m0']],
    ['project', { project: 'Kitchen garden' }, ['m0', 'm1']],
    ['project that does not exist', { project: 'nowhere' }, []],
    ['session_id', { session_id: 2 }, ['m1', 'm2']],
    ['agent_id', { agent_id: 'cook' }, ['m2']],
    ['speaker', { speaker: 'Ben' }, ['m1']],
    ['two at once', { project: 'Kitchen garden', session_id: 2 }, ['m1']],
    ['occurred_after, inclusive', { occurred_after: '2026-01-03' }, ['m2', 'm3']],
    ['occurred_before, exclusive', { occurred_before: '2026-01-02T01:00:00+01:00' }, ['m0']],
    ['metadata', { metadata_filter: { stars: { $gte: 3 } } }, ['m2']],
    ['metadata that an answer shows', { metadata_filter: { type: 'insight' } }, ['m3']],
    [
      'metadata combined',
      { metadata_filter: { $or: [{ tags: { $contains: 'warm' } }, { stars: 2 }] } },
      ['m2', 'm3'],
    ],
    ['an empty metadata filter', { metadata_filter: {} }, ['m0', 'm1', 'm2', 'm3']],
    ['min_similarity', { min_similarity: 0.3 }, ['m0', 'm1', 'm2']],
    ['another user', { user_id: 2, project: 'Kitchen garden' }, []],
    ['a user without memories', { user_id: 3 }, []],
  ])('filters by %s', async (_name, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it('takes a project by its id, and by both only if they are one', async () => {
    const { body } = await api.http.get('/api/memory/projects');
    const [{ id: project_id }] = body.items;
    expect(await found({ project_id })).toEqual(['m0', 'm1']);
    expect(await found({ project_id, project: 'Kitchen garden' })).toEqual(['m0', 'm1']);
    expect(await found({ project_id, project: 'other' })).toEqual([]);
    expect(await found({ project_id: project_id + 1 })).toEqual([]);
  });

  it('takes operators in names of fields as what they are', async () => {
    const { body } = await api.http
      .post(SEARCH)
      .type('json')
      .send('{"query": "garlic", "metadata_filter": {"constructor": {"$exists": true}}}');
    expect(body.results).toEqual([]);
  });

  describe('for a prompt', () => {
    const CONTEXT = '/api/memory/context';

    it('writes what was found, in the order it was said', async () => {
      const { status, body } = await api.http.post(CONTEXT).send({ query: 'garlic', min_similarity: 0.3 });
      expect(status).toBe(200);
      expect(body.context).toBe(
        [
          '[2026-01-01 00:00, Kitchen garden, session 1] Ana: garlic in the ground',
          '[2026-01-02 00:00, Kitchen garden, session 2] Ben: garlic in the pan',
          '[2026-01-03 00:00, session 2] garlic bread',
        ].join('\n'),
      );
      expect(body.memories.map((memory: any) => memory.external_id)).toEqual(['m0', 'm1', 'm2']);
      expect(body.tokens).toBe(body.context.match(/[\p{L}\p{N}]+/gu).length);
    });

    it('keeps within the budget, the nearest first', async () => {
      const { body } = await api.http.post(CONTEXT).send({ query: 'garlic bread', max_tokens: 10 });
      expect(body.memories.map((memory: any) => memory.external_id)).toEqual(['m2']);
      expect(body.tokens).toBe(9);
    });

    it('takes the beginning of the nearest where not even that fits', async () => {
      const { body } = await api.http.post(CONTEXT).send({ query: 'garlic bread', max_tokens: 8 });
      expect(body.context).toBe('[2026-01-03 00:00, session 2] garlic …');
      expect([body.tokens, body.memories.length]).toEqual([8, 1]);
    });

    it('is empty where nothing is found', async () => {
      const { body } = await api.http.post(CONTEXT).send({ query: 'garlic', user_id: 3 });
      expect(body).toEqual({ context: '', memories: [], tokens: 0 });
    });
  });
});
