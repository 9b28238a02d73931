import { randomUUID } from 'node:crypto';
import { rawRequest, RawRequest } from './raw-request';

/** What is drawn at random for one request; which of it counts depends on what the request does. */
export interface Draw {
  readonly does: keyof typeof REQUESTS;
  readonly key: number;
  readonly session: number;
  readonly project: number;
  /** Which of the ids that any tenant was ever given. */
  readonly id: number;
}

interface Held {
  readonly id: string;
  readonly session: number;
}

/** In every text that a tenant has outside of the project of its key, and in nothing that it is shown by that key. */
export const OUTSIDE = 'outside-of-the-key';

/**
 * One user of a service that others use too, under the same keys, sessions, words and names. Knows what it must have, and
 * what must not be in an answer to it.
 */
export class Tenant {
  /** By its own key. */
  readonly memories = new Map<string, Held>();
  readonly projects = new Set<string>();
  /** In every text that it stores, and in no other's. */
  readonly marker: string;

  constructor(
    private readonly url: string,
    readonly userId: number,
    /** Of all tenants. */
    readonly everyId: string[],
    /** Shown with every request. */
    readonly key?: string,
    /** The only project that the key opens. */
    readonly onlyProject?: string,
  ) {
    this.marker = `marker${userId}m`;
  }

  /** The answer, after a look for what is not this tenant's. */
  async ask(request: RawRequest, others: readonly Tenant[]): Promise<{ status: number; body: any }> {
    const headers = this.key === undefined ? undefined : { authorization: `Bearer ${this.key}` };
    const { status, body } = await rawRequest(this.url, { ...request, headers });
    const text = JSON.stringify(body).replaceAll(
      decodeURIComponent(request.path.split(/[/?]/)[3] ?? ' '),
      '',
    );
    expect(text).not.toContain(OUTSIDE);
    for (const other of others) {
      expect(text).not.toContain(other.marker);
      for (const { id } of other.memories.values()) expect(text).not.toContain(id);
    }
    for (const [, owner] of text.matchAll(/"user_id":(\d+)/g)) expect(Number(owner)).toBe(this.userId);
    expect(status).toBeLessThan(500);
    return { status, body };
  }

  count(session?: number): number {
    return [...this.memories.values()].filter((memory) => session === undefined || memory.session === session)
      .length;
  }

  forget(session: number): number {
    const gone = [...this.memories].filter(([, memory]) => memory.session === session);
    for (const [key] of gone) this.memories.delete(key);
    return gone.length;
  }
}

type Ask = (request: RawRequest) => Promise<{ status: number; body: any }>;
type Doing = (tenant: Tenant, draw: Draw, ask: Ask) => Promise<void>;

const get = (tenant: Tenant, path: string): RawRequest => ({
  path: `/api/memory${path}${path.includes('?') ? '&' : '?'}user_id=${tenant.userId}`,
});
const post = (tenant: Tenant, path: string, body: object): RawRequest => ({
  path: `/api/memory${path}`,
  body: { user_id: tenant.userId, ...body },
});
const keyOf = ({ key }: Draw) => `note-${key}`;
const projectOf = ({ marker, onlyProject }: Tenant, { project }: Draw) =>
  onlyProject ?? (project === 0 ? 'Shared' : `Of ${marker}`);

function memory(tenant: Tenant, draw: Draw): object {
  const { marker } = tenant;
  return {
    content: `${marker} has tea in tin ${draw.key} for everybody`,
    external_id: keyOf(draw),
    session_id: draw.session,
    project: projectOf(tenant, draw),
    speaker: marker,
    agent_id: 'agent',
    metadata: { of: marker, shared: true },
  };
}

function remember(tenant: Tenant, draw: Draw, id: string): void {
  tenant.memories.set(keyOf(draw), { id, session: draw.session });
  tenant.projects.add(projectOf(tenant, draw));
  tenant.everyId.push(id);
}

/** An id of whoever; of nobody before there are any. */
const anyId = ({ everyId }: Tenant, { id }: Draw) => everyId[id % everyId.length] ?? randomUUID();
const holds = (tenant: Tenant, id: string) =>
  [...tenant.memories.values()].some((memory) => memory.id === id);

