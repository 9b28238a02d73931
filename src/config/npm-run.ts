import { Environment } from './environment';

/**
 * What npm took for itself from the line `npm run SCRIPT ...`: each flag that it met before `--`, with `true`, an empty
 * text (`--no-flag`) or the value behind `=`. Beside it stands everything that the user's `.npmrc` sets.
 *
 * @returns values by the name of the flag without dashes in front, or undefined when `script` was not run by npm.
 */
export function npmFlags(
  script: string,
  environment: Environment = process.env,
): Map<string, string> | undefined {
  if (environment.npm_lifecycle_event !== script) return undefined;
  const flags = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(NPM_CONFIG) && value !== undefined
      ? [[name.slice(NPM_CONFIG.length).replaceAll('_', '-'), value] as const]
      : [],
  );
  return new Map(flags);
}

const NPM_CONFIG = 'npm_config_';
