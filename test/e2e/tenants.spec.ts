import fc from 'fast-check';
import { Api, startApi } from '../support/api';
import { TESTABLE_KINDS } from '../support/backend-under-test';
import { Draw, REQUESTS, Tenant } from '../support/tenants';

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

describe.each(TESTABLE_KINDS)('three tenants at once on %s', (kind) => {
  let api: Api;
  let users = 10;
  beforeAll(async () => {
    api = await startApi({ kind });
  });
  afterAll(() => api.close());

  it('never see, count or change what is another’s', async () => {
    const property = fc.asyncProperty(rounds, async (drawn) => {
      const ids: string[] = [];
      const tenants = [1, 2, 3].map(() => new Tenant(api.url, ++users, ids));
      for (const round of drawn)
        await Promise.all(
          tenants.map((tenant, i) => {
            const others = tenants.filter((other) => other !== tenant);
            return REQUESTS[round[i]!.does](tenant, round[i]!, (request) => tenant.ask(request, others));
          }),
        );
    });
    await fc.assert(property, { numRuns: 40, interruptAfterTimeLimit: MOST_MS });
  });
});
