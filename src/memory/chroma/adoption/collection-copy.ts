import { createHash } from 'node:crypto';
import { AdoptedCollection } from './adoption-record';
import { canonical, CarriedMemory, isSameMemory, isZero } from './carried-memory';
import { SourceBatches } from './source-batches';

/** Writes what is missing in the copy of a collection, or differs from the original. Can be repeated. */
export async function copyCollection(batches: SourceBatches): Promise<void> {
  const { source, target } = batches;
  const isNew = (await target.count(source.userId)) === 0;
  for await (const batch of batches.read()) {
    const stored = isNew ? new Map<string, CarriedMemory>() : await batches.stored(batch);
    const missing = batch.filter((carried) => !isSameMemory(carried, stored.get(carried.memory.id)));
    await target.write(source.userId, missing);
  }
}

/**
 * Reads the copy of a collection back and compares it with the original.
 *
 * @throws StartupError naming the first memory that is missing or differs.
 */
export async function verifyCollection(batches: SourceBatches): Promise<AdoptedCollection> {
  const { collection, userId } = batches.source;
  const digest = createHash('sha256');
  let memories = 0;
  let withoutDirection = 0;
  for await (const batch of batches.read()) {
    const stored = await batches.stored(batch);
    for (const carried of batch) {
      const copy = stored.get(carried.memory.id);
      if (copy === undefined || !isSameMemory(carried, copy)) throw batches.unequal(carried.memory.id);
      digest.update(canonical(copy.memory)).update(copy.vector);
      if (isZero(carried.vector)) withoutDirection++;
      memories++;
    }
  }
  const counted = await batches.target.count(userId);
  if (counted !== memories) throw batches.unequal(`it has ${counted} memories instead of ${memories}`);
  return {
    id: collection.id,
    name: collection.name,
    userId,
    records: collection.count,
    memories,
    withoutDirection,
    sequence: collection.sequence,
    digest: digest.digest('hex'),
    notCopied: batches.notCopied.rejects,
  };
}
