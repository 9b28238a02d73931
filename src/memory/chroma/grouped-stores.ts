import { setImmediate as nextTurn } from 'node:timers/promises';
import { visitInSlices } from '../../common/time-slices';
import { EmbeddedMemory, Memory } from '../memory';
import { Clock } from '../memory-backend';
import { newMemoryId } from '../memory-id';
import { BatchTooLargeError } from '../memory.errors';
import { storedMemory } from '../stored-memory';
import { RefusedRequestError } from './chroma-failure';
import { Tenant, TenantWrite } from './tenant/tenant';
import { memoryOfEntry } from './tenant/tenant-entry';
import { replacement } from './tenant/tenant-writes';
import { Tenants } from './tenant/tenants';

/** Of several requests in one call: it takes 0.1 s, and those that come meanwhile wait for it. */
const GROUP_VECTORS = 256;

/** One with as much metadata as it may have takes a millisecond. */
const MEMORIES_BETWEEN_LOOKS = 4;

/** What one request wants stored, and who waits for it. */
interface StoreRequest {
  readonly memories: readonly EmbeddedMemory[];
  resolve(memories: Memory[]): void;
  reject(reason: unknown): void;
}

/**
 * Stores what comes while an earlier write of the user is under way in one call: the server waits for its disk once for
 * all of it. Each request stays all or nothing, sees those before it, and has its own outcome.
 */
export class GroupedStores {
  private readonly waiting = new Map<number, StoreRequest[]>();

  constructor(
    private readonly tenants: Tenants,
    private readonly clock: Clock,
    private readonly marksPending: boolean,
  ) {}

  /** @returns the memories as stored, in the order given. */
  store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    return new Promise((resolve, reject) => {
      const request = { memories, resolve, reject };
      const waiting = this.waiting.get(userId);
      if (waiting) return void waiting.push(request);
      this.waiting.set(userId, [request]);
      void this.storeNext(userId);
    });
  }

  /** Queues for the user's turn, then stores what waits. */
  private async storeNext(userId: number): Promise<void> {
    let group: readonly StoreRequest[] | undefined;
    try {
      await this.tenants.write(userId, async (tenant) => {
        // Texts that the model takes together come back one after the other: the first does not go alone.
        await nextTurn();
        group = this.nextGroup(userId);
        return this.storeGroup(userId, tenant, group);
      });
    } catch (error) {
      // Those that have their outcome keep it.
      for (const request of group ?? this.nextGroup(userId)) request.reject(error);
    }
  }

  /** Takes the first request, and those behind it that can be stored by the same call. */
  private nextGroup(userId: number): readonly StoreRequest[] {
    const waiting = this.waiting.get(userId)!;
    const names = new Set<string>();
    let vectors = 0;
    const end = waiting.findIndex(({ memories }, i) => {
      const repeated = memories.some(({ memory }) => names.has(memory.externalId ?? ''));
      for (const { memory } of memories) if (memory.externalId !== null) names.add(memory.externalId);
      vectors += memories.reduce((sum, memory) => sum + memory.vectors.length, 0);
      return i > 0 && (repeated || vectors > GROUP_VECTORS);
    });
    const group = waiting.splice(0, end === -1 ? waiting.length : end);
    if (waiting.length > 0) void this.storeNext(userId);
    else this.waiting.delete(userId);
    return group;
  }

  private async storeGroup(userId: number, tenant: Tenant, requests: readonly StoreRequest[]): Promise<void> {
    const now = this.clock.now();
    const group: { request: StoreRequest; writes: TenantWrite[] }[] = [];
    for (const request of requests) {
      const writes: TenantWrite[] = [];
      const add = (memory: EmbeddedMemory) => void writes.push(this.writeOf(memory, userId, tenant, now));
      await visitInSlices(request.memories, add, MEMORIES_BETWEEN_LOOKS);
      group.push({ request, writes });
    }
    try {
      await tenant.write(group.flatMap(({ writes }) => writes));
      for (const { request, writes } of group) request.resolve(memoriesOf(writes));
    } catch (error) {
      if (group.length === 1 || !isRefusal(error)) throw error;
      await storeEach(tenant, group);
    }
  }

  private writeOf(
    { memory: input, vectors }: EmbeddedMemory,
    userId: number,
    tenant: Tenant,
    now: Date,
  ): TenantWrite {
    const replaced = input.externalId === null ? undefined : tenant.index.find(input.externalId, now);
    const earlier = replaced && { ...replaced.header, content: '' };
    const memory = storedMemory(input, { id: newMemoryId(), userId, now }, earlier);
    return replacement({ memory, vectors }, replaced, this.marksPending);
  }
}

/** One by one, so that one that the server refuses takes no other with it. The last failure is thrown when all is done. */
async function storeEach(
  tenant: Tenant,
  group: readonly { readonly request: StoreRequest; readonly writes: readonly TenantWrite[] }[],
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const { request, writes } of group) {
    try {
      await tenant.write(writes);
      request.resolve(memoriesOf(writes));
    } catch (error) {
      request.reject(error);
      failure = { error };
    }
  }
  if (failure) throw failure.error;
}

/** Whether it was answered that nothing was stored. */
function isRefusal(error: unknown): boolean {
  return error instanceof BatchTooLargeError || (error as Error).cause instanceof RefusedRequestError;
}

function memoriesOf(writes: readonly TenantWrite[]): Memory[] {
  return writes.map(({ entry }) => memoryOfEntry(entry)!);
}
