import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { LauncherFailure, LauncherOptions } from './launcher-protocol';

/** The thread that the bundled server runs in: its entry point blocks whoever calls it for as long as it serves. */

interface Binding {
  cli(argv: readonly string[]): void;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'chromadb-js-bindings-darwin-arm64',
  'darwin-x64': 'chromadb-js-bindings-darwin-x64',
  'linux-arm64': 'chromadb-js-bindings-linux-arm64-gnu',
  'linux-x64': 'chromadb-js-bindings-linux-x64-gnu',
  'win32-x64': 'chromadb-js-bindings-win32-x64-msvc',
};

function loadBinding(): Binding {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) throw new Error(`there is none for ${platform}`);
  return createRequire(require.resolve('chromadb'))(name) as Binding;
}

function run({ directory, host, port }: LauncherOptions): LauncherFailure {
  let binding: Binding;
  try {
    binding = loadBinding();
  } catch (error) {
    return { reason: 'binding-does-not-load', detail: (error as Error).message };
  }
  binding.cli(['chroma', 'run', '--path', directory, '--host', host, '--port', String(port)]);
  return { reason: 'server-ended', detail: '' };
}

parentPort!.postMessage(run(workerData as LauncherOptions));
// A thread that has run the binding crashes the process when it ends, perhaps before the message is through.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
