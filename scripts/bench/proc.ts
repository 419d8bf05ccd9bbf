import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc/PID/stat`: 100 on every Linux that Node runs on (proc(5), sysconf(3)). */
const ticksPerSecond = 100;

/** What a process uses, from `/proc` (proc(5)). */
export interface ProcessUse {
  /** User and system time since it began, in steps of 10 ms; of its threads, not of its children. */
  readonly cpuS: number;
  readonly rssMb: number;
  /** Proportional: pages shared by several processes count in parts. */
  readonly pssMb: number;
}

/** Reads a process; undefined when it is gone. */
export function processUse(pid: number): ProcessUse | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; fields are counted from behind it: 14 is utime, 15 stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN);
    return {
      cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      rssMb: kb('Rss') / 1024,
      pssMb: kb('Pss') / 1024,
    };
  } catch {
    return undefined;
  }
}

/** Open file descriptors of a process; NaN when it is gone. */
export function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}

/** One-minute load average: what else the machine had to do. */
export function loadAverage(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
}

/** User and system seconds of a process, of all it started that still run, and of those that ended and were waited for. */
export function treeCpuS(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // 14 utime, 15 stime, 16 cutime, 17 cstime (proc(5)).
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const own = fields.reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
    return children.reduce((sum, child) => sum + treeCpuS(Number(child)), own);
  } catch {
    // It ended meanwhile: its parent counts it from now on.
    return 0;
  }
}
