import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, withConfigurationTable } from './configuration-docs';

writeFileSync('.env.example', envExample());
writeFileSync('README.md', withConfigurationTable(readFileSync('README.md', 'utf8')));