/** What a tenant does, and what must come of it. */
export const REQUESTS = {
  store: async (tenant, draw, ask) => {
    const { status, body } = await ask(post(tenant, '/store', memory(tenant, draw)));
    expect(status).toBe(200);
    remember(tenant, draw, body.embedding_id);
  },
  storeBatch: async (tenant, draw, ask) => {
    const draws = [draw, { ...draw, key: draw.key + 1 }];
    const { body } = await ask(
      post(tenant, '/store/batch', { memories: draws.map((one) => memory(tenant, one)) }),
    );
    draws.forEach((one, i) => remember(tenant, one, body.items[i].id));
  },
  search: async (tenant, { session }, ask) => {
    const { body } = await ask(
      post(tenant, '/search', { query: 'tea in a tin', n_results: 100, session_id: session }),
    );
    expect(body.count).toBe(tenant.count(session));
  },
  searchWords: async (tenant, _draw, ask) => {
    const body = { query: 'marker tin everybody', n_results: 100, mode: 'keyword' };
    expect((await ask(post(tenant, '/search', body))).body.count).toBe(tenant.count());
  },
  searchMetadata: async (tenant, _draw, ask) => {
    const body = { query: 'tea', n_results: 100, metadata_filter: { shared: true } };
    expect((await ask(post(tenant, '/search', body))).body.count).toBe(tenant.count());
  },
  context: async (tenant, _draw, ask) => {
    const { body } = await ask(
      post(tenant, '/context', { query: 'tea', n_results: 100, max_tokens: 10_000 }),
    );
    expect(body.memories).toHaveLength(tenant.count());
  },
  list: async (tenant, _draw, ask) => {
    expect((await ask(get(tenant, '?total=true&agent_id=agent'))).body.total).toBe(tenant.count());
  },
  statistics: async (tenant, _draw, ask) => {
    const { body } = await ask(get(tenant, '/stats'));
    expect([body.total_documents, body.total_projects]).toEqual([tenant.count(), tenant.projects.size]);
  },
  status: async (tenant, _draw, ask) => {
    const { body } = await ask(get(tenant, '/status'));
    expect([body.total_memories, body.unique_users]).toEqual([tenant.count(), tenant.count() > 0 ? 1 : 0]);
  },
  projects: async (tenant, _draw, ask) => {
    const { body } = await ask(get(tenant, '/projects'));
    expect([...body.projects].sort()).toEqual([...tenant.projects].sort());
  },
  project: async (tenant, _draw, ask) => {
    await ask(get(tenant, '/project/Shared?n_results=100'));
    await ask(get(tenant, '/project/Shared/context?n_recent=100'));
  },
  session: async (tenant, { session }, ask) => {
    expect((await ask(get(tenant, `/session/${session}?n_results=100`))).body.count).toBe(
      tenant.count(session),
    );
  },
  get: async (tenant, draw, ask) => {
    const id = anyId(tenant, draw);
    expect((await ask(get(tenant, `/${id}`))).status).toBe(holds(tenant, id) ? 200 : 404);
  },
  pretend: async (tenant, { session }, ask) => {
    if (tenant.key === undefined) return;
    const user_id = tenant.userId + 1;
    const { status } = await ask({
      path: '/api/memory/delete',
      body: { user_id, filter: { session_id: session } },
    });
    expect([status, (await ask({ path: `/api/memory?user_id=${user_id}` })).status]).toEqual([403, 403]);
  },
  getByKey: async (tenant, draw, ask) => {
    const { status } = await ask(get(tenant, `/${keyOf(draw)}`));
    expect(status).toBe(tenant.memories.has(keyOf(draw)) ? 200 : 404);
  },
  patch: async (tenant, draw, ask) => {
    const id = anyId(tenant, draw);
    const patch = post(tenant, `/${id}`, { metadata: { patched: tenant.marker } });
    expect((await ask({ ...patch, method: 'PATCH' })).status).toBe(holds(tenant, id) ? 200 : 404);
  },
  delete: async (tenant, draw, ask) => {
    const id = anyId(tenant, draw);
    expect((await ask({ ...get(tenant, `/${id}`), method: 'DELETE' })).status).toBe(
      holds(tenant, id) ? 204 : 404,
    );
    for (const [key, held] of tenant.memories) if (held.id === id) tenant.memories.delete(key);
  },
  deleteMatching: async (tenant, { session }, ask) => {
    const { body } = await ask(post(tenant, '/delete', { filter: { session_id: session } }));
    expect(body.deleted).toBe(tenant.forget(session));
  },
  deleteSession: async (tenant, { session }, ask) => {
    const { body } = await ask({ ...get(tenant, `/session/${session}`), method: 'DELETE' });
    expect(body.deleted).toBe(tenant.forget(session));
  },
} satisfies Record<string, Doing>;
