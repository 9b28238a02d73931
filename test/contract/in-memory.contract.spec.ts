import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { describeMemoryBackend } from './memory-backend.contract';

describeMemoryBackend('in memory', async () => {
  const clock = new MovableClock();
  const backend = new InMemoryRepository(clock);
  await backend.connect();
  return { backend, clock, close: () => backend.close() };
});
