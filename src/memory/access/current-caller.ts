import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../../auth/principal';

/** The caller of the request that is being answered. */
export class CurrentCaller {
  private readonly storage = new AsyncLocalStorage<Principal>();

  /** Does `work`, with everything that it starts, for a caller. */
  run(caller: Principal, work: () => void): void {
    this.storage.run(caller, work);
  }

  /** Name of the only project that is open to the caller; undefined where that is every one, or nobody called. */
  get project(): string | undefined {
    return this.storage.getStore()?.project ?? undefined;
  }
}
