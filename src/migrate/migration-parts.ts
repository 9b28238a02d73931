import type { EmbeddingModel } from '../embedding/embedder';
import type { JsonObject } from '../memory/memory';
import type { Clock } from '../memory/memory-backend';
import type { MigrationProgress } from './migration-progress';
import type { MigrationSource } from './migration-source';
import type { MigratorOptions } from './migrator';

/** What a migration is made of, whatever is done with it. */
export interface MigrationParts {
  /** The command, such as `migrate-chroma`. */
  readonly kind: string;
  readonly model: EmbeddingModel;
  readonly embed?: MigratorOptions['embed'];
  readonly clock: Clock;
  /** `MigrationSource.identity` of what would be opened with these options; nothing is opened. */
  readonly identify: (options: JsonObject) => string;
  readonly openSource: (options: JsonObject) => Promise<MigrationSource>;
  /** Whether what was written is compared with the source. */
  readonly verify: boolean;
  readonly progress: MigrationProgress;
  /** Aborted: the run ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Where the file of the rejects is made. */
  readonly directory: string;
  /** Tells whoever migrates. */
  readonly say: (message: string) => void;
}
