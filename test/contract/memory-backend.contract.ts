import { BackendUnderTest, ContractContext } from './contract-context';
import { describeCandidates } from './candidates.contract';
import { describeDeleting } from './deleting.contract';
import { describeDurability } from './durability.contract';
import { describeExpiry } from './expiry.contract';
import { describeFiltering } from './filtering.contract';
import { describeHostileText } from './hostile-text.contract';
import { describeIsolation } from './isolation.contract';
import { describeKeys } from './keys.contract';
import { describeLeaving } from './leaving.contract';
import { describeListing } from './listing.contract';
import { describeModel } from './model.contract';
import { describeProjects } from './projects.contract';
import { describeReplacing } from './replacing.contract';
import { describeRevising } from './revising.contract';
import { describeSearching } from './searching.contract';
import { describeStatistics } from './statistics.contract';
import { describeStoring } from './storing.contract';

/**
 * Proves every promise of `MemoryBackend` on one backend.
 *
 * @param setup connects a backend over an empty store; called once.
 */
export function describeMemoryBackend(name: string, setup: () => Promise<BackendUnderTest>): void {
  // Servers on a busy machine; in memory no test takes a second.
  jest.setTimeout(60_000);

  describe(`the memory backend ${name}`, () => {
    const context = new ContractContext(setup);
    beforeAll(() => context.open());
    afterAll(() => context.close());

    describeStoring(context);
    describeHostileText(context);
    describeReplacing(context);
    describeKeys(context);
    describeRevising(context);
    describeDeleting(context);
    describeListing(context);
    describeSearching(context);
    describeCandidates(context);
    describeFiltering(context);
    describeExpiry(context);
    describeIsolation(context);
    describeProjects(context);
    describeStatistics(context);
    describeLeaving(context);
    describeModel(context);
    describeDurability(context);
  });
}
