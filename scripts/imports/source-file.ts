import { dirname, join, normalize } from 'node:path/posix';
import * as ts from 'typescript';

/** What the rules need to know of a TypeScript file. Paths start at the root of the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly Import[];
  /** Lines that read `process.env`. */
  readonly environmentReads: readonly number[];
  /** Lines that use Nest's `forwardRef`. */
  readonly forwardRefs: readonly number[];
}

export interface Import {
  /** A file of the repository by its path, or a package by its name, scope included. */
  readonly target: string;
  readonly local: boolean;
  readonly line: number;
}

/** Reads the files given by path and text; an import of one of them is resolved to its path. */
export function parseFiles(texts: ReadonlyMap<string, string>): SourceFile[] {
  return [...texts].map(([path, text]) => parse(path, text, texts));
}

function parse(path: string, text: string, texts: ReadonlyMap<string, string>): SourceFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const imports: Import[] = [];
  const environmentReads: number[] = [];
  const forwardRefs: number[] = [];
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    const name = importedBy(node);
    if (name !== undefined) imports.push({ ...resolveImport(path, name, texts), line });
    if (ts.isPropertyAccessExpression(node) && node.getText(source) === 'process.env')
      environmentReads.push(line);
    if (ts.isIdentifier(node) && node.text === 'forwardRef') forwardRefs.push(line);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, imports, environmentReads, forwardRefs };
}

/** The module that an import, a re-export, `import(...)` or `require(...)` names. */
function importedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const loads = ts.isIdentifier(expression)
    ? expression.text === 'require'
    : expression.kind === ts.SyntaxKind.ImportKeyword;
  return loads ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function resolveImport(path: string, name: string, texts: ReadonlyMap<string, string>): Omit<Import, 'line'> {
  if (!name.startsWith('.'))
    return { target: name.split('/', name.startsWith('@') ? 2 : 1).join('/'), local: false };
  const target = normalize(join(dirname(path), name));
  const file = [`${target}.ts`, target.replace(/\.js$/, '.ts')].find((each) => texts.has(each));
  return { target: file ?? target, local: true };
}
