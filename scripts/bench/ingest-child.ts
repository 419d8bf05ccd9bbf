import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { IngestOrder, IngestReport } from './ingest-report.ts';

const script = fileURLToPath(new URL('./ingest-process.ts', import.meta.url));

/** The measured process, seen from the bench. */
export class IngestChild {
  readonly #child: ChildProcess;

  /** `execArgv`: e.g. `--cpu-prof`. */
  constructor(options: { urls: readonly string[]; shards: number; execArgv?: readonly string[] }) {
    this.#child = fork(script, {
      execArgv: [...(options.execArgv ?? [])],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#send({ kind: 'start', urls: options.urls, shards: options.shards });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async report(options: { brief: boolean } = { brief: false }): Promise<IngestReport> {
    const answer = once(this.#child, 'message');
    this.#send({ kind: 'report', ...options });
    const [report] = await answer;
    return report as IngestReport;
  }

  /** Waits until so many cameras stream; resolves with the ms it took. */
  async streaming(count: number, limitMs: number): Promise<number> {
    const began = performance.now();
    for (;;) {
      const { streaming } = await this.report({ brief: true });
      const tookMs = performance.now() - began;
      if (streaming >= count) return tookMs;
      if (tookMs > limitMs) throw new Error(`after ${limitMs} ms only ${streaming} of ${count} cameras stream`);
      await pause(100);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#send({ kind: 'stop' });
    await gone;
  }

  #send(order: IngestOrder): void {
    this.#child.send(order);
  }
}

/** Lets real time pass: what a bench measures. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
