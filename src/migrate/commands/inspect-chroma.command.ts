import { resolve } from 'node:path';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { openChromaDirectory } from '../../chroma-directory/chroma-directory';
import { EXIT } from '../../cli/exit-code';
import { Progress } from '../../cli/progress';
import { SHIPPED_DIMENSION } from '../../embedding/shipped-model';
import { inspect } from '../inspection';
import { inspectionJson, inspectionText } from '../inspection-report';

interface InspectOptions {
  readonly json?: boolean;
  readonly allowLive?: boolean;
}

@Command({
  name: 'inspect-chroma',
  arguments: '<directory>',
  argsDescription: { directory: 'the one that holds chroma.sqlite3' },
  description:
    'Shows what a ChromaDB directory (0.4 to 1.5) holds and what would not migrate. Changes nothing.',
})
export class InspectChromaCommand extends CommandRunner {
  override async run([path]: [string], { json, allowLive }: InspectOptions): Promise<void> {
    const directory = openChromaDirectory(resolve(path), { allowLive });
    const records = directory.collections.reduce((sum, { count }) => sum + count, 0);
    const progress = new Progress(records, 'records', { quiet: true });
    try {
      const inspections = await inspect(directory, SHIPPED_DIMENSION, () => progress.advance());
      progress.end();
      console.log((json ? inspectionJson : inspectionText)(directory, inspections));
      if (inspections.some(({ userId, rejects }) => userId !== undefined && rejects.length > 0))
        process.exitCode = EXIT.findings;
    } finally {
      progress.end();
      directory.close();
    }
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--allow-live',
    description: 'reads although another process may be writing, from a temporary copy of the database file',
  })
  parseAllowLive(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Ends with 0, with 1 if memories would not migrate, 2 if called wrongly, 3 if the directory cannot be read.

Examples:
  npm run cli -- inspect-chroma ./data/chroma
  npm run --silent cli -- inspect-chroma ./data/chroma --json > report.json`;
  }
}
