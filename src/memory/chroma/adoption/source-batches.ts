import { ChromaDirectory } from '../../../chroma-directory/chroma-directory';
import { ChromaRecord } from '../../../chroma-directory/chroma-record';
import { StartupError } from '../../../common/startup.error';
import { ImportContext, importedMemory } from '../../imported-memory';
import { RejectTally } from '../../reject-tally';
import { MemoryCollection } from './adopted-collections';
import { AdoptionTarget } from './adoption-target';
import { CarriedMemory } from './carried-memory';

/** In one call to ChromaDB: a call costs little beside them, and memory stays flat. */
const BATCH_MEMORIES = 500;

export interface CopyOptions {
  /** Of the vectors that can be searched. */
  readonly dimension: number;
  readonly context: Omit<ImportContext, 'userId'>;
  /** Called with the number of records that were dealt with since the last call. */
  readonly onProgress: (records: number) => void;
}

/** A collection of the original as batches of memories, and what is stored of them in the copy. */
export class SourceBatches {
  /** Records of the last reading that cannot be served. */
  notCopied = new RejectTally();

  constructor(
    private readonly directory: ChromaDirectory,
    readonly source: MemoryCollection,
    readonly target: AdoptionTarget,
    private readonly options: CopyOptions,
  ) {}

  /** The memories that can be served. */
  async *read(isWanted: (record: ChromaRecord) => boolean = () => true): AsyncGenerator<CarriedMemory[]> {
    this.notCopied = new RejectTally();
    let batch: CarriedMemory[] = [];
    let records = 0;
    for await (const record of this.directory.records(this.source.collection)) {
      records++;
      if (isWanted(record)) await this.carry(record, batch);
      if (batch.length < BATCH_MEMORIES) continue;
      yield batch;
      this.options.onProgress(records);
      [batch, records] = [[], 0];
    }
    if (batch.length > 0) yield batch;
    this.options.onProgress(records);
  }

  /** What the copy has of them, by id. */
  stored(batch: readonly CarriedMemory[]): Promise<Map<string, CarriedMemory>> {
    const ids = batch.map(({ memory }) => memory.id);
    return this.target.read(this.source.userId, ids);
  }

  unequal(what: string): StartupError {
    return new StartupError(
      `The copy of ${this.directory.path} is not equal to it (${this.source.collection.name}: ${what}). ` +
        'Start again to repair it; if that does not help, remove the copy and start again.',
    );
  }

  private async carry(record: ChromaRecord, batch: CarriedMemory[]): Promise<void> {
    const { vector } = record;
    const problem = unservable(record, this.options.dimension);
    if (problem !== undefined) this.notCopied.add(problem, record.id);
    else if (vector) batch.push({ memory: await this.memoryOf(record), vector });
  }

  private async memoryOf(record: ChromaRecord): Promise<CarriedMemory['memory']> {
    const { collection, userId } = this.source;
    const source = { ...record, collection: collection.name };
    const memory = importedMemory(source, { ...this.options.context, userId });
    const project = memory.project === null ? null : await this.target.projectOf(userId, memory.project);
    return { ...memory, projectId: project?.id ?? null };
  }
}

/** Why a record cannot be served, or undefined if it can: one with a zero vector can, but for being found by meaning. */
function unservable({ vector, problem }: ChromaRecord, dimension: number): string | undefined {
  if (vector === null) return problem ?? 'no vector';
  if (vector.length !== dimension) return `dimension ${vector.length}, expected ${dimension}`;
  return vector.every(Number.isFinite) ? undefined : 'vector with numbers that are not finite';
}
