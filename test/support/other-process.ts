import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs JavaScript in a process of its own until it prints a line; it then stays until it is ended. */
export async function otherProcess(script: string): Promise<{ end(): Promise<void> }> {
  const keepAlive = 'console.log("ready"); setInterval(() => {}, 1000);';
  const child = spawn(process.execPath, ['-e', `${script}; ${keepAlive}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), ended(child)]);
  return {
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number];
  throw new Error(`the other process ended with ${code} before it was ready`);
}
