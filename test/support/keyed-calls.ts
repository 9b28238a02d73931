import type { Scope } from '../../src/auth/scope';

/** One call of the API, and what it takes and answers. */
export interface KeyedCall {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** As the router has it. */
  readonly route: string;
  /** `{id}` stands for the memory that the caller has. */
  readonly path: string;
  readonly body?: object;
  readonly scopes: readonly Scope[];
  /** With everything that it takes. */
  readonly status: number;
  /** Whether it acts for a user, and takes `user_id`. */
  readonly tenant: boolean;
  /** How another project is named in it, if it can be: by body, query or path. */
  readonly elsewhere?: { readonly body?: object; readonly path?: string };
}

const READ = { scopes: ['read'], status: 200, tenant: true } as const;
const WRITE = { scopes: ['write'], status: 200, tenant: true } as const;
const BOTH = { scopes: ['read', 'write'], status: 200, tenant: true } as const;
const API = '/api/memory';

/** Name of a project that a key for another does not open. */
export const ELSEWHERE = 'Elsewhere';

const IN_BODY = { body: { project: ELSEWHERE } };

/** Every call of the service that takes a key. */
export const KEYED_CALLS: readonly KeyedCall[] = [
  { method: 'post', route: `${API}/initialize`, path: `${API}/initialize`, body: {}, ...READ },
  { method: 'get', route: `${API}/status`, path: `${API}/status`, ...READ },
  { method: 'get', route: `${API}/stats`, path: `${API}/stats`, ...READ },
  {
    ...{ method: 'get', route: `${API}/session/:session_id`, path: `${API}/session/1`, ...READ },
  },
  { method: 'get', route: `${API}/projects`, path: `${API}/projects`, ...READ },
  {
    ...{ method: 'get', route: `${API}/project/:name`, path: `${API}/project/Home`, ...READ },
    elsewhere: { path: `${API}/project/${ELSEWHERE}` },
  },
  {
    ...{ method: 'get', route: `${API}/project/:name/context`, path: `${API}/project/Home/context`, ...READ },
    elsewhere: { path: `${API}/project/${ELSEWHERE}/context` },
  },
  {
    ...{ method: 'post', route: `${API}/store`, path: `${API}/store`, body: { content: 'garlic' }, ...WRITE },
    elsewhere: IN_BODY,
  },
  {
    ...{ method: 'post', route: `${API}/store/batch`, path: `${API}/store/batch`, ...WRITE },
    body: { memories: [{ content: 'garlic' }] },
    elsewhere: { body: { memories: [{ content: 'garlic' }, { content: 'figs', project: ELSEWHERE }] } },
  },
  {
    ...{ method: 'post', route: `${API}/search`, path: `${API}/search`, body: { query: 'garlic' }, ...READ },
    elsewhere: IN_BODY,
  },
  {
    ...{
      method: 'post',
      route: `${API}/context`,
      path: `${API}/context`,
      body: { query: 'garlic' },
      ...READ,
    },
    elsewhere: IN_BODY,
  },
  {
    ...{ method: 'post', route: `${API}/delete`, path: `${API}/delete`, ...BOTH },
    body: { filter: { session_id: 99 } },
    elsewhere: { body: { filter: { project: ELSEWHERE } } },
  },
  {
    ...{ method: 'get', route: API, path: API, ...READ },
    elsewhere: { path: `${API}?project=${ELSEWHERE}` },
  },
  { method: 'get', route: `${API}/:id`, path: `${API}/{id}`, ...READ },
  {
    ...{ method: 'patch', route: `${API}/:id`, path: `${API}/{id}`, body: { speaker: 'Ana' }, ...BOTH },
    elsewhere: IN_BODY,
  },
  { method: 'delete', route: `${API}/session/:session_id`, path: `${API}/session/99`, ...WRITE },
  { method: 'get', route: '/metrics', path: '/metrics', scopes: ['admin'], status: 200, tenant: false },
  // Last: what it deletes the others use.
  {
    method: 'delete',
    route: `${API}/:id`,
    path: `${API}/{id}`,
    scopes: ['write'],
    status: 204,
    tenant: true,
  },
];

/** Those that take none. */
export const OPEN_ROUTES: readonly string[] = ['get /health/live', 'get /health/ready'];
