import { version } from 'uuid';
import type { OnConflict, Renamed } from './migration-run';
import type { ImportRecord } from './migration-target';

/** A memory that the target has, as far as it matters for what becomes of another. */
export interface HeldMemory {
  readonly id: string;
  readonly externalId: string | null;
  readonly updatedAt: Date;
  /** The run that wrote it last. */
  readonly importRunId: string | null;
  /** Whether that run replaced an earlier one by it. */
  readonly isReplacement: boolean;
}

/** What is to become of a memory. */
export type Decision =
  | { readonly kind: 'insert'; readonly record: ImportRecord; readonly renamed?: Renamed }
  /** `held` has its id, or its external id and another id; then it makes way. */
  | { readonly kind: 'overwrite'; readonly record: ImportRecord; readonly held: HeldMemory }
  | { readonly kind: 'skip'; readonly newerInSource: boolean }
  /** This run has dealt with it before it was broken off. */
  | { readonly kind: 'done'; readonly as: 'insert' | 'overwrite' };

export interface DecisionContext {
  /** Of the collection that the memories are from. */
  readonly collection: string;
  readonly runId: string;
  readonly onConflict: OnConflict;
  readonly externalIdBytes: number;
}

/** What the target has of a user, as far as a batch touches it; what the batch adds counts too. */
export class HeldMemories {
  private readonly byId = new Map<string, HeldMemory>();
  private readonly byExternalId = new Map<string, HeldMemory>();

  constructor(memories: readonly HeldMemory[]) {
    for (const memory of memories) this.add(memory);
  }

  add(memory: HeldMemory): void {
    this.byId.set(memory.id, memory);
    if (memory.externalId !== null) this.byExternalId.set(memory.externalId, memory);
  }

  ofId(id: string): HeldMemory | undefined {
    return this.byId.get(id);
  }

  ofExternalId(externalId: string | null): HeldMemory | undefined {
    return externalId === null ? undefined : this.byExternalId.get(externalId);
  }
}

/**
 * What becomes of each memory of a batch: docs/adr/0010-how-a-migration-runs.md, "What is there already".
 *
 * @param held must know everything that has an id or external id of the batch, or a second name of those that need one.
 */
export function decide(
  records: readonly ImportRecord[],
  held: HeldMemories,
  context: DecisionContext,
): Decision[] {
  return records.map((record) => {
    const decision = decideOne(record, held, context);
    if (decision.kind === 'insert' || decision.kind === 'overwrite')
      held.add(asHeld(decision.record, context));
    return decision;
  });
}

/** Those of a batch that are to be written. `held` as for `decide`. */
export function toBeWritten(
  records: readonly ImportRecord[],
  held: HeldMemories,
  context: DecisionContext,
): ImportRecord[] {
  const decisions = decide(records, held, context);
  return records.filter((_, i) => ['insert', 'overwrite'].includes(decisions[i]!.kind));
}

/**
 * Whether two memories of one external id are two all the same: imports of two collections, or both of this run. Otherwise
 * it is one memory that was stored in two places.
 */
export function isNamesake(
  { memory }: ImportRecord,
  held: Pick<HeldMemory, 'id' | 'importRunId'> | undefined,
  { runId }: Pick<DecisionContext, 'runId'>,
): boolean {
  if (held === undefined || held.id === memory.id) return false;
  const isOfThisRun = held.importRunId === runId;
  return isOfThisRun || (isImported(held.id) && isImported(memory.id));
}

/** The name that a memory gets whose external id is another one's. */
export function secondName({ memory }: ImportRecord, { collection }: DecisionContext): string {
  return `${collection}:${memory.externalId}`;
}

function decideOne(record: ImportRecord, held: HeldMemories, context: DecisionContext): Decision {
  const { memory } = record;
  const same = held.ofId(memory.id);
  const named = held.ofExternalId(memory.externalId);
  if (same) {
    // Whoever had to take another name keeps it.
    const externalId = named && named.id !== same.id ? same.externalId : memory.externalId;
    return decideHeld(withExternalId(record, externalId), same, context);
  }
  if (!named) return { kind: 'insert', record };
  if (!isNamesake(record, named, context)) return decideHeld(record, named, context);
  const name = secondName(record, context);
  const isFree = Buffer.byteLength(name) <= context.externalIdBytes && !held.ofExternalId(name);
  const externalId = isFree ? name : null;
  const renamed = { recordId: record.recordId, externalId };
  return { kind: 'insert', record: withExternalId(record, externalId), renamed };
}

function decideHeld(record: ImportRecord, held: HeldMemory, context: DecisionContext): Decision {
  if (held.importRunId === context.runId)
    return { kind: 'done', as: held.isReplacement ? 'overwrite' : 'insert' };
  const newerInSource = record.changedAt !== null && record.changedAt > held.updatedAt;
  const isWanted = context.onConflict === 'overwrite' || (context.onConflict === 'newer' && newerInSource);
  return isWanted ? { kind: 'overwrite', record, held } : { kind: 'skip', newerInSource };
}

function withExternalId(record: ImportRecord, externalId: string | null): ImportRecord {
  return { ...record, memory: { ...record.memory, externalId } };
}

/** Ids of imports are UUIDs of a version of their own. */
function isImported(id: string): boolean {
  return version(id) === 8;
}

function asHeld({ memory }: ImportRecord, { runId }: DecisionContext): HeldMemory {
  const { id, externalId, updatedAt } = memory;
  return { id, externalId, updatedAt, importRunId: runId, isReplacement: false };
}
