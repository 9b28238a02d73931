import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { EmbeddingOverloadedError } from '../../src/embedding/embedding.errors';
import { Api, startApi } from '../support/api';
import { WordEmbedder } from '../support/word-embedder';

describe('the service', () => {
  const embedder = new WordEmbedder();
  let failure: Error | undefined;
  let api: Api;
  beforeEach(async () => {
    embedder.failure = failure = undefined;
    /** Fails to count when it is told to. */
    class FailingRepository extends InMemoryRepository {
      override count(userId: number): Promise<number> {
        return failure ? Promise.reject(failure) : super.count(userId);
      }
    }
    api = await startApi({
      embedder,
      backend: (clock) => new FailingRepository(clock),
      environment: { CORS_ORIGINS: 'https://app.example.org', ALLOWED_HOSTS: 'memory.example.org' },
    });
  });
  afterEach(() => api.close());

  it('is initialised when it listens, as often as it is asked', async () => {
    const status = await api.http.get('/api/memory/status');
    expect(status.body).toEqual({
      status: 'available',
      initialized: true,
      backend: 'in-memory',
      postgres_available: false,
      chroma_available: false,
      dependencies_available: true,
      message: expect.stringContaining('in-memory'),
      embedding_model: 'words',
      embedding_dimension: 384,
      total_memories: 0,
      unique_users: 0,
      reason: expect.any(String),
      since: api.clock.now().toISOString(),
      pending_sync: 0,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      fingerprint: 'words@main/384/mean/l2',
    });
    for (const body of [undefined, {}, { user_id: 1 }]) {
      const initialized = await api.http.post('/api/memory/initialize').send(body);
      expect(initialized.status).toBe(200);
      expect(initialized.body).toEqual({
        ...status.body,
        success: true,
        message: 'Memory service initialized with in-memory backend',
      });
    }
  });

  it('counts what the caller has, and nobody else', async () => {
    const store = (body: object) => api.http.post('/api/memory/store').send(body);
    await store({
      content: 'four',
      session_id: 1,
      content_type: 'reflection',
      session_type: 'calm',
      project: 'P',
      occurred_at: '2026-01-01',
    });
    await store({ content: 'seven77', session_id: 1, occurred_at: '2026-01-02' });
    await store({ content: 'other', user_id: 2 });
    const { body } = await api.http.get('/api/memory/stats');
    expect(body).toEqual({
      total_documents: 2,
      by_type: { reflection: 1, conversation: 1 },
      by_session_type: { calm: 1 },
      total_projects: 1,
      projects: ['P'],
      sessions: 1,
      oldest: '2026-01-01T00:00:00.000Z',
      newest: '2026-01-02T00:00:00.000Z',
      sizes: { chunks: 2, characters: 11 },
    });
    const counts = async (user_id: number) => {
      const { total_memories, unique_users } = (await api.http.get('/api/memory/status').query({ user_id }))
        .body;
      return [total_memories, unique_users];
    };
    expect([await counts(1), await counts(2), await counts(3)]).toEqual([
      [2, 1],
      [1, 1],
      [0, 0],
    ]);
    const nobody = await api.http.get('/api/memory/stats?user_id=3');
    expect(nobody.body).toMatchObject({ total_documents: 0, by_type: {}, oldest: null, newest: null });
  });

  it('says 503 and when to try again while too much waits for the model', async () => {
    embedder.failure = new EmbeddingOverloadedError(7);
    for (const [path, body] of [
      ['store', { content: 'x', project: 'New' }],
      ['search', { query: 'x' }],
      ['context', { query: 'x' }],
      ['store/batch', { memories: [{ content: 'x' }] }],
    ] as const) {
      const answer = await api.http.post(`/api/memory/${path}`).send(body);
      expect([answer.status, answer.body.code]).toEqual([503, 'embedding_overloaded']);
      expect(answer.headers['retry-after']).toBe('7');
    }
    expect((await api.http.get('/api/memory/stats')).body).toMatchObject({
      total_documents: 0,
      total_projects: 0,
    });
  });

  it('says 503 while the store is away, and nothing of its own about it', async () => {
    const cause = new Error('connect ECONNREFUSED postgres://user:secret@db');
    failure = Object.assign(new BackendUnavailableError('The store does not answer.'), { cause });
    const { status, body, headers } = await api.http.get('/api/memory/status');
    expect([status, body.code, body.detail]).toEqual([
      503,
      'backend_unavailable',
      'The store does not answer.',
    ]);
    expect(headers['retry-after']).toBe('5');
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('says 500 to what nobody expected, and nothing of what it was', async () => {
    failure = new TypeError('SELECT secret FROM memories');
    const { status, body, headers } = await api.http.get('/api/memory/status').set('X-Request-Id', 'abc');
    expect([status, body.code, body.request_id]).toEqual([500, 'internal_error', 'abc']);
    expect(headers['x-request-id']).toBe('abc');
    expect(JSON.stringify(body)).not.toMatch(/secret|TypeError/);
    expect((await api.http.get('/api/memory/projects')).status).toBe(200);
  });

  it('lets pages of the origins that are configured call it, and read its headers', async () => {
    const ask = (origin: string) => api.http.get('/api/memory/status').set('Origin', origin);
    const allowed = await ask('https://app.example.org');
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example.org');
    expect(allowed.headers['access-control-expose-headers']).toBe(
      'X-Request-Id,Retry-After,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset',
    );
    expect((await ask('https://evil.example.org')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('does nothing of what pages of other origins send', async () => {
    // Without a type, as a browser sends a Blob, asking nobody before.
    const store = (headers: Record<string, string>) =>
      fetch(`${api.url}/api/memory/store`, { method: 'POST', headers, body: new Blob(['{"content": "x"}']) });
    const refused = await store({ Origin: 'https://evil.example.org' });
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'foreign_page' }),
    ]);
    expect(await api.backend.count(1)).toBe(0);
    const own: Record<string, string>[] = [{}, { Origin: api.url }, { Origin: 'https://app.example.org' }];
    const statuses = own.map(async (headers) => {
      return (await store(headers)).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
  });

  it('tells nothing to pages under a name that its owner lets mean this machine', async () => {
    const ask = (name: string) => api.http.get('/api/memory/status').set('Host', `${name}:8000`);
    expect((await ask('evil.example.org')).body).toMatchObject({ status: 403, code: 'foreign_page' });
    expect((await ask('memory.example.org')).status).toBe(200);
  });

  it('answers with headers that browsers are safe with', async () => {
    const { headers } = await api.http.get('/api/memory/status');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });
});
