const { existsSync } = require('node:fs');
const { join } = require('node:path');

// `node scripts/run-built.js NAME ...` is `node dist/NAME.js ...`, with a plain word where there is no build yet.
const [name] = process.argv.splice(2, 1);
const program = join(__dirname, '..', 'dist', `${name}.js`);
if (!existsSync(program)) {
  process.stderr.write('There is no build yet: run `npm run build` first.\n');
  process.exit(3);
}
require('./end-with-parent');
process.argv[1] = program;
require(program);
