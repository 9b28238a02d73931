import { EmbeddedMemory, Memory, MemoryFilter } from '../../src/memory/memory';
import { MemoryBackend } from '../../src/memory/memory-backend';
import { MovableClock } from '../support/movable-clock';

/** A connected backend and what the contract suite needs around it. */
export interface BackendUnderTest {
  readonly backend: MemoryBackend;
  /** The clock that the backend was given. */
  readonly clock: MovableClock;
  /** Ends the backend and everything that was started for it. */
  close(): Promise<void>;
  /** Closes the backend and connects another to the same data; left out where nothing survives. */
  reopen?(): Promise<MemoryBackend>;
  /** The most chunks that one `store` takes; left out where there is no limit. */
  readonly largestStore?: number;
}

/** One backend shared by all themes; each test works as a user of its own, so that nothing has to be cleaned up. */
export class ContractContext {
  private static users = 100;
  private connected?: BackendUnderTest;
  private reopened?: MemoryBackend;

  constructor(private readonly setup: () => Promise<BackendUnderTest>) {}

  async open(): Promise<void> {
    this.connected = await this.setup();
  }

  async close(): Promise<void> {
    await this.connected?.close();
  }

  get under(): BackendUnderTest {
    if (!this.connected) throw new Error('the backend is only there inside tests');
    return this.connected;
  }

  get backend(): MemoryBackend {
    return this.reopened ?? this.under.backend;
  }

  get clock(): MovableClock {
    return this.under.clock;
  }

  /** @returns whether the backend can be reopened; if so it was. */
  async reopen(): Promise<boolean> {
    if (!this.under.reopen) return false;
    this.reopened = await this.under.reopen();
    return true;
  }

  /** A user who has nothing yet. */
  newUser(): number {
    return ContractContext.users++;
  }

  async storeOne(userId: number, memory: EmbeddedMemory): Promise<Memory> {
    const [stored] = await this.backend.store(userId, [memory]);
    return stored!;
  }

  /** Everything that a filter leaves, oldest first. */
  async all(userId: number, filter: MemoryFilter = {}): Promise<Memory[]> {
    const { items, next } = await this.backend.list(userId, { filter, order: 'ascending', limit: 10_000 });
    expect(next).toBeNull();
    return items;
  }

  /** External ids and similarities of a search's results, nearest first. */
  async nearest(
    userId: number,
    vector: Float32Array,
    options: { filter?: MemoryFilter; limit?: number; minSimilarity?: number } = {},
  ): Promise<{ id: string | null; similarity: number }[]> {
    const { hits } = await this.backend.search(userId, { filter: {}, limit: 1_000, ...options, vector });
    return hits.map(({ memory, similarity }) => ({ id: memory.externalId, similarity }));
  }
}
