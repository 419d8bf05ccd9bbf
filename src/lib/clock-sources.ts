import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { ClockState } from './clock-state.ts';

/** What one source says of the machine's clock. */
export interface SourceWord {
  readonly state: Exclude<ClockState, 'unknown'>;
  readonly source: string;
  /** How far the clock is from the reference, in ms, where the source says so. */
  readonly offsetMs?: number;
}

/** A question to one of the programs that keep time, and how its answer is read; undefined: it does not say. */
interface Question {
  readonly source: string;
  readonly command: string;
  readonly args: readonly string[];
  read(answer: string): Omit<SourceWord, 'source'> | undefined;
}

/** A program that hangs must not pile up. */
const timeoutMs = 2_000;
/** systemd-timesyncd touches it whenever it has followed a server since the machine started. */
const timesyncMark = '/run/systemd/timesync/synchronized';

/**
 * In the order they are believed: a daemon that disciplines the clock knows more than the kernel, which is only told of it.
 * Node cannot call adjtimex(2); `timedatectl` and `adjtimex` read its STA_UNSYNC for us. Where a program is not installed
 * the question costs one failed exec.
 */
const questions: readonly Question[] = [
  { source: 'chrony', command: 'chronyc', args: ['-n', '-c', 'tracking'], read: readChrony },
  { source: 'ntpd', command: 'ntpq', args: ['-n', '-c', 'rv 0 leap,stratum,offset'], read: readNtpd },
  { source: 'ptp', command: 'pmc', args: ['-u', '-b', '0', 'GET TIME_STATUS_NP'], read: readPtp },
  { source: 'kernel', command: 'timedatectl', args: ['show', '--property=NTPSynchronized'], read: readTimedatectl },
  { source: 'kernel', command: 'adjtimex', args: ['--print'], read: readAdjtimex },
];

/** Asks one after the other who keeps this machine's clock; the first that knows answers. Undefined: nobody does. */
export async function askClockSources(options: { path?: string; mark?: string } = {}): Promise<SourceWord | undefined> {
  for (const { source, command, args, read } of questions) {
    const answer = await ask(command, args, options.path);
    const word = answer === undefined ? undefined : read(answer);
    if (word !== undefined) return { source, ...word };
  }
  const marked = await stat(options.mark ?? timesyncMark).catch(() => undefined);
  return marked === undefined ? undefined : { source: 'timesyncd', state: 'synchronised' };
}

/** CSV: reference, name, stratum, time, offset in s (fast is positive), …, leap status (chronyc(1), `tracking`). */
export function readChrony(answer: string): Omit<SourceWord, 'source'> | undefined {
  const fields = answer.trim().split('\n')[0]?.split(',') ?? [];
  const leap = fields[13];
  if (leap === undefined) return undefined;
  return { state: leap === 'Not synchronised' ? 'unsynchronised' : 'synchronised', ...offset(fields[4], 1000) };
}

/** `leap=00, stratum=2, offset=0.123`: leap 3 (`11`) is the alarm condition (RFC 5905 §7.3), offset is in ms. */
export function readNtpd(answer: string): Omit<SourceWord, 'source'> | undefined {
  const leap = /leap=(\d+)/.exec(answer)?.[1];
  if (leap === undefined) return undefined;
  const isAlarm = leap === '11' || leap === '3';
  return { state: isAlarm ? 'unsynchronised' : 'synchronised', ...offset(/offset=(-?[\d.]+)/.exec(answer)?.[1], 1) };
}

/** linuxptp's `gmPresent` and `master_offset` (ns): beyond a millisecond the servo has not locked yet. */
export function readPtp(answer: string): Omit<SourceWord, 'source'> | undefined {
  const present = /gmPresent\s+(true|false)/.exec(answer)?.[1];
  const nanoseconds = /master_offset\s+(-?\d+)/.exec(answer)?.[1];
  if (present === undefined || nanoseconds === undefined) return undefined;
  const isLocked = present === 'true' && Math.abs(Number(nanoseconds)) < 1_000_000;
  return { state: isLocked ? 'synchronised' : 'unsynchronised', ...offset(nanoseconds, 1e-6) };
}

/** The kernel's word: no longer `yes` once its error bound has grown beyond 16 s, some nine hours after the last correction. */
export function readTimedatectl(answer: string): Omit<SourceWord, 'source'> | undefined {
  const value = /^NTPSynchronized=(yes|no)$/m.exec(answer)?.[1];
  return value === undefined ? undefined : { state: value === 'yes' ? 'synchronised' : 'unsynchronised' };
}

/** `status: N`: STA_UNSYNC is 0x40 (adjtimex(2)). */
export function readAdjtimex(answer: string): Omit<SourceWord, 'source'> | undefined {
  const status = /^\s*status:\s*(\d+)/m.exec(answer)?.[1];
  return status === undefined
    ? undefined
    : { state: (Number(status) & 0x40) === 0 ? 'synchronised' : 'unsynchronised' };
}

function offset(text: string | undefined, toMs: number): { offsetMs?: number } {
  const value = text === undefined || text === '' ? Number.NaN : Number(text) * toMs;
  return Number.isFinite(value) ? { offsetMs: value } : {};
}

function ask(command: string, args: readonly string[], path = process.env['PATH']): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { PATH: path, LC_ALL: 'C' };
    const child = execFile(command, [...args], { env, timeout: timeoutMs, maxBuffer: 65_536 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
    child.unref();
  });
}
