import { AsyncLocalStorage } from 'node:async_hooks';
import { ForwardingBackend } from '../forwarding-backend';
import type { MemoryBackend } from '../memory-backend';

/**
 * A backend in the place of the one that was asked for, until that one takes over. What works on several calls (finds
 * a project, then stores in it) is pinned: all of its calls go to the backend that it began with, whose project ids mean
 * nothing to the other.
 */
export class FallbackBackend extends ForwardingBackend {
  private successor?: MemoryBackend;
  private readonly pinned = new AsyncLocalStorage<MemoryBackend>();
  private readonly pins = new Set<Promise<unknown>>();

  constructor(private readonly substitute: MemoryBackend) {
    super();
  }

  /** Whether the caller is still answered by the substitute. */
  get isSubstituted(): boolean {
    return this.target === this.substitute;
  }

  /**
   * Does `work` with everything that it starts on the backend that is in use now.
   *
   * @param ended settles when nothing of it is left.
   */
  pin(work: () => void, ended: Promise<unknown>): void {
    if (this.successor) {
      work();
      return;
    }
    const pin = ended.catch(() => undefined).finally(() => this.pins.delete(pin));
    this.pins.add(pin);
    this.pinned.run(this.substitute, work);
  }

  /**
   * From now on whoever is not pinned is answered by this backend, which is connected.
   *
   * @returns when whoever was pinned has ended; the substitute stays open.
   */
  async handOver(successor: MemoryBackend): Promise<void> {
    this.successor = successor;
    await Promise.all(this.pins);
  }

  override connect(): Promise<void> {
    return this.substitute.connect();
  }

  override async close(): Promise<void> {
    await Promise.all([this.substitute.close(), this.successor?.close()]);
  }

  protected override get target(): MemoryBackend {
    return this.pinned.getStore() ?? this.successor ?? this.substitute;
  }
}
