import { parentPort, workerData } from 'node:worker_threads';
import { EmbeddingEngine } from './embedding-engine';
import { LocalModel } from './local-model';
import { EndOfWorker, LocalModelOptions, WorkerMessage, WorkerRequest } from './worker-protocol';

/** Entry of the worker thread. Whatever fails here ends the thread; `ModelWorker` says what becomes of its requests. */
async function serve(): Promise<void> {
  const model = await LocalModel.load(workerData as LocalModelOptions);
  const engine = new EmbeddingEngine(model, (report) => send({ kind: 'batch', ...report }));
  const [probe] = await model.embed([[]]);
  parentPort!.on('message', (request: WorkerRequest | EndOfWorker) => {
    // In a worker this ends the thread alone.
    if (request.kind === 'end') process.exit();
    void answer(engine, request);
  });
  send({ kind: 'ready', dimension: probe!.length });
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
