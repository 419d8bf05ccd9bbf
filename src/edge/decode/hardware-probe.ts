import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../lib/errors.ts';
import type { HardwareInUse, HardwareName } from './hardware-name.ts';

/** What is to be tried. */
export interface HardwareAsk {
  readonly asked: HardwareName;
  /** Path or index of the device; by default the first. */
  readonly device?: string | undefined;
}

/**
 * Finds out what decodes, by decoding a picture with it, in a process of its own: a driver that crashes or hangs takes that
 * process and not the node. Never rejects: what does not work is left for software, and `why` says so.
 */
export function probeHardware(
  ask: HardwareAsk,
  { timeoutMs = 30_000, file = new URL('./hardware-probe-process.ts', import.meta.url) } = {},
): Promise<HardwareInUse> {
  const { asked } = ask;
  if (asked === 'none') return Promise.resolve({ asked, used: 'software', why: 'software was asked for' });
  const limits = { timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: 2 ** 20 };
  return new Promise((resolve) => {
    execFile(process.execPath, [fileURLToPath(file), JSON.stringify(ask)], limits, (error, stdout) => {
      const software = (why: string) => resolve({ asked, used: 'software', why: `${asked}: ${why}` });
      if (error?.killed === true) return software(`its probe gave no answer in ${timeoutMs} ms`);
      if (error?.signal != null) return software(`its probe crashed with ${error.signal}`);
      if (error !== null) return software(`its probe ended with code ${error.code}`);
      try {
        resolve(JSON.parse(stdout) as HardwareInUse);
      } catch (unreadable) {
        software(`its probe gave no answer (${messageOf(unreadable)})`);
      }
    });
  });
}
