import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's unit of processor time on Linux. */
const TICK_MS = 10;

/** Where proc(5) has the ticks in user mode and in the kernel, behind the name. */
const OWN = [11, 12];
const ENDED_CHILDREN = [13, 14];

/** Milliseconds that each thread of a process has had a processor, by its id; the main thread's is the process's. Linux only. */
export function threadTimes(pid: number): ReadonlyMap<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return new Map(threads.map((thread) => [thread, timeIn(`/proc/${pid}/task/${thread}/stat`)]));
}

/** The same for the processes that a process has started, also those that have ended, all their threads together. */
export function childrenTime(pid: number): number {
  const [ended, running] = [
    ticksOf(`/proc/${pid}/stat`, ENDED_CHILDREN),
    processes().filter((id) => parentOf(id) === pid),
  ];
  return running.reduce((ms, id) => ms + timeIn(`/proc/${id}/stat`), ended * TICK_MS);
}

export function parentOf(pid: number): number | undefined {
  return fieldsOf(`/proc/${pid}/stat`)?.map(Number)[1];
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function timeIn(file: string): number {
  return ticksOf(file, OWN) * TICK_MS;
}

function ticksOf(file: string, places: readonly number[]): number {
  const fields = fieldsOf(file);
  return places.reduce((ticks, place) => ticks + Number(fields?.[place] ?? 0), 0);
}

/** Those behind the name, which may have spaces; undefined of what has ended meanwhile. */
function fieldsOf(file: string): string[] | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
