import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
/** What a Nest application has installed, beside this package. */
const INSTALLED = ['@nestjs', 'reflect-metadata', 'rxjs', '@types'];

/** The first program of docs/extending.md, and what it says that it prints. */
function documentedProgram(): { source: string; prints: string } {
  const document = readFileSync(join(ROOT, 'docs/extending.md'), 'utf8');
  const source = /```ts\n([^]*?)```/.exec(document)![1]!;
  return { source, prints: /\n\/\/ (.*)\n$/.exec(source)![1]! };
}

describe('the program of docs/extending.md', () => {
  const { source, prints } = documentedProgram();
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'wisdom-library-'));
    mkdirSync(join(directory, 'node_modules'));
    symlinkSync(ROOT, join(directory, 'node_modules/wisdom-memory'));
    for (const name of INSTALLED)
      symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('compiles against the built package, and prints what it says', () => {
    const file = join(directory, 'garden.ts');
    ts.sys.writeFile(file, source);
    const program = ts.createProgram([file], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      strict: true,
      skipLibCheck: true,
      types: ['node'],
    });
    const { diagnostics } = program.emit();
    const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    const printed = execFileSync(process.execPath, ['garden.js'], { cwd: directory, encoding: 'utf8' });
    expect(printed.replace(/\s+/g, ' ').trim()).toBe(prints);
  }, 60_000);
});
