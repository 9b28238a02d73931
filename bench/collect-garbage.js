const { appendFileSync } = require('node:fs');
const { isMainThread, threadId } = require('node:worker_threads');

/**
 * `NODE_OPTIONS="--expose-gc --require .../collect-garbage.js" COLLECTED=FILE`: a process of which every thread, when it is
 * sent SIGUSR2, collects its garbage and appends to the file what is left: a line of JSON with its thread and
 * `process.memoryUsage()`.
 */
const threads = new BroadcastChannel('collect-garbage');
threads.unref();

function collect() {
  globalThis.gc();
  appendFileSync(process.env.COLLECTED, `${JSON.stringify({ threadId, ...process.memoryUsage() })}\n`);
}

if (isMainThread)
  process.on('SIGUSR2', () => {
    threads.postMessage('');
    collect();
  });
else threads.onmessage = collect;
