import { Memory, Statistics } from './memory';

type Counted = Pick<Memory, 'contentType' | 'sessionType' | 'sessionId' | 'occurredAt'>;

/** Of a memory: how many vectors it has, and the length of its text in UTF-16 units. */
interface Size {
  readonly chunks: number;
  readonly characters: number;
}

/** Counts memories one by one. */
export class StatisticsTally {
  private memories = 0;
  private chunks = 0;
  private characters = 0;
  private readonly byType = new Map<string, number>();
  private readonly bySessionType = new Map<string, number>();
  private readonly sessions = new Set<number>();
  private oldest = Infinity;
  private newest = -Infinity;

  add({ contentType, sessionType, sessionId, occurredAt }: Counted, { chunks, characters }: Size): void {
    this.memories++;
    this.chunks += chunks;
    this.characters += characters;
    countOne(this.byType, contentType);
    if (sessionType !== null) countOne(this.bySessionType, sessionType);
    if (sessionId !== null) this.sessions.add(sessionId);
    const time = occurredAt.getTime();
    this.oldest = Math.min(this.oldest, time);
    this.newest = Math.max(this.newest, time);
  }

  /** What was counted so far. */
  result(): Statistics {
    return {
      memories: this.memories,
      chunks: this.chunks,
      characters: this.characters,
      // Own properties whatever the labels are, `__proto__` too.
      byType: Object.fromEntries(this.byType),
      bySessionType: Object.fromEntries(this.bySessionType),
      sessions: this.sessions.size,
      oldest: this.memories === 0 ? null : new Date(this.oldest),
      newest: this.memories === 0 ? null : new Date(this.newest),
    };
  }
}

function countOne(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}
