import type { JsonObject } from '../../memory/memory';
import { DIFFERENCES, Verification, VerifiedMemory } from './verification';

/** A verification for programs; part of what the commands promise. */
export function verificationJson(verification: Verification): JsonObject {
  const { passed, collections, differences, left, digests, vectors, nearest } = verification;
  return {
    passed,
    collections: collections.map(({ name, userId, changedSince, leftAsTheyWere, ...counts }) => ({
      name,
      user_id: userId,
      ...counts,
      changed_since: changedSince,
      left_as_they_were: leftAsTheyWere,
    })),
    differences: DIFFERENCES.flatMap((kind) => {
      const found = differences[kind];
      return found ? [{ kind, count: found.count, examples: found.examples.map(memoryJson) }] : [];
    }),
    left_as_they_were: { count: left.count, examples: left.examples.map(memoryJson) },
    digests: { source: digests.source, target: digests.target },
    vectors: {
      compared: vectors.compared,
      lowest_cosine: vectors.lowestCosine,
      not_in_source: vectors.notInSource,
    },
    nearest: {
      samples: nearest.samples,
      differing: nearest.differing.count,
      examples: nearest.differing.examples.map(({ memory, expected, found }) => ({
        ...memoryJson(memory),
        expected: [...expected],
        found: [...found],
      })),
    },
  };
}

function memoryJson({ userId, id, recordId, collection }: VerifiedMemory): JsonObject {
  return { user_id: userId, id, source_id: recordId, collection };
}
