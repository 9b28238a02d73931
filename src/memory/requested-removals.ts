import { FileKeyStore } from '../auth/file-key-store';
import type { KeyStore } from '../auth/key-store';
import type { MemoryBackend } from './memory-backend';
import { RecurringTask } from './recurring-task';

/** Somebody waits for it at a terminal; looking is one `stat`. */
const INTERVAL_MS = 1_000;

/** Removes from the store that this process has open the users whom a command took out of the file of users and keys. */
export class RequestedRemovals {
  private readonly task: RecurringTask;

  constructor(
    private readonly keys: KeyStore,
    private readonly backend: MemoryBackend,
    private readonly log: { log(message: string): void; warn(message: string): void },
  ) {
    this.task = new RecurringTask(
      () => this.perform(),
      (error) => this.log.warn(`A user could not be removed; trying again. ${(error as Error).message}`),
      INTERVAL_MS,
    );
  }

  start(): void {
    // Elsewhere the command itself does it.
    if (this.keys instanceof FileKeyStore) this.task.start();
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  private async perform(): Promise<void> {
    const { keys } = this;
    if (!(keys instanceof FileKeyStore)) return;
    for (const userId of await keys.listRemovals()) {
      await this.backend.deleteUser(userId);
      await keys.completeRemoval(userId);
      this.log.log(`User ${userId} was removed with everything of theirs, as "users delete" asked.`);
    }
  }
}
