import { LazyModuleLoader } from '@nestjs/core';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { EXIT, UsageError } from '../../cli/exit-code';
import { APP_CONFIG, AppConfig } from '../../config/app-config';
import { ConfigModule } from '../../config/config.module';
import { SHIPPED_DIMENSION } from '../../embedding/shipped-model';
import { LocalChroma } from './local-chroma';
import { localChroma } from './open-chroma';

interface AdoptOptions {
  readonly allowLive?: boolean;
}

@Command({
  name: 'adopt-chroma',
  description:
    'Copies the memories of a ChromaDB directory of the earlier service, named by CHROMA_PATH, into a directory of this ' +
    'one beside it; later calls bring what was written to the original since. Changes nothing in the original.',
})
export class AdoptChromaCommand extends CommandRunner {
  constructor(private readonly modules: LazyModuleLoader) {
    super();
  }

  override async run(_none: string[], { allowLive }: AdoptOptions): Promise<void> {
    const config = await this.config();
    if (config.chroma.url !== undefined)
      throw new UsageError(
        'CHROMA_URL is set: what that server has is served as it is, there is nothing to copy.',
      );
    const chroma = localChroma(config, {
      clock: { now: () => new Date() },
      log: { debug: () => undefined, log: (line) => console.log(line), warn: (line) => console.error(line) },
      dimension: () => config.embedding.dimensions ?? SHIPPED_DIMENSION,
      allowLive,
      bringLater: true,
    });
    try {
      await chroma.start();
      report(chroma, config);
    } finally {
      await chroma.stop();
    }
  }

  @Option({
    flags: '--allow-live',
    description: 'copies although another process may be writing to the original, as it is at this moment',
  })
  parseAllowLive(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
The service does the same at its first start. It must not be running.
Ends with 0, with 1 if memories stay as they are here because they were changed here, 2 if called wrongly, 3 if the
original cannot be read.

Examples:
  CHROMA_PATH=./data/chroma npm run cli -- adopt-chroma
  CHROMA_PATH=./data/chroma npm run cli -- adopt-chroma --allow-live`;
  }

  /** Only where it is wanted: other commands work whatever the environment says. */
  private async config(): Promise<AppConfig> {
    const module = await this.modules.load(() => ConfigModule);
    return module.get<AppConfig>(APP_CONFIG);
  }
}

function report({ isCopy, remark, brought }: LocalChroma, { chroma }: AppConfig): void {
  console.log(isCopy ? remark : `${chroma.path} is no directory of the earlier service: nothing to copy.`);
  if (brought === undefined) return;
  const memories = brought.memories.toLocaleString('en');
  console.log(`Brought what was written to the original since: ${memories} memories.`);
  if (brought.kept.length === 0) return;
  console.log(`These stay as they are here, because they were changed here: ${brought.kept.join(', ')}`);
  process.exitCode = EXIT.findings;
}
