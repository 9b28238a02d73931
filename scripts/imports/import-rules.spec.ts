import { violationsOf } from './import-rules';
import { parseFiles } from './source-file';

function check(files: Record<string, string>): string[] {
  return violationsOf(parseFiles(new Map(Object.entries(files)))).map(
    ({ path, line, problem }) => `${path}:${line} ${problem}`,
  );
}

const FILES = {
  'src/memory/memory.ts': 'export type Memory = string;',
  'src/memory/memory.module.ts': '',
  'src/memory/memory.controller.ts': '',
  'src/memory/chroma/chroma-memory.repository.ts': '',
  'src/common/clock.ts': '',
  'src/app.module.ts': '',
};

describe('the rules of where things go', () => {
  it.each<[string, string, string]>([
    [
      'src/memory/memory.service.ts',
      `import { Injectable } from '@nestjs/common';\nimport './memory';`,
      'Nest in a file with a role',
    ],
    [
      'src/health/health.module.ts',
      `import '../memory/memory.module'; import '../memory/memory';`,
      'what a feature exports',
    ],
    ['src/memory/postgres/search/filter-sql.ts', `import { Client } from 'pg';`, 'SQL in its place'],
    ['src/memory/chroma/chroma-client.ts', `import * as chroma from 'chromadb';`, 'ChromaDB in its place'],
    [
      'src/memory/memory.service.spec.ts',
      `import 'pg'; import '@nestjs/testing'; process.env.X = '1';`,
      'anything in a test',
    ],
    [
      'src/migrate/chroma/directory-source.ts',
      `import '../../memory/chroma/chroma-memory.repository';`,
      'the insides of the stores in the migration',
    ],
    ['src/config/environment.ts', `export const port = process.env.PORT;`, 'the environment in config'],
    [
      'src/main.ts',
      `import { NestFactory } from '@nestjs/core'; import './app.module';`,
      'the modules in main',
    ],
    [
      'src/memory/text.ts',
      `// import 'pg'; forwardRef process.env\nexport const text = "require('pg')";`,
      'words in comments',
    ],
  ])('%s may hold %s', (path, text) => {
    expect(check({ ...FILES, [path]: text })).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    [
      'src/memory/filter/memory-filter.ts',
      `\nimport { Injectable } from '@nestjs/common';`,
      /:2 imports @nestjs\/common: .*plain/,
    ],
    ['src/memory/memory.service.ts', `import { DataSource } from 'typeorm';`, /:1 imports typeorm: only /],
    ['src/memory/memory.service.ts', `const { Pool } = require('pg');`, /imports pg: only/],
    ['src/health/health.service.ts', `void import('chromadb');`, /imports chromadb: only/],
    ['src/health/health.service.ts', `export { x } from 'prom-client/lib/x';`, /imports prom-client: only/],
    ['src/embedding/local-model.ts', `import '@xenova/transformers';`, /nothing of the product may/],
    ['src/health/health.service.ts', `import '../memory/memory.controller';`, /through exported providers/],
    ['src/health/health.service.ts', `import '../memory/chroma/chroma-memory.repository';`, /deeper/],
    ['src/health/health.service.ts', `import '../app.module';`, /puts them together/],
    ['src/health/health.service.ts', `import '../../test/support/clock';`, /outside src/],
    ['src/common/validation.ts', `import '../memory/memory';`, /common knows no feature/],
    ['src/chroma-directory/reader.ts', `import '../common/clock';`, /stands alone/],
    ['src/health/health.service.ts', `if (process.env.PORT) throw 1;`, /reads process.env/],
    ['src/health/health.module.ts', `forwardRef(() => X);`, /forwardRef/],
    ['src/health/utils.ts', '', /name it after/],
    ['src/health/index.ts', '', /name it after/],
    ['src/health/healthCheck.ts', '', /kebab-case/],
  ])('%s may not hold %j', (path, text, expected) => {
    expect(check({ ...FILES, [path]: text })).toEqual([expect.stringMatching(expected)]);
  });

  it('names a circle once, whatever leads into it', () => {
    const files = {
      'src/a/a.ts': `import './b';`,
      'src/a/b.ts': `import '../b/c';`,
      'src/b/c.ts': `import '../a/a';`,
      'src/b/d.ts': `import '../a/b';`,
    };
    expect(check(files)).toEqual([
      'src/a/a.ts:1 imports in a circle: src/a/a.ts -> src/a/b.ts -> src/b/c.ts -> src/a/a.ts',
    ]);
  });
});
