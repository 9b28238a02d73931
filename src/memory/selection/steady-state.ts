import type { BackendState } from '../backend-state';
import type { MemoryBackend } from '../memory-backend';
import type { WaitingMemories } from './waiting-memories';

/** The backend that was asked for is in use. */
export class SteadyState implements BackendState {
  readonly degraded = false;

  /**
   * @param remark why this backend, where there is something to say.
   * @param waiting what an earlier fallback has left to be brought to this backend, if there can be any.
   */
  constructor(
    private readonly backend: MemoryBackend,
    private readonly remark: string | null,
    readonly since: Date,
    private readonly waiting?: WaitingMemories,
  ) {}

  get reason(): string | null {
    // The backend knows where its memories are once it is connected.
    return [this.remark, this.backend.remark, this.waiting?.remark].filter(Boolean).join(' ') || null;
  }

  async countPending(userId: number): Promise<number> {
    return this.waiting?.of(userId) ?? (await this.backend.countPending?.(userId)) ?? 0;
  }

  async started(): Promise<void> {
    await this.waiting?.count();
  }

  async retry(): Promise<void> {
    await this.waiting?.count();
  }
}
