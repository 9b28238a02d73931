import type { RecordCounts } from './migration-run';

/** Times as long as the dry run, which reads and converts everything: docs/migration.md, "How long it takes". */
const WRITING = 2.5;
const COMPARING = 7;

/** Texts without a vector that two cores embed per second, a page each, with the model of this service. */
const EMBEDDED_PER_SECOND = 100;

/**
 * How long it would take to do what a dry run found, judged by how long that took: on the same machine, from the same
 * source. It tells minutes from hours; a target on another machine may be slower.
 */
export function estimatedSeconds(
  { memories, inserted, overwritten, embedded }: RecordCounts,
  seconds: number,
): { readonly writing: number; readonly comparing: number } {
  const written = (inserted + overwritten) / Math.max(1, memories);
  return {
    // What is not written is still read and looked up.
    writing: Math.ceil(seconds * (1 - written + written * WRITING) + embedded / EMBEDDED_PER_SECOND),
    comparing: Math.ceil(seconds * COMPARING),
  };
}
