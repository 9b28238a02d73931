import { Memory, Statistics } from './memory';

type Counted = Pick<Memory, 'contentType' | 'sessionType' | 'sessionId' | 'occurredAt'> & {
  /** Vectors of the memory. */
  readonly chunks: number;
  /** Length of the text in UTF-16 units. */
  readonly characters: number;
};

/** The statistics of some memories, counted one by one. */
export function statisticsOf(memories: readonly Counted[]): Statistics {
  const times = memories.map(({ occurredAt }) => occurredAt.getTime()).sort((a, b) => a - b);
  const sessions = new Set(memories.map(({ sessionId }) => sessionId).filter((id) => id !== null));
  return {
    memories: memories.length,
    chunks: sum(memories.map(({ chunks }) => chunks)),
    characters: sum(memories.map(({ characters }) => characters)),
    byType: countsOf(memories.map(({ contentType }) => contentType)),
    bySessionType: countsOf(memories.flatMap(({ sessionType }) => sessionType ?? [])),
    sessions: sessions.size,
    oldest: times.length === 0 ? null : new Date(times[0]!),
    newest: times.length === 0 ? null : new Date(times.at(-1)!),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Own properties whatever the labels are, `__proto__` too. */
function countsOf(labels: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}
