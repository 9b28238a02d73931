/** The environment for a child process: this process's own, and what is given beside it. */
export function environmentWith(further: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...further };
}
