import { createInterface } from 'node:readline';

/** Asks on the terminal. Anything but a clear yes is no, Ctrl-C and the end of the input too. */
export function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise<boolean>((resolve) => {
    terminal.question(`${question} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
    terminal.once('SIGINT', () => resolve(false));
    terminal.once('close', () => resolve(false));
  }).finally(() => terminal.close());
}
