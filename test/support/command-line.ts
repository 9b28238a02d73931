import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY } from './service-process';

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line such as `npm run cli -- inspect-chroma DIR` in the repository, as a user would. Needs the build. */
export async function runCommand(
  words: readonly string[],
  environment: Record<string, string> = {},
  cwd = REPOSITORY,
): Promise<CommandResult> {
  const { PATH, HOME } = process.env;
  const [program, ...args] = words;
  const child = spawn(program!, args, { cwd, env: { PATH, HOME, ...environment } });
  let stdout = '';
  let stderr = '';
  // Nobody is there to be asked.
  child.stdin.end();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Runs a command of the service by its file, past npm. */
export function runCli(
  words: readonly string[],
  environment: Record<string, string> = {},
  cwd = REPOSITORY,
): Promise<CommandResult> {
  return runCommand([process.execPath, join(REPOSITORY, 'dist/cli.js'), ...words], environment, cwd);
}
