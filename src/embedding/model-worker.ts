import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Lane } from './batch-queue';
import { EmbeddingUnavailableError } from './embedding.errors';
import { BatchReport, EndOfWorker, WorkerOptions, WorkerMessage, WorkerRequest } from './worker-protocol';

/** From source (tests, benchmarks) the thread runs TypeScript by the flag that it inherits: scripts/run-typescript.js. */
const WORKER_FILE = join(__dirname, `embedding.worker${extname(__filename)}`);

/** Nothing but messages is young here, and dies young: V8 would let it grow to 16 MB twice before it collects it. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 };

/** A failure that ends the worker may be a request's own fault: two times is enough. */
const MOST_ATTEMPTS = 2;

/**
 * The thread that has the model, seen from the main one. If it ends unasked it is started again, and what it had not
 * answered is asked once more; requests that it ends a second time on, and all if it cannot be started, reject with
 * `EmbeddingUnavailableError`. After a failed start each next request tries again.
 */
export class ModelWorker {
  private readonly pending = new Map<number, Pending>();
  private worker?: Worker;
  private lastId = 0;
  private loaded = false;
  private stopping = false;

  constructor(
    private readonly options: WorkerOptions,
    private readonly events: ModelWorkerEvents,
    private readonly file = WORKER_FILE,
  ) {}

  /** Loads the model. Resolves with the dimension of its vectors. */
  start(): Promise<number> {
    return this.spawn();
  }

  embed(kind: Lane, texts: readonly string[]): Promise<Float32Array[][]> {
    return this.ask<Float32Array[][]>(kind, texts);
  }

  count(texts: readonly string[]): Promise<number[]> {
    return this.ask<number[]>('count', texts);
  }

  /** Whether it has its model: what is asked of it otherwise waits, or fails. */
  get isReady(): boolean {
    return this.loaded;
  }

  /** Tries to start it again where it could not be. */
  revive(): void {
    if (!this.worker && !this.stopping) this.restart();
  }

  /** Answers what was asked before, or rejects it once the patience ends, and ends the thread. Safe to call twice. */
  async stop(patienceMs?: number): Promise<void> {
    this.stopping = true;
    const answered = Promise.allSettled([...this.pending.values()].map(({ settled }) => settled));
    await (patienceMs === undefined
      ? answered
      : Promise.race([answered, delay(patienceMs, undefined, { ref: false })]));
    this.refuse([...this.pending.keys()], stopping());
    await this.end();
  }

  private async end(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'end' } satisfies EndOfWorker);
    await ended;
  }

  private ask<T>(kind: WorkerRequest['kind'], texts: readonly string[]): Promise<T> {
    if (this.stopping) return Promise.reject(stopping());
    const request: WorkerRequest = { id: ++this.lastId, kind, texts };
    let settle!: Pick<Pending, 'resolve' | 'reject'>;
    const settled = new Promise<T>((resolve, reject) => {
      settle = { resolve: resolve as Pending['resolve'], reject };
    });
    this.pending.set(request.id, { request, settled, ...settle, attempts: 0 });
    if (this.worker) this.send(request.id);
    else this.restart();
    return settled;
  }

  private send(id: number): void {
    const pending = this.pending.get(id)!;
    pending.attempts++;
    this.worker!.postMessage(pending.request);
  }

  /** Starts a thread and gives it what is pending. Resolves once it has loaded the model. */
  private async spawn(): Promise<number> {
    const worker = this.newThread();
    this.worker = worker;
    for (const id of this.pending.keys()) this.send(id);
    return new Promise((resolve, reject) => {
      let cause = new Error('the thread ended by itself');
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind !== 'ready') return this.receive(message);
        this.loaded = true;
        resolve(message.dimension);
      });
      worker.on('error', (error: Error) => (cause = error));
      worker.on('exit', () => {
        this.lost(cause);
        reject(cause);
      });
    });
  }

  /** @throws what the system says where it allows no more threads; what is pending is then refused. */
  private newThread(): Worker {
    try {
      return new Worker(this.file, { workerData: this.options, resourceLimits: RESOURCE_LIMITS });
    } catch (cause) {
      this.lost(cause as Error);
      throw cause;
    }
  }

  private restart(): void {
    this.spawn().catch((cause: Error) => this.events.notRestarted(cause));
  }

  private receive(message: Exclude<WorkerMessage, { kind: 'ready' }>): void {
    if (message.kind === 'batch') return this.events.batch(message);
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    pending?.resolve(message.kind === 'vectors' ? message.vectors : message.counts);
  }

  private refuse(ids: readonly number[], reason: EmbeddingUnavailableError): void {
    for (const id of ids) {
      this.pending.get(id)!.reject(reason);
      this.pending.delete(id);
    }
  }

  private lost(cause: Error): void {
    this.worker = undefined;
    const again = this.loaded && !this.stopping;
    this.loaded = false;
    const givenUp = [...this.pending].filter(([, { attempts }]) => !again || attempts >= MOST_ATTEMPTS);
    this.refuse(
      givenUp.map(([id]) => id),
      new EmbeddingUnavailableError('the model ended while it worked on them.', { cause }),
    );
    if (!again) return;
    this.events.ended(cause);
    this.restart();
  }
}

function stopping(): EmbeddingUnavailableError {
  return new EmbeddingUnavailableError('the service is stopping.');
}

export interface ModelWorkerEvents {
  batch(report: BatchReport): void;
  /** The thread ended unasked and is being started again. */
  ended(cause: Error): void;
  /** It cannot be; the next request tries once more. */
  notRestarted(cause: Error): void;
}

interface Pending {
  readonly request: WorkerRequest;
  readonly settled: Promise<unknown>;
  readonly resolve: (answer: Float32Array[][] | number[]) => void;
  readonly reject: (reason: EmbeddingUnavailableError) => void;
  attempts: number;
}
