const swc = (parser) => [
  '@swc/jest',
  {
    jsc: {
      parser,
      target: 'es2022',
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
    module: { type: 'commonjs' },
  },
];

/** NestJS 12 is ESM only and jest loads ESM natively only on newer Node: everything is compiled to CommonJS. */
module.exports = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/jest.environment.js',
  testMatch: ['<rootDir>/{src,test,scripts}/**/*.spec.ts'],
  // Nothing is meant to take long, but a machine with other things to do may take its time for anything.
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': swc({ syntax: 'typescript', decorators: true }),
    '\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
