import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { EmbeddingEngine } from './embedding-engine';
import { LocalModel } from './local-model';
import { isUnit } from './unit-vector';
import { EndOfWorker, WorkerMessage, WorkerOptions, WorkerRequest } from './worker-protocol';

/** Of -20 to 19: of a core that both want, this thread gets a quarter and the other three. */
const BEHIND_OTHERS = 5;

/** Entry of the worker thread. Whatever fails here ends the thread; `ModelWorker` says what becomes of its requests. */
async function serve(): Promise<void> {
  stepBack();
  const options = workerData as WorkerOptions;
  const model = await LocalModel.load(options);
  const engine = new EmbeddingEngine(model, options.batchTokens, (report) =>
    send({ kind: 'batch', ...report }),
  );
  const [probe] = await model.embed([model.tokenise('a')]);
  if (!isUnit(probe!)) throw new Error('it gives vectors without a direction');
  parentPort!.on('message', (request: WorkerRequest | EndOfWorker) => {
    // In a worker this ends the thread alone.
    if (request.kind === 'end') process.exit();
    void answer(engine, request);
  });
  send({ kind: 'ready', dimension: probe!.length });
}

/**
 * What is short goes first where processors are scarce: the API's own work, and ChromaDB's. On Linux this is the priority
 * of the thread, elsewhere of the process. For speed alone: where it is not allowed nothing changes.
 */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(BEHIND_OTHERS);
  } catch {
    // A sandbox may forbid even this.
  }
}

async function answer(engine: EmbeddingEngine, { id, kind, texts }: WorkerRequest): Promise<void> {
  if (kind === 'count') return send({ kind: 'counts', id, counts: await engine.count(texts) });
  const vectors = await engine.embed(kind, texts);
  send(
    { kind: 'vectors', id, vectors },
    vectors.flat().map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function send(message: WorkerMessage, transferred: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transferred);
}

void serve();
