import { REACH } from '../../candidates';
import { byEntryOccurrence, TenantEntry } from './tenant-entry';

/** One chunk of a memory. */
export interface ChunkPlace {
  readonly entry: TenantEntry;
  /** From 0. */
  readonly chunk: number;
}

type IsLive = (entry: TenantEntry) => boolean;

/** Who stands beside whom: the memories of each session in the order `(occurredAt, id)`. */
export class SessionIndex {
  private readonly sessions = new Map<number, TenantEntry[]>();

  add(entry: TenantEntry): void {
    const { sessionId } = entry.header;
    if (sessionId === null) return;
    const session = this.sessions.get(sessionId) ?? [];
    session.splice(placeIn(session, entry), 0, entry);
    this.sessions.set(sessionId, session);
  }

  remove(entry: TenantEntry): void {
    const { sessionId } = entry.header;
    if (sessionId === null) return;
    const session = this.sessions.get(sessionId) ?? [];
    const place = placeIn(session, entry);
    if (session[place] === entry) session.splice(place, 1);
    if (session.length === 0) this.sessions.delete(sessionId);
  }

  /** Up to `REACH` live chunks before one, the nearest first. */
  before({ entry, chunk }: ChunkPlace, isLive: IsLive): ChunkPlace[] {
    const places = Array.from({ length: chunk }, (_, i) => ({ entry, chunk: chunk - 1 - i }));
    return this.nearest(places, entry, -1, isLive);
  }

  /** Up to `REACH` live chunks behind one, the nearest first. */
  after({ entry, chunk }: ChunkPlace, isLive: IsLive): ChunkPlace[] {
    const places = Array.from({ length: entry.chunks - chunk - 1 }, (_, i) => ({
      entry,
      chunk: chunk + 1 + i,
    }));
    return this.nearest(places, entry, 1, isLive);
  }

  /** @param own the chunks of the same memory in that direction. */
  private nearest(own: ChunkPlace[], entry: TenantEntry, step: 1 | -1, isLive: IsLive): ChunkPlace[] {
    const { sessionId } = entry.header;
    const session = (sessionId === null ? undefined : this.sessions.get(sessionId)) ?? [];
    const places = own.slice(0, REACH);
    for (let at = placeIn(session, entry) + step; places.length < REACH && session[at]; at += step) {
      const other = session[at]!;
      if (!isLive(other)) continue;
      const chunks = Array.from({ length: other.chunks }, (_, chunk) => ({ entry: other, chunk }));
      places.push(...(step === 1 ? chunks : chunks.reverse()).slice(0, REACH - places.length));
    }
    return places;
  }
}

/** How many of a session come before a memory. */
function placeIn(session: readonly TenantEntry[], entry: TenantEntry): number {
  let low = 0;
  let high = session.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byEntryOccurrence(session[middle]!, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
