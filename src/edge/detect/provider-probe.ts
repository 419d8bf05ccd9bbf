import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../lib/errors.ts';
import type { ProbeResult, ProviderName } from './provider.ts';

/** What is tried out. */
export interface ProbeAsk {
  readonly path: string;
  readonly provider: ProviderName;
  /** Name and dimensions of the model's input. */
  readonly inputName: string;
  readonly dims: readonly number[];
  readonly threads: number;
}

/**
 * Loads a model on a provider and runs it, in a process of its own: a driver that crashes or hangs takes that process and
 * not the node.
 */
export function probeProvider(
  ask: ProbeAsk,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly file?: URL },
): Promise<ProbeResult> {
  const file = fileURLToPath(options.file ?? new URL('./provider-probe-process.ts', import.meta.url));
  const { timeoutMs: timeout, signal } = options;
  const limits = { timeout, killSignal: 'SIGKILL', maxBuffer: 1 << 20, ...(signal && { signal }) } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [file, JSON.stringify(ask)], limits, (error, stdout, stderr) => {
      if (error === null) return resolve(answerOf(stdout));
      if (signal?.aborted === true) return resolve({ ok: false, why: 'not tried to the end' });
      if (error.killed === true) return resolve({ ok: false, why: `no answer in ${timeout} ms` });
      if (error.signal != null) return resolve({ ok: false, why: `its process crashed with ${error.signal}` });
      resolve({
        ok: false,
        why: `${lastError(stdout) ?? `its process ended with code ${error.code}`}${missing(stderr)}`,
      });
    });
  });
}

function answerOf(stdout: string): ProbeResult {
  try {
    return JSON.parse(stdout) as ProbeResult;
  } catch (error) {
    return { ok: false, why: `its process gave no answer (${messageOf(error)})` };
  }
}

function lastError(stdout: string): string | undefined {
  const answer = answerOf(stdout);
  return answer.ok || stdout === '' ? undefined : answer.why;
}

/** The runtime says only in its log which file it misses. */
function missing(stderr: string): string {
  const file = /error: (?:\S*\/)?([^/\s:]+: cannot open shared object file)/.exec(stderr)?.[1];
  return file === undefined ? '' : ` (${file}: docs/deploying.md says how to install it)`;
}
