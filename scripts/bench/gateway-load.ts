import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./gateway-load-process.ts', import.meta.url));

/** Where and as whom the nodes speak. */
export interface LoadSettings {
  readonly site: string;
  readonly port: number;
  readonly nodes: readonly { readonly node: string; readonly password: string; readonly keyFile: string }[];
}

/** Bench → load. */
export type LoadOrder =
  | { readonly kind: 'connect'; readonly settings: LoadSettings }
  | { readonly kind: 'prepare'; readonly count: number }
  | { readonly kind: 'run'; readonly perSecond: number | undefined }
  | { readonly kind: 'stop' };

/** Load → bench. */
export type LoadAnswer =
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'prepared';
      readonly meanBytes: number;
      /** Alert and its incident. */
      readonly incidents: readonly (readonly [string, string])[];
    }
  /** When each alert was handed to its socket, or was due to be. */
  | { readonly kind: 'done'; readonly publishedAt: readonly (readonly [string, number])[] };

/** The load's process, seen from the bench. */
export class GatewayLoad {
  readonly #child: ChildProcess = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  readonly #gone: Promise<unknown> = once(this.#child, 'exit');

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async connect(settings: LoadSettings): Promise<void> {
    await this.#ask({ kind: 'connect', settings });
  }

  prepare(count: number): Promise<LoadAnswer & { kind: 'prepared' }> {
    return this.#ask({ kind: 'prepare', count }) as Promise<LoadAnswer & { kind: 'prepared' }>;
  }

  /** Resolves when every alert was acknowledged by the gateway. */
  run(perSecond: number | undefined): Promise<LoadAnswer & { kind: 'done' }> {
    return this.#ask({ kind: 'run', perSecond }) as Promise<LoadAnswer & { kind: 'done' }>;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.send({ kind: 'stop' } satisfies LoadOrder);
    await this.#gone;
  }

  async #ask(order: LoadOrder): Promise<LoadAnswer> {
    const answer = once(this.#child, 'message').then(([message]) => message as LoadAnswer);
    this.#child.send(order);
    const first = await Promise.race([answer, this.#gone.then(() => undefined)]);
    if (first === undefined) throw new Error('the process of the nodes ended');
    return first;
  }
}
