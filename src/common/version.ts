import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the service, from its package.json: two levels up from here, in the sources and in the build. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }
).version;
