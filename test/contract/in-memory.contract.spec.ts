import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { BackendUnderTest } from './contract-context';
import { describeMemoryBackend } from './memory-backend.contract';

async function inMemory(): Promise<BackendUnderTest> {
  const clock = new MovableClock();
  const backend = new InMemoryRepository(clock);
  await backend.connect();
  return { backend, clock, close: () => backend.close() };
}

describeMemoryBackend('in memory', inMemory);
