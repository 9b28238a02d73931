import { Memory } from '../../memory';
import { AdoptedCollection } from './adoption-record';
import { AdoptionTarget } from './adoption-target';
import { CarriedMemory, isSameMemory, isZero } from './carried-memory';
import { SourceBatches } from './source-batches';

/** What came of bringing what was written to a collection after it was copied. */
export interface BroughtLater {
  readonly adopted: AdoptedCollection;
  /** Memories that were new or had changed in the original. */
  readonly brought: number;
  /** External ids of memories that stay as they are here: changed here, or given to another memory here. */
  readonly kept: readonly string[];
}

/**
 * Brings what was written to a collection of the original after it was copied, and reads it back. What was changed here
 * meanwhile stays; what was deleted here stays deleted unless the original stored it again.
 *
 * @param earlier of the same collection; none where it came later.
 */
export async function bringLaterWrites(
  batches: SourceBatches,
  earlier: AdoptedCollection | undefined,
): Promise<BroughtLater> {
  const { target, source } = batches;
  const since = earlier?.sequence ?? 0;
  const kept: string[] = [];
  let [brought, added, withoutDirection] = [0, 0, 0];
  for await (const batch of batches.read(({ sequence }) => sequence > since)) {
    const stored = await batches.stored(batch);
    const wanted: CarriedMemory[] = [];
    for (const carried of batch) {
      const copy = stored.get(carried.memory.id);
      if (isSameMemory(carried, copy)) continue;
      const isKept = await staysAsItIs(target, carried.memory, copy?.memory);
      if (isKept) kept.push(carried.memory.externalId ?? carried.memory.id);
      else wanted.push(carried);
    }
    await writeAndCompare(batches, wanted);
    brought += wanted.length;
    const created = wanted.filter(({ memory }) => !stored.has(memory.id));
    added += created.length;
    withoutDirection += created.filter(({ vector }) => isZero(vector)).length;
  }
  const { id, name, count: records, sequence } = source.collection;
  const adopted = {
    id,
    name,
    userId: source.userId,
    records,
    memories: (earlier?.memories ?? 0) + added,
    withoutDirection: (earlier?.withoutDirection ?? 0) + withoutDirection,
    sequence,
    digest: earlier?.digest ?? null,
    notCopied: batches.notCopied.rejects,
  };
  return { adopted, brought, kept };
}

async function writeAndCompare(batches: SourceBatches, wanted: readonly CarriedMemory[]): Promise<void> {
  await batches.target.write(batches.source.userId, wanted);
  const written = await batches.stored(wanted);
  for (const carried of wanted)
    if (!isSameMemory(carried, written.get(carried.memory.id))) throw batches.unequal(carried.memory.id);
}

/** A copied memory that nobody has touched was updated when it was created. */
async function staysAsItIs(
  target: AdoptionTarget,
  memory: Memory,
  copy: Memory | undefined,
): Promise<boolean> {
  if (copy) return copy.updatedAt > copy.createdAt;
  return memory.externalId !== null && (await target.find(memory.userId, memory.externalId)) !== undefined;
}
