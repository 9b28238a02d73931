import { ServiceProcess } from '../test/support/service-process';
import { Benchmark } from './benchmark';
import { median } from './measure';

const ROUNDS = 5;

export const start: Benchmark = {
  about: 'from the start of the process to the first request it could answer',
  run: async () => [
    {
      what: 'embedded ChromaDB, an empty directory',
      unit: 's',
      measured: await secondsToStart({ MEMORY_BACKEND: 'chromadb' }),
      goal: '< 3 s',
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
