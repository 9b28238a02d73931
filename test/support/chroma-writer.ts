import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { embedded } from './memories';
import { unitVector } from './vectors';

/**
 * A process to be killed in tests, right after the acknowledgement that it prints. Its memory `key` has three chunks before
 * the last write: `store` adds another, `update` revises it, `replace` gives it one chunk.
 */
async function main(directory: string, lastWrite: string): Promise<void> {
  const log = { debug: () => undefined, warn: () => undefined };
  const backend = new ChromaMemoryRepository(
    new ChromaServer({ directory, log }),
    { now: () => new Date() },
    { shared: false, mostVectors: 1_000, mostBytes: 1e8 },
  );
  await backend.connect();
  const before = { externalId: 'key', content: 'before', metadata: { old: 1, kept: 1 } };
  await backend.store(1, [embedded(before, [1, 2, 3].map(unitVector))]);
  switch (lastWrite) {
    case 'store':
      await backend.store(1, [embedded({ externalId: 'new', content: 'new' }, [4, 5].map(unitVector))]);
      break;
    case 'update':
      await backend.update(1, 'key', (memory) => ({ ...memory, metadata: { kept: 1, added: 2 } }));
      break;
    case 'replace':
      await backend.store(1, [
        embedded({ ...before, content: 'after', metadata: { kept: 2 } }, [unitVector(6)]),
      ]);
      break;
  }
  process.stdout.write('acknowledged\n');
}

void main(process.argv[2]!, process.argv[3]!);
