import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Orchestrators give ten seconds or more; a person who stops a service does not want to wait. */
const LONGEST_MS = 4500;

/** Node closes connections that are idle when a server closes, not those that become idle afterwards. */
const SWEEP_MS = 50;

/** Ctrl-C goes to every process of a terminal, and npm and nest pass theirs on: within this time it is one press. */
const ONE_PRESS_MS = 1000;

const EXIT_CODE_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

interface Closable {
  /** Stops accepting, lets requests under way finish, then frees everything. */
  close(): Promise<void>;
  getHttpServer(): Server;
}

/**
 * Ends the process in order on the first SIGTERM or SIGINT: code 0 when everything was closed, 1 when it had to be cut
 * off after 4.5 seconds or closing failed. A second signal, a second later or more, ends it at once.
 */
export function endOnSignals(app: Closable, report: (problem: string) => void): void {
  let toldAt: number | undefined;
  const end = (signal: keyof typeof EXIT_CODE_OF_SIGNAL): void => {
    if (toldAt !== undefined) {
      if (performance.now() - toldAt > ONE_PRESS_MS) endNow(signal);
      return;
    }
    toldAt = performance.now();
    void closeInTime(app, report).then((code) => process.exit(code));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** By the signal itself: an exit takes threads down in order, and the model's, inside a batch, aborts the process. */
function endNow(signal: keyof typeof EXIT_CODE_OF_SIGNAL): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Signals without a listener do nothing to the first process of a container.
  process.exit(EXIT_CODE_OF_SIGNAL[signal]);
}

/** @returns the exit code: 0 when everything closed in time, else 1. Never rejects. */
export async function closeInTime(app: Closable, report: (problem: string) => void): Promise<0 | 1> {
  const sweep = setInterval(() => app.getHttpServer().closeIdleConnections(), SWEEP_MS);
  const problem = await Promise.race([
    app.close().then(
      () => undefined,
      (error: unknown) => `Closing failed: ${error instanceof Error ? error.stack : String(error)}`,
    ),
    delay(LONGEST_MS, `Not closed within ${LONGEST_MS} ms: cut off`, { ref: false }),
  ]);
  clearInterval(sweep);
  if (problem === undefined) return 0;
  report(problem);
  return 1;
}
