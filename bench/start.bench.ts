import { ServiceProcess } from '../test/support/service-process';
import { Benchmark } from './benchmark';
import { median } from './measure';
import { withDatabase } from './tenant-database';

const ROUNDS = 5;

export const start: Benchmark = {
  about: 'from the start of the process to the first request it could answer',
  run: async ({ database }) => [
    {
      what: 'embedded ChromaDB, an empty directory',
      unit: 's',
      measured: await secondsToStart({ MEMORY_BACKEND: 'chromadb' }),
      goal: '< 3 s',
    },
    {
      what: 'PostgreSQL, a database with its tables',
      unit: 's',
      measured: await withDatabase(database, async (DATABASE_URL) => {
        const environment = { MEMORY_BACKEND: 'postgresql', DATABASE_URL };
        await secondsToStart(environment);
        return secondsToStart(environment);
      }),
      goal: '< 2 s',
    },
  ],
};

async function secondsToStart(environment: Record<string, string>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const service = await ServiceProcess.start(environment);
    seconds.push((performance.now() - started) / 1000);
    await service.stop();
  }
  return median(seconds);
}
