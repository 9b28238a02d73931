import { execFileSync, spawnSync } from 'node:child_process';

/** A call that the README shows, and what it says comes back. */
export interface ReadmeCall {
  /** As the README has it: a shell line that begins with `curl`. */
  readonly command: string;
  readonly answer: string;
  /** `text` is compared as it is; in `jsonc` a line `// …` stands for further fields. */
  readonly language: 'json' | 'jsonc' | 'text';
}

const BLOCKS = /```bash\n(curl [^]*?)\n```\s+```(json|jsonc|text)\n([^]*?)```/g;

/** The address that the README has the service at. */
export const README_URL = 'http://127.0.0.1:8000';

export function readmeCalls(readme: string): ReadmeCall[] {
  return [...readme.matchAll(BLOCKS)].map(([, command, language, answer]) => ({
    command: command!,
    language: language as ReadmeCall['language'],
    answer: answer!,
  }));
}

export const HAS_CURL = spawnSync('curl', ['--version']).error === undefined;

export function runWithCurl(command: string): string {
  return execFileSync('curl', ['--silent', '--show-error', ...shellWords(command).slice(1)], {
    encoding: 'utf8',
  });
}

/** Words of a shell line with single quotes and escaped line ends, which is all that the README uses. */
function shellWords(line: string): string[] {
  return [...line.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|[^\s']+/g)].map(
    ([word, quoted]) => quoted ?? word,
  );
}

/** What curl would print, on machines that have none. */
export async function runWithoutCurl(command: string): Promise<string> {
  const args = shellWords(command);
  const valueOf = (flag: string) => args[args.indexOf(flag) + 1]!;
  const has = (flag: string) => args.includes(flag);
  const headers = args.flatMap((arg, index) => (arg === '-H' ? [args[index + 1]!.split(/: /, 2)] : []));
  const response = await fetch(
    args.find((arg) => arg.startsWith('http'))!,
    {
      method: has('-X') ? valueOf('-X') : has('-d') ? 'POST' : 'GET',
      headers: headers as [string, string][],
      ...(has('-d') ? { body: valueOf('-d') } : {}),
    },
  );
  const written = has('-w') ? valueOf('-w').replace('%{http_code}', String(response.status)) : '';
  return (await response.text()) + written.replace('\\n', '\n');
}
