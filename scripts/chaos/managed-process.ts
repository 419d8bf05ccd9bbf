import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FireOrder, KillPoint } from './kill-points.ts';
import type { NodeOrder, NodeWord } from './node-protocol.ts';

const underFire = new URL('./under-fire.ts', import.meta.url).href;

/** How a life of a process ended. */
export interface ProcessEnd {
  /** `killed`: by the campaign; `point`: at an instant that was ordered; `itself`: neither. */
  readonly by: 'killed' | 'point' | 'itself';
  readonly code: number | string;
}

/** One of our services in a process of its own, over as many lives as it takes. Its log is one file. */
export class ManagedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #upWord: RegExp;
  readonly #onWord: (word: NodeWord) => void;
  readonly #onEnd: (end: ProcessEnd) => void;
  #child: ChildProcess | undefined;
  #offsetMs = 0;
  /** Whether it was to die at some instant of this life. */
  #wasArmed = false;
  #killed = false;
  #lives = 0;
  /** Length of the log when this life began. */
  #logFrom = 0;

  constructor(options: {
    name: string;
    script: URL;
    args: readonly string[];
    logFile: string;
    env?: Readonly<Record<string, string>>;
    /** What its log says once it works. */
    upWord: RegExp;
    onWord?: (word: NodeWord) => void;
    onEnd: (end: ProcessEnd) => void;
  }) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.#args = [fileURLToPath(options.script), ...options.args];
    this.#env = options.env ?? {};
    this.#upWord = options.upWord;
    this.#onWord = options.onWord ?? (() => undefined);
    this.#onEnd = options.onEnd;
  }

  get runs(): boolean {
    return this.#child !== undefined;
  }

  /** How often it was started. */
  get lives(): number {
    return this.#lives;
  }

  /** Starts it, unless it runs; its clock stands where it was set last. */
  start(): void {
    if (this.#child !== undefined) return;
    this.#logFrom = statSync(this.logFile, { throwIfNoEntry: false })?.size ?? 0;
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, ['--import', underFire, ...this.#args], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, MAPLEBRIDGE_LOG: 'info', ...this.#env, CHAOS_CLOCK_OFFSET_MS: String(this.#offsetMs) },
    });
    closeSync(log);
    this.#child = child;
    this.#killed = false;
    this.#wasArmed = false;
    this.#lives += 1;
    child.on('message', (word) => this.#onWord(word as NodeWord));
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      // An instant that is called off may come all the same, just before the word arrives.
      const by = this.#killed ? 'killed' : this.#wasArmed && signal === 'SIGKILL' ? 'point' : 'itself';
      this.#onEnd({ by, code: code ?? signal ?? 'unknown' });
    });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#killed = true;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Resolves when it has started its last service, is gone, or has taken a minute. */
  async up(): Promise<void> {
    const limit = performance.now() + 60_000;
    while (this.runs && performance.now() < limit) {
      if (this.#upWord.test(readFileSync(this.logFile).subarray(this.#logFrom).toString('utf8'))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#child?.kill(name);
  }

  /** Sets its clock, now and in its later lives. */
  setClock(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.#send({ type: 'clock', offsetMs });
  }

  /** Lets it die at the next such instant; `undefined` calls that off. */
  arm(point: KillPoint | undefined): void {
    this.#wasArmed ||= point !== undefined;
    this.#send({ type: 'arm', point });
  }

  /** False when it does not run. */
  order(order: NodeOrder): boolean {
    return this.#send(order);
  }

  #send(message: FireOrder | NodeOrder): boolean {
    const child = this.#child;
    if (child?.connected !== true) return false;
    // A process that dies meanwhile is told of by its end.
    child.send(message, () => undefined);
    return true;
  }
}
