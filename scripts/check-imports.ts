import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { violationsOf } from './imports/import-rules';
import { parseFiles } from './imports/source-file';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  encoding: 'utf8',
});
const paths = listed.split('\n').filter((path) => path !== '');
const violations = violationsOf(parseFiles(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]))));

for (const { path, line, problem } of violations) console.error(`${path}:${line} ${problem}`);
console.log(`${paths.length} files, ${violations.length} against the rules of where things go`);
process.exitCode = violations.length === 0 ? 0 : 1;
