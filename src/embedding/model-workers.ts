import type { Lane } from './batch-queue';
import { ModelWorker, ModelWorkerEvents } from './model-worker';
import { LocalModelOptions } from './worker-protocol';

/**
 * Several threads, each with a model of its own on one core (docs/adr/0017-a-model-on-each-core.md). What is asked goes
 * to the thread that has least to do, the texts of one request to all of them.
 */
export class ModelWorkers {
  private readonly threads: readonly Thread[];

  constructor(options: LocalModelOptions, count: number, events: ModelWorkerEvents, file?: string) {
    this.threads = Array.from({ length: count }, () => ({
      worker: new ModelWorker(options, events, file),
      characters: { question: 0, document: 0 },
    }));
  }

  /** Loads the model in each of them. Resolves with the dimension of its vectors. */
  async start(): Promise<number> {
    const [dimension] = await Promise.all(this.threads.map(({ worker }) => worker.start()));
    return dimension!;
  }

  /** The vectors of each text, one per chunk, in order. */
  async embed(lane: Lane, texts: readonly string[]): Promise<Float32Array[][]> {
    const vectors: Float32Array[][] = [];
    const embedPart = async ({ thread, indexes, characters }: Part) => {
      try {
        const some = indexes.map((index) => texts[index]!);
        const found = await thread.worker.embed(lane, some);
        indexes.forEach((index, i) => (vectors[index] = found[i]!));
      } finally {
        thread.characters[lane] -= characters;
      }
    };
    await Promise.all(this.divide(lane, texts).map(embedPart));
    return vectors;
  }

  /** Tokens of each text, without special ones. */
  count(texts: readonly string[]): Promise<number[]> {
    return this.leastBusy('question').worker.count(texts);
  }

  /** As of each worker. */
  async stop(patienceMs?: number): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.stop(patienceMs)));
  }

  /** Gives each text to the thread that has least to do by then, and counts it there. */
  private divide(lane: Lane, texts: readonly string[]): Part[] {
    const parts = new Map<Thread, Part>();
    texts.forEach((text, index) => {
      const thread = this.leastBusy(lane);
      const part = parts.get(thread) ?? { thread, indexes: [], characters: 0 };
      parts.set(thread, part);
      // A text costs something however short it is.
      const characters = text.length + 1;
      part.indexes.push(index);
      part.characters += characters;
      thread.characters[lane] += characters;
    });
    return [...parts.values()];
  }

  private leastBusy(lane: Lane): Thread {
    return this.threads.reduce((least, thread) => (before(lane, thread, least) < 0 ? thread : least));
  }
}

/** Questions go before documents in each thread, so only among equals do these matter to them. */
function before(lane: Lane, { characters: one }: Thread, { characters: other }: Thread): number {
  const documents = one.document - other.document;
  const questions = one.question - other.question;
  return lane === 'question' ? questions || documents : questions + documents;
}

interface Thread {
  readonly worker: ModelWorker;
  /** Of the texts that it has not answered. */
  readonly characters: Record<Lane, number>;
}

/** What one thread has of a request. */
interface Part {
  readonly thread: Thread;
  readonly indexes: number[];
  characters: number;
}
