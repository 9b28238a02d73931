import type { Lane } from './batch-queue';
import { ModelWorker, ModelWorkerEvents } from './model-worker';
import { WorkerOptions, WorkerRequest } from './worker-protocol';

/**
 * Several threads, each with a model of its own on one core (docs/adr/0017-a-model-on-each-core.md). What is asked goes
 * to the thread that has least to do, the texts of one request to all of them. A thread that has lost its model and could
 * not load it again gets nothing while another has one, and tries again whenever texts are asked.
 */
export class ModelWorkers {
  private readonly threads: readonly Thread[];

  constructor(options: WorkerOptions, count: number, events: ModelWorkerEvents, file?: string) {
    this.threads = Array.from({ length: count }, () => ({
      worker: new ModelWorker(options, events, file),
      characters: { question: 0, document: 0, count: 0 },
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
  async count(texts: readonly string[]): Promise<number[]> {
    const thread = leastBusy('count', this.usable());
    const characters = texts.reduce((sum, { length }) => sum + length + 1, 0);
    thread.characters.count += characters;
    try {
      return await thread.worker.count(texts);
    } finally {
      thread.characters.count -= characters;
    }
  }

  /** As of each worker. */
  async stop(patienceMs?: number): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.stop(patienceMs)));
  }

  /** Gives each text to the thread that has least to do by then, and counts it there. */
  private divide(lane: Lane, texts: readonly string[]): Part[] {
    for (const { worker } of this.threads) worker.revive();
    const threads = this.usable();
    const parts = new Map<Thread, Part>();
    texts.forEach((text, index) => {
      const thread = leastBusy(lane, threads);
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

  /** Those that have their model; all while none has. */
  private usable(): readonly Thread[] {
    const ready = this.threads.filter(({ worker }) => worker.isReady);
    return ready.length > 0 ? ready : this.threads;
  }
}

function leastBusy(work: Work, threads: readonly Thread[]): Thread {
  return threads.reduce((least, thread) => (compareLoad(work, thread, least) < 0 ? thread : least));
}

/**
 * Negative where the first thread has less to do before it comes to this work. Each serves questions first, so that for a question
 * documents matter among equals only; so do counts for both, which take a fraction of the time.
 */
function compareLoad(work: Work, { characters: one }: Thread, { characters: other }: Thread): number {
  const documents = one.document - other.document;
  const questions = one.question - other.question;
  const counts = one.count - other.count;
  switch (work) {
    case 'question':
      return questions || documents || counts;
    case 'document':
      return questions + documents || counts;
    case 'count':
      return counts || questions || documents;
  }
}

type Work = WorkerRequest['kind'];

interface Thread {
  readonly worker: ModelWorker;
  /** Of the texts that it has not answered. */
  readonly characters: Record<Work, number>;
}

/** What one thread has of a request. */
interface Part {
  readonly thread: Thread;
  readonly indexes: number[];
  characters: number;
}
