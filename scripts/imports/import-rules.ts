import { importCircles } from './import-circles';
import { Import, SourceFile } from './source-file';

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

/** Packages that only some places know: the beginning of a path, or a pattern of one. */
const PACKAGES: readonly { readonly packages: RegExp; readonly places: readonly (string | RegExp)[] }[] = [
  {
    packages: /^(typeorm|@nestjs\/typeorm|pg|pg-.+|pgvector|@electric-sql\/.+)$/,
    places: [/^src\/[\w-]+\/postgres\//, 'src/data-source.ts', 'migrations/'],
  },
  { packages: /^chromadb/, places: ['src/memory/chroma/', 'src/migrate/'] },
  {
    packages: /^libsql$/,
    places: ['src/chroma-directory/', 'src/memory/chroma/', 'src/memory/directory-lock.ts'],
  },
  { packages: /^(@huggingface\/.+|onnxruntime-.+)$/, places: ['src/embedding/'] },
  // What tests and benchmarks compare with is not installed beside the product.
  { packages: /^@xenova\/transformers$/, places: [] },
  { packages: /^prom-client$/, places: ['src/metrics/'] },
  { packages: /^(pino|pino-.+|nestjs-pino)$/, places: ['src/logging/'] },
  { packages: /^@nestjs\/config$/, places: ['src/config/'] },
  { packages: /^nest-commander$/, places: ['src/cli', /\.command\.ts$/] },
];

/** Files that may know Nest have a role in their name; what has none is plain TypeScript. */
const NEST_ROLE =
  /^src\/(main|cli|migration)\.ts$|\.(module|controller|service|setup|dto|decorator|filter|interceptor|middleware|guard|pipe|provider|repository|indicator|command|swagger|adapter)\.ts$/;

/** Of another feature one takes what it exports to Nest or promises as plain types, not how it does it. */
const INTERNAL_ROLE = /\.(controller|repository|dto|interceptor|middleware|indicator)\.ts$/;

/** Every feature may use these, and they know none. */
const SHARED = ['common', 'config'];

/** Could be packages of their own: they know no feature, and not the shared folders either. */
const ALONE = ['chroma-directory'];

/** Carrying memories from one store into another takes the insides of both. */
const STORES = ['src/memory/chroma/', 'src/memory/postgres/'];

const NAMELESS = /(^|\/)(utils?|helpers?|misc|index)\.ts$/;
const KEBAB_CASE = /(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/;

/** Named as TypeORM orders them: by the time that the name begins with. */
const MIGRATION = /^migrations\/\d{13}-[A-Z][A-Za-z]+\.ts$/;

/** Everything in these files that is against the rules of where things go. Tests may import what they need. */
export function violationsOf(files: readonly SourceFile[]): Violation[] {
  const product = files.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.spec.ts'));
  return [
    ...files.flatMap(nameViolations),
    ...product.flatMap(importViolations),
    ...product.flatMap(useViolations),
    ...importCircles(files).map((circle) => ({
      path: circle[0]!,
      line: 1,
      problem: `imports in a circle: ${[...circle, circle[0]].join(' -> ')}`,
    })),
  ];
}

function nameViolations({ path }: SourceFile): Violation[] {
  const problems = [
    ...(KEBAB_CASE.test(path) || MIGRATION.test(path) ? [] : ['name it in kebab-case plus a role']),
    ...(NAMELESS.test(path) ? ['name it after what it holds'] : []),
  ];
  return problems.map((problem) => ({ path, line: 1, problem }));
}

function importViolations({ path, imports }: SourceFile): Violation[] {
  return imports.flatMap((imported) =>
    [imported.local ? localProblem(path, imported.target) : packageProblem(path, imported)]
      .filter((reason) => reason !== undefined)
      .map((reason) => ({ path, line: imported.line, problem: `imports ${imported.target}: ${reason}` })),
  );
}

function packageProblem(path: string, { target }: Import): string | undefined {
  const rule = PACKAGES.find(({ packages }) => packages.test(target));
  if (rule !== undefined && !rule.places.some((place) => isIn(place, path)))
    return rule.places.length === 0
      ? 'nothing of the product may'
      : `only ${rule.places.map(String).join(', ')} may`;
  if (target.startsWith('@nestjs/') && !NEST_ROLE.test(path))
    return 'a file whose name has no role is plain TypeScript and knows nothing of Nest';
  return undefined;
}

function localProblem(path: string, target: string): string | undefined {
  if (!target.startsWith('src/')) return 'the product knows nothing outside src';
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to || from === undefined) return undefined;
  if (to === undefined) return 'features know nothing of what puts them together';
  if (ALONE.includes(from)) return `${from} stands alone`;
  if (SHARED.includes(to)) return undefined;
  if (SHARED.includes(from)) return `${from} knows no feature`;
  if (from === 'migrate' && STORES.some((store) => target.startsWith(store))) return undefined;
  if (target.split('/').length > 3) return `what lies deeper is an affair of ${to} alone`;
  if (INTERNAL_ROLE.test(target)) return 'features meet through exported providers and plain types';
  return undefined;
}

function useViolations({ path, environmentReads, forwardRefs }: SourceFile): Violation[] {
  const reads = folderOf(path) === 'config' ? [] : environmentReads;
  return [
    ...reads.map((line) => ({
      path,
      line,
      problem: 'reads process.env: only src/config does; inject APP_CONFIG',
    })),
    ...forwardRefs.map((line) => ({ path, line, problem: 'uses forwardRef: cut the circle instead' })),
  ];
}

/** The feature, or undefined for the files that put the features together. */
function folderOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1] : undefined;
}

function isIn(place: string | RegExp, path: string): boolean {
  return typeof place === 'string' ? path.startsWith(place) : place.test(path);
}
