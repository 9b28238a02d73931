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
  before(place: ChunkPlace, isLive: IsLive): ChunkPlace[] {
    return nearest(this.walk(place, -1, isLive));
  }

  /** Up to `REACH` live chunks behind one, the nearest first. */
  after(place: ChunkPlace, isLive: IsLive): ChunkPlace[] {
    return nearest(this.walk(place, 1, isLive));
  }

  /** From a chunk through those of its own memory, then those of its session. */
  private *walk({ entry, chunk }: ChunkPlace, step: 1 | -1, isLive: IsLive): Generator<ChunkPlace> {
    for (let at = chunk + step; at >= 0 && at < entry.chunks; at += step) yield { entry, chunk: at };
    const { sessionId } = entry.header;
    const session = (sessionId === null ? undefined : this.sessions.get(sessionId)) ?? [];
    for (let place = placeIn(session, entry) + step; session[place]; place += step) {
      const other = session[place]!;
      if (!isLive(other)) continue;
      const first = step === 1 ? 0 : other.chunks - 1;
      for (let at = first; at >= 0 && at < other.chunks; at += step) yield { entry: other, chunk: at };
    }
  }
}

function nearest(places: Iterable<ChunkPlace>): ChunkPlace[] {
  const reached: ChunkPlace[] = [];
  for (const place of places) {
    reached.push(place);
    if (reached.length === REACH) break;
  }
  return reached;
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
