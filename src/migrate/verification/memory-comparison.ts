import { createHash } from 'node:crypto';
import { dot } from '../../embedding/unit-vector';
import { canonicalJson } from '../../memory/json-value';
import type { ImportedMemory } from '../../memory/imported-memory';
import type { ImportRecord } from '../migration-target';
import { Difference, FoundMemory, Holder, LEAST_COSINE } from './verification';

/** A memory of the source beside the same one in the target. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** sha256 over text and metadata. */
  readonly digests: { readonly source: Buffer; readonly target: Buffer };
  /** Of each vector that could be compared. */
  readonly cosines: readonly number[];
}

/**
 * @param holder of the external id that the source has for it, if any: where that is another memory's, it had to take
 *   another name.
 * @param importedAt what stands for times that the source does not know: those of an earlier run are as good.
 */
export function compareMemories(
  { memory, vectors }: ImportRecord,
  found: FoundMemory,
  holder: Holder | undefined,
  importedAt: Date,
): Comparison {
  const digests = { source: digestOf(memory), target: digestOf(found.memory) };
  const cosines = vectors.flatMap((vector, chunk) => {
    const kept = found.vectors[chunk];
    return kept === undefined ? [] : [cosineOf(vector, kept)];
  });
  const isNamedAsExpected =
    found.memory.externalId === memory.externalId || (holder !== undefined && holder.id !== memory.id);
  const isSameText = memory.content === found.memory.content;
  // The source has none where the memory was embedded on the way.
  const chunks = vectors.length > 0 ? vectors.length : Math.max(1, found.vectors.length);
  const differs: Record<Exclude<Difference, 'missing' | 'surplus'>, boolean> = {
    text: !isSameText,
    metadata: !digests.source.equals(digests.target) && canonicalOf(memory) !== canonicalOf(found.memory),
    fields:
      !isNamedAsExpected ||
      fieldsOf(memory) !== fieldsOf(found.memory) ||
      !hasSameTimes(memory, found, importedAt),
    vectors: found.vectors.length !== chunks || cosines.some((cosine) => !(cosine >= LEAST_COSINE)),
    copies: !found.hasTrueCopies,
  };
  const differences = Object.entries(differs).flatMap(([kind, differing]) =>
    differing ? [kind as Difference] : [],
  );
  return { differences, digests, cosines };
}

function digestOf({ content, metadata }: Pick<ImportedMemory, 'content' | 'metadata'>): Buffer {
  return createHash('sha256')
    .update(canonicalJson([content, metadata]))
    .digest();
}

function canonicalOf({ metadata }: Pick<ImportedMemory, 'metadata'>): string {
  return canonicalJson(metadata);
}

/** Everything else that can be read of a memory, but for its times. */
function fieldsOf(memory: ImportedMemory): string {
  return JSON.stringify([
    memory.project,
    memory.sessionId,
    memory.sessionType,
    memory.agentId,
    memory.speaker,
    memory.contentType,
    memory.contentIsPreview,
    memory.expiresAt,
  ]);
}

function hasSameTimes(
  memory: ImportedMemory,
  { memory: found, isOfRun }: FoundMemory,
  importedAt: Date,
): boolean {
  return (['occurredAt', 'createdAt', 'updatedAt'] as const).every((key) => {
    const time = memory[key].getTime();
    return time === found[key].getTime() || (!isOfRun && time === importedAt.getTime());
  });
}

/** @returns NaN where one of them has no direction, or they are of different dimensions. */
function cosineOf(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return NaN;
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
