/** An option as a command declares it: `--user-id`, `--no-verify`. */
export interface DeclaredOption {
  readonly flag: string;
  readonly takesValue: boolean;
}

/** A command as it was called. */
export interface CommandCall {
  /** Its name; of one that belongs to another, both: `keys create`. */
  readonly command: string;
  /** How many arguments it takes at most. */
  readonly argumentCount: number;
  readonly options: readonly DeclaredOption[];
  /** What is on its line that is no flag. */
  readonly positionals: readonly string[];
  /** Everything that reached the program. */
  readonly argv: readonly string[];
  /** What npm took for itself; see `npmFlags`. */
  readonly npm: ReadonlyMap<string, string>;
}

/** What was typed, as far as it can be told: the flags that npm took, and the line that would have passed them on. */
export interface IntendedLine {
  readonly swallowed: readonly string[];
  readonly line: string;
}

/**
 * npm takes flags for itself unless they stand behind `--`: a dry run would become a real one.
 *
 * @returns undefined where npm took nothing that the command declares.
 */
export function intendedLine(call: CommandCall): IntendedLine | undefined {
  const names = call.command.split(' ');
  const swallowed = call.options.filter((option) => isSwallowed(option, call));
  if (swallowed.length === 0) return undefined;
  const valued = swallowed.filter((option) => option.takesValue && call.npm.get(nameOf(option)) === 'true');
  const leftOver = call.positionals.slice(call.argumentCount);
  // npm drops the flag before a value and leaves the value: with several nobody can tell which is whose.
  const value = valued.length === 1 && leftOver.length === 1 ? leftOver[0]! : undefined;
  const flags = swallowed.flatMap((option) => wordsOf(option, call, value));
  const given = call.argv
    .slice(call.argv.indexOf(names.at(-1)!) + 1)
    .filter((word) => !leftOver.includes(word));
  const words = [...names, ...given, ...flags].map(quoted);
  return { swallowed: swallowed.map(({ flag }) => flag), line: `npm run cli -- ${words.join(' ')}` };
}

function isSwallowed(option: DeclaredOption, { argv, npm }: CommandCall): boolean {
  if (argv.some((word) => word === option.flag || word.startsWith(`${option.flag}=`))) return false;
  const value = npm.get(nameOf(option));
  if (isNegative(option)) return value === '' || value === 'false';
  return option.takesValue ? value !== undefined && value !== '' : value === 'true';
}

function wordsOf(option: DeclaredOption, { npm }: CommandCall, leftOver: string | undefined): string[] {
  if (!option.takesValue) return [option.flag];
  const value = npm.get(nameOf(option));
  return [option.flag, value === 'true' ? (leftOver ?? '<value>') : value!];
}

/** As npm knows it: `--no-verify` is an empty `verify`. */
function nameOf({ flag }: DeclaredOption): string {
  return flag.replace(/^--(no-)?/, '');
}

function isNegative({ flag }: DeclaredOption): boolean {
  return flag.startsWith('--no-');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./<>-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
