import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readAppConfig } from '../src/config/environment';
import { envExample, withConfigurationTable } from './configuration-docs';

const read = (name: string) => readFileSync(join(__dirname, '..', name), 'utf8');

describe('the documentation of the configuration', () => {
  it('is up to date in .env.example', () => {
    expect(read('.env.example')).toBe(envExample());
  });

  it('is up to date in the README', () => {
    const readme = read('README.md');
    expect(withConfigurationTable(readme)).toBe(readme);
  });

  it('gives defaults that are accepted and mean the same as none', () => {
    const uncommented = parseEnv(envExample().replace(/^# ([A-Z_]+=)/gm, '$1'));
    expect(Object.keys(uncommented)).toContain('CHROMA_PATH');
    expect(readAppConfig(uncommented)).toEqual(readAppConfig({}));
  });
});
