import { EmbeddedMemory, NewMemory } from '../../src/memory/memory';
import { unitVector } from './vectors';

/** A memory of a conversation with nothing optional set. */
export function newMemory(overrides: Partial<NewMemory> = {}): NewMemory {
  return {
    externalId: null,
    project: null,
    sessionId: null,
    sessionType: null,
    agentId: null,
    speaker: null,
    contentType: 'conversation',
    content: 'The tea is in the blue tin.',
    metadata: {},
    expiresAt: null,
    ...overrides,
  };
}

/** A memory with its vectors, one chunk unless more are given. */
export function embedded(
  overrides: Partial<NewMemory> = {},
  vectors: Float32Array[] = [unitVector(1)],
): EmbeddedMemory {
  return { memory: newMemory(overrides), vectors };
}

/** What JSON makes of a value: what a store may do with one at most, such as 0 for -0. */
export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
