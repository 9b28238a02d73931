import { CommandCall, DeclaredOption, intendedLine } from './intended-line';

const JSON_OUTPUT: DeclaredOption = { flag: '--json', takesValue: false };
const ALLOW_LIVE: DeclaredOption = { flag: '--allow-live', takesValue: false };
const DRY_RUN: DeclaredOption = { flag: '--dry-run', takesValue: false };
const NO_VERIFY: DeclaredOption = { flag: '--no-verify', takesValue: false };
const USER_ID: DeclaredOption = { flag: '--user-id', takesValue: true };
const BATCH: DeclaredOption = { flag: '--batch', takesValue: true };

const OPTIONS = [JSON_OUTPUT, ALLOW_LIVE, DRY_RUN, NO_VERIFY, USER_ID, BATCH];

/** @param words what reaches the program of the line. */
function call(words: string, npm: Record<string, string>, argumentCount: number): CommandCall {
  const argv = words.split(' ');
  return {
    command: argv[0]!,
    argumentCount,
    options: OPTIONS,
    positionals: argv.slice(1).filter((word) => !word.startsWith('--')),
    argv,
    npm: new Map(Object.entries(npm)),
  };
}

describe('intendedLine', () => {
  it.each([
    ['inspect DIR', { json: 'true' }, 1, 'inspect DIR --json'],
    ['inspect DIR', { json: 'true', 'allow-live': 'true' }, 1, 'inspect DIR --json --allow-live'],
    ['inspect DIR --json', { 'allow-live': 'true' }, 1, 'inspect DIR --json --allow-live'],
    ['migrate', { 'dry-run': 'true', yes: '' }, 0, 'migrate --dry-run'],
    ['migrate', { verify: '' }, 0, 'migrate --no-verify'],
    ['migrate 7', { 'user-id': 'true' }, 0, 'migrate --user-id 7'],
    ['migrate', { 'user-id': '7' }, 0, 'migrate --user-id 7'],
    ['migrate DIR 7', { 'user-id': 'true', 'dry-run': 'true' }, 1, 'migrate DIR --dry-run --user-id 7'],
    ['migrate 7 8', { 'user-id': 'true', batch: 'true' }, 0, 'migrate --user-id <value> --batch <value>'],
    ["inspect it's", { json: 'true' }, 1, `inspect 'it'\\''s' --json`],
  ])('%j with npm having taken %j', (words, npm, argumentCount, line) => {
    expect(intendedLine(call(words, npm, argumentCount))?.line).toBe(`npm run cli -- ${line}`);
  });

  it.each([
    ['inspect DIR --json', { json: 'true' }],
    ['inspect DIR', {}],
    ['inspect DIR', { yes: 'true', json: '' }],
    ['migrate DIR --user-id=7', { 'user-id': '7' }],
  ])('%j with npm having taken %j is as it was meant', (words, npm) => {
    expect(intendedLine(call(words, npm, 1))).toBeUndefined();
  });
});
