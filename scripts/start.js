const { execFileSync } = require('node:child_process');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

require('./end-with-parent');

// `npm start` is `nest start`, which compiles src alone, after the migrations; without a shell before the service, so
// that a signal reaches it.
process.stdout.write('Compiling, then starting: half a minute at the first time ...\n');
const modules = join(__dirname, '..', 'node_modules');
execFileSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', 'tsconfig.migrations.json'], {
  stdio: 'inherit',
});
process.argv.splice(2, 0, 'start', '--no-shell');
import(pathToFileURL(join(modules, '@nestjs/cli/bin/nest.js')).href);
