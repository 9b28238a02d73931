import { ENV_SECTIONS, EnvVariable, variablesOf } from '../src/config/env-variable.decorator';
import { EnvDto } from '../src/config/env.dto';

// Prettier would pad the tables to their longest cell.
const BEGIN =
  '<!-- configuration: made by `npm run docs:configuration` -->\n\n<!-- prettier-ignore-start -->';
const END = '<!-- prettier-ignore-end -->';

/** The text of `.env.example`: every variable, commented out, with its default. */
export function envExample(): string {
  const parts = bySection().map(([section, variables]) =>
    [`# ${section}`, ...variables.map(exampleOf)].join('\n\n'),
  );
  const head =
    '# Copy to .env and change what you need. What is set in the environment goes before this file.';
  return [head, ...parts].join('\n\n\n') + '\n';
}

/** A README with its table of variables brought up to date. */
export function withConfigurationTable(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for the table: ${BEGIN} … ${END}`);
  return readme.slice(0, begin + BEGIN.length) + `\n\n${tables()}\n\n` + readme.slice(end);
}

function tables(): string {
  return bySection()
    .map(([section, variables]) =>
      [
        `**${section}**`,
        '',
        '| variable | default | meaning |',
        '| --- | --- | --- |',
        ...variables.map(rowOf),
      ].join('\n'),
    )
    .join('\n\n');
}

function bySection(): [string, EnvVariable[]][] {
  const variables = variablesOf(EnvDto);
  return ENV_SECTIONS.map((section) => [
    section,
    variables.filter((variable) => variable.section === section),
  ]);
}

function rowOf({ name, about, takes, defaultText }: EnvVariable): string {
  const value = defaultOf(name);
  const shown = defaultText ?? (value === undefined ? '' : `\`${value}\``);
  return `| \`${name}\` | ${shown} | ${about} Takes ${takes}. |`;
}

function exampleOf({ name, about, takes, defaultText }: EnvVariable): string {
  const words = `${about} Takes ${takes}.${defaultText === undefined ? '' : ` Default: ${defaultText}.`}`;
  return `${wrapped(words)}\n# ${name}=${defaultOf(name) ?? ''}`;
}

function defaultOf(name: string): string | undefined {
  const value = (new EnvDto() as unknown as Record<string, unknown>)[name];
  return value === undefined ? undefined : String(value);
}

/** As comment lines of at most 110 characters. */
function wrapped(text: string): string {
  const lines = ['#'];
  for (const word of text.replaceAll('`', '').split(' ')) {
    const line = `${lines[lines.length - 1]} ${word}`;
    if (line.length > 110) lines.push(`# ${word}`);
    else lines[lines.length - 1] = line;
  }
  return lines.join('\n');
}
