import { FallbackBackend } from '../../src/memory/selection/fallback-backend';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { describeMemoryBackend } from './memory-backend.contract';

describeMemoryBackend('that took over', async () => {
  const clock = new MovableClock();
  const backend = new FallbackBackend(new InMemoryRepository(clock));
  await backend.connect();
  await backend.handOver(new InMemoryRepository(clock));
  return { backend, clock, close: () => backend.close() };
});
