const { parentPort, workerData } = require('node:worker_threads');

/**
 * Speaks the protocol of the embedding worker, and dies of a text `die`; of `die once` only the first thread that is
 * given the shared memory in `workerData.deaths` does. `never answered` is not answered. A text's vector is its length.
 * With `workerData.stillborn` set it never becomes ready; `workerData.births` counts those that did.
 */
const deaths = workerData.deaths;
if (workerData.stillborn?.[0] > 0) throw new Error('the model cannot be read');

parentPort.on('message', ({ id, kind, texts }) => {
  if (kind === 'end') process.exit();
  if (texts.includes('never answered')) return;
  if (texts.includes('die') || (texts.includes('die once') && Atomics.add(deaths, 0, 1) === 0))
    throw new Error(`died of ${texts.join()}`);
  if (kind === 'count') parentPort.postMessage({ kind: 'counts', id, counts: texts.map(() => 1) });
  else
    parentPort.postMessage({
      kind: 'vectors',
      id,
      vectors: texts.map(({ length }) => [new Float32Array([length])]),
    });
});
parentPort.postMessage({ kind: 'ready', dimension: 1 });
if (workerData.births) Atomics.add(workerData.births, 0, 1);
