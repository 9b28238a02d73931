import { firstWordOf } from '../../../words/question-names';
import type { TenantEntry } from './tenant-entry';

/** The speakers of one user's memories, by the first words of their names. */
export class SpeakerIndex {
  /** First word -> name -> how many memories are theirs. */
  private readonly names = new Map<string, Map<string, number>>();

  add(entry: TenantEntry): void {
    this.count(entry, 1);
  }

  remove(entry: TenantEntry): void {
    this.count(entry, -1);
  }

  /** @param without memories that do not count. */
  find(firstWords: readonly string[], without: readonly TenantEntry[]): string[] {
    const gone = new Map<string, number>();
    for (const { header } of without)
      if (header.speaker !== null) gone.set(header.speaker, (gone.get(header.speaker) ?? 0) + 1);
    return [...new Set(firstWords)].flatMap((word) =>
      [...(this.names.get(word) ?? [])]
        .filter(([name, memories]) => memories > (gone.get(name) ?? 0))
        .map(([name]) => name),
    );
  }

  private count({ header: { speaker } }: TenantEntry, by: 1 | -1): void {
    if (speaker === null) return;
    const word = firstWordOf(speaker);
    const names = this.names.get(word) ?? new Map<string, number>();
    const memories = (names.get(speaker) ?? 0) + by;
    if (memories > 0) names.set(speaker, memories);
    else names.delete(speaker);
    if (names.size > 0) this.names.set(word, names);
    else this.names.delete(word);
  }
}
