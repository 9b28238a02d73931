import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module';
import { commandFailure } from './cli/command-failure';

async function main(): Promise<void> {
  await CommandFactory.run(CliModule, {
    abortOnError: false,
    // Commander would end the process itself, whatever is still open.
    errorHandler: (error) => {
      throw error;
    },
    serviceErrorHandler: report,
  });
}

function report(error: unknown): void {
  const { text, exitCode } = commandFailure(error);
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

main().catch(report);
