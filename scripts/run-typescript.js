const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/**
 * `node --require ./scripts/run-typescript.js FILE.ts` runs TypeScript as jest does, without a build. Worker threads
 * inherit the flag, so that tests and benchmarks can start those of the source.
 */
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    configFile: false,
    swcrc: false,
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      target: 'es2022',
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
    module: { type: 'commonjs', ignoreDynamic: true },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};
