import fc from 'fast-check';
import { Api, startApi } from '../support/api';
import { TESTABLE_KINDS } from '../support/backend-under-test';
import { addKey, addUser } from '../support/keys';
import { Draw, OUTSIDE, REQUESTS, Tenant } from '../support/tenants';

jest.setTimeout(120_000);

/** However many runs there are: each store is given so long. */
const MOST_MS = 10_000;

const draw: fc.Arbitrary<Draw> = fc.record({
  // More is stored than looked at or deleted, so that there is something.
  does: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('store', 'storeBatch') },
    { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(REQUESTS) as (keyof typeof REQUESTS)[])) },
  ),
  key: fc.nat(5),
  session: fc.nat(2),
  project: fc.nat(1),
  id: fc.nat(),
});

/** What each of three tenants does, at the same time. */
const rounds = fc.array(fc.tuple(draw, draw, draw), { minLength: 5, maxLength: 25 });

type Round = readonly [Draw, Draw, Draw];

/**
 * As many rounds as are drawn within {@link MOST_MS}. fast-check's own limit of time abandons a run in the middle, which
 * then goes on while the service under it is taken down.
 */
function expectAlways(holds: (drawn: readonly Round[]) => Promise<void>): Promise<void> {
  const end = performance.now() + MOST_MS;
  const property = fc.asyncProperty(rounds, async (drawn) => {
    if (performance.now() < end) await holds(drawn);
  });
  return fc.assert(property, { numRuns: 40 });
}

describe.each(TESTABLE_KINDS)('three tenants at once on %s', (kind) => {
  let api: Api;
  let users = 10;
  afterEach(() => api.close());

  async function expectKeptApart(tenants: readonly Tenant[], drawn: readonly Round[]): Promise<void> {
    for (const round of drawn)
      await Promise.all(
        tenants.map((tenant, i) => {
          const others = tenants.filter((other) => other !== tenant);
          return REQUESTS[round[i]!.does](tenant, round[i]!, (request) => tenant.ask(request, others));
        }),
      );
  }

  it('never see, count or change what is another’s', async () => {
    api = await startApi({ kind });
    await expectAlways(async (drawn) => {
      const ids: string[] = [];
      const tenants = [1, 2, 3].map(() => new Tenant(api.url, ++users, ids));
      await expectKeptApart(tenants, drawn);
    });
  });

  /** A tenant by a key of its own; by one for a project, with a memory outside of it. */
  async function keyed(ids: string[], project: string | null): Promise<Tenant> {
    const user = ++users;
    await addUser(api.keys, user);
    if (project === null) return new Tenant(api.url, user, ids, await addKey(api.keys, user));
    const stored = await api.http
      .post('/api/memory/store')
      .set('Authorization', `Bearer ${await addKey(api.keys, user)}`)
      .send({ content: `${OUTSIDE} tea in a tin`, external_id: 'outside', session_id: 0, project: OUTSIDE })
      .expect(200);
    ids.push(stored.body.embedding_id as string);
    return new Tenant(api.url, user, ids, await addKey(api.keys, user, { project }), project);
  }

  it('never do by keys of their own, nor leave the project that a key is for', async () => {
    api = await startApi({ kind, environment: { AUTH_MODE: 'api-key' } });
    await expectAlways(async (drawn) => {
      const ids: string[] = [];
      const tenants = [await keyed(ids, null), await keyed(ids, 'Shared'), await keyed(ids, null)];
      const { userId } = tenants[1]!;
      const outside = await api.backend.find(userId, 'outside');
      await expectKeptApart(tenants, drawn);
      expect(outside?.content).toContain(OUTSIDE);
      expect(await api.backend.find(userId, 'outside')).toEqual(outside);
    });
  });
});
