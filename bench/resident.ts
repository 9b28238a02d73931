import { execFileSync } from 'node:child_process';

/** What a process and its children have in memory, as `ps` counts it: pages that they share count twice. */
export function residentBytesOf(pid: number): number {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const kilobytes = processes
    .filter(([id, parent]) => id === pid || parent === pid)
    .reduce((sum, [, , resident]) => sum + resident, 0);
  return kilobytes * 1024;
}
