import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { freePort } from '../../tests/support/free-port.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { pause } from './ingest-child.ts';
import { type BenchCamera, edgeConfig } from './pipeline-scenario.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const stopLimitMs = 20_000;

/** What a node is started with. */
export interface PipelineNodeOptions {
  readonly cameras: readonly BenchCamera[];
  readonly farmPort: number;
  /** Sections of the configuration in place of the standard ones. */
  readonly more: Readonly<Record<string, unknown>>;
  /** e.g. `--cpu-prof`. */
  readonly execArgv: readonly string[];
}

/** `maplebridge edge` in a process of its own, on a folder of its own. */
export class PipelineNode {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #address: string;

  private constructor(child: ChildProcess, folder: string, httpPort: number) {
    this.#child = child;
    this.#folder = folder;
    this.#address = `http://127.0.0.1:${httpPort}`;
  }

  static async start({ cameras, farmPort, more, execArgv }: PipelineNodeOptions): Promise<PipelineNode> {
    const folder = mkdtempSync(join(tmpdir(), 'maplebridge-bench-'));
    const httpPort = await freePort();
    generateSigningKey(join(folder, 'node.pem'));
    writeFileSync(join(folder, 'password'), 'bench-only-7f3a', { mode: 0o600 });
    const config = join(folder, 'edge.yaml');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(edgeConfig({ cameras, farmPort, httpPort, folder, more })));
    const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
    const child = spawn(process.execPath, [...execArgv, main, 'edge', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MAPLEBRIDGE_LOG: 'warn', ...(mirror && { MAPLEBRIDGE_MODEL_MIRROR: mirror }) },
    });
    child.stderr.pipe(createWriteStream(join(folder, 'log')));
    return new PipelineNode(child, folder, httpPort);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The SQLite file of its alerts. */
  get outbox(): string {
    return join(this.#folder, 'outbox.db');
  }

  /** Waits until every camera streams; resolves with the seconds it took. */
  async streaming(count: number, limitMs: number): Promise<number> {
    const began = performance.now();
    for (;;) {
      const seen = await this.#streamingNow();
      const tookMs = performance.now() - began;
      if (seen >= count) return tookMs / 1000;
      if (this.#ended) throw new Error(`the node ended: ${this.#log()}`);
      if (tookMs > limitMs) throw new Error(`after ${limitMs} ms ${seen} of ${count} cameras stream: ${this.#log()}`);
      await pause(500);
    }
  }

  /** Its metrics as text. */
  async metrics(): Promise<string> {
    return await this.#get('/metrics');
  }

  /** What it says of itself. */
  async health(): Promise<string> {
    return await this.#get('/healthz');
  }

  /** Asks it to end, so that a profile is written; what the outbox holds is still there until `remove`. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const gone = once(this.#child, 'exit');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    this.#child.kill('SIGTERM');
    await gone;
    clearTimeout(late);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #streamingNow(): Promise<number> {
    try {
      const { cameras } = JSON.parse(await this.health()) as { cameras: Record<string, { state: string }> };
      return Object.values(cameras).filter(({ state }) => state === 'streaming').length;
    } catch {
      // It does not answer before its model is loaded.
      return 0;
    }
  }

  async #get(path: string): Promise<string> {
    try {
      return await (await fetch(`${this.#address}${path}`)).text();
    } catch (error) {
      if (!this.#ended) throw error;
      throw new Error(`the node ended (${this.#child.exitCode ?? this.#child.signalCode}): ${this.#log()}`);
    }
  }

  #log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000);
  }
}
