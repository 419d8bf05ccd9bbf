import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Desk } from '../desk/desk.ts';
import { type EdgeConfig, edgeSchema } from '../edge/config.ts';
import type { EdgeNode } from '../edge/edge-node.ts';
import { observationsPath } from '../edge/observations-path.ts';
import { ClockSync } from '../lib/clock-sync.ts';
import { parseConfig } from '../lib/config.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import type { FolderLock } from '../lib/folder-lock.ts';
import { CameraFarm } from '../simulator/camera-farm.ts';
import { composeCollect, composeDesk, composeEdge, type Surroundings } from './compose.ts';
import { demoConfigText, prepareDemoDir } from './demo-files.ts';
import { type RaisedAlert, raisedAtEdge } from './demo-raised.ts';
import { type DemoTake, demoTakes } from './demo-takes.ts';
import { type NamedService, startAll, stopAll } from './run-services.ts';
import { collectSchema, deskServiceSchema } from './service-config.ts';

/** The demo's parts are the repository's, wherever it is started from. */
const repository = fileURLToPath(new URL('../../', import.meta.url));
/** The clips have a keyframe this often. */
const keyframeEveryMs = 2_000;

/** Everything in one process on embedded parts: cameras, edge node, broker, gateway, desk. */
export class DemoStack {
  readonly #around: Surroundings;
  readonly #clockSync: ClockSync;
  readonly #dir: string;
  readonly #footageDir: string;
  readonly #deskPort: number;
  readonly #running: NamedService[] = [];
  #takes: readonly DemoTake[] = [];
  #lock: FolderLock | undefined;
  #parts: { edge: EdgeNode; desk: Desk; farm: CameraFarm } | undefined;

  constructor(options: Surroundings & { dir: string; footageDir: string; deskPort: number }) {
    this.#clockSync = new ClockSync(options);
    this.#around = { ...options, clockSync: this.#clockSync };
    this.#dir = options.dir;
    this.#footageDir = options.footageDir;
    this.#deskPort = options.deskPort;
  }

  /** Address of API and console. */
  get deskAddress(): string {
    return this.#parts?.desk.address ?? '';
  }

  /** What is played; nothing before start. */
  get takes(): readonly DemoTake[] {
    return this.#takes;
  }

  /** How long a take's clip is; 0 before start. */
  lengthMs({ path }: DemoTake): number {
    return this.#parts?.farm.lengthMs(path) ?? 0;
  }

  get edge(): EdgeNode | undefined {
    return this.#parts?.edge;
  }

  /** What its cameras' scenes have raised, a second ago and before. */
  raised(): RaisedAlert[] {
    return raisedAtEdge(observationsPath(edgeConfig({ dir: this.#dir })), this.#takes);
  }

  /**
   * Starts from the desk back to the cameras, so that every stage finds the next one ready.
   * @throws AppError MB_MISSING_PART naming the clips that are not there, before anything in the folder is touched.
   */
  async start(): Promise<void> {
    const dir = this.#dir;
    this.#takes = demoTakes(edgeConfig({ dir }), this.#footageDir);
    this.#lock = prepareDemoDir(dir);
    const deskConfig = parseConfig(demoConfigText('desk', { dir }), deskServiceSchema, 'edge-config/demo/desk.yaml');
    await this.#run({ name: 'clock', service: this.#clockSync });
    const port = await freePort(this.#deskPort);
    const { http, routing, consoleDir } = deskConfig.desk;
    const ownParts = { routing: resolve(repository, routing), consoleDir: resolve(repository, consoleDir) };
    const { desk, deliver } = composeDesk(
      { ...deskConfig, desk: { ...deskConfig.desk, ...ownParts, http: { ...http, port } } },
      this.#around,
    );
    await this.#run({ name: 'desk', service: desk }, { name: 'deliver', service: deliver });

    const mqttPort = await freePort(1883);
    const mqttUrl = `mqtt://127.0.0.1:${mqttPort}`;
    const collectText = demoConfigText('collect', { dir, mqttUrl }).replace('port: 1883', `port: ${mqttPort}`);
    const { broker, gateway } = composeCollect(
      parseConfig(collectText, collectSchema, 'edge-config/demo/collect.yaml'),
      this.#around,
    );
    if (broker !== undefined) await this.#run({ name: 'broker', service: broker });
    await this.#run({ name: 'collect', service: gateway });

    const farm = this.#farm();
    await this.#run({ name: 'cameras', service: farm });
    const edge = composeEdge(edgeConfig({ dir, mqttUrl, rtspPort: farm.port }), this.#around);
    await this.#run({ name: 'edge', service: edge });
    this.#parts = { edge, desk, farm };
  }

  /** Drains from the cameras on to the desk. */
  async stop(): Promise<void> {
    try {
      await stopAll(this.#running.splice(0), this.#around.log);
    } finally {
      this.#lock?.release();
    }
  }

  async #run(...services: NamedService[]): Promise<void> {
    try {
      await startAll(services, this.#around.log);
      this.#running.push(...services);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #farm(): CameraFarm {
    const cameras = this.#takes.map(({ path, file }, index) => ({
      path,
      file,
      loop: true,
      // Real cameras have their keyframes at any time; these would all have them at once, and the node a queue every 2 s.
      startAfterMs: (index * keyframeEveryMs) / this.#takes.length,
      username: 'demo',
      password: demoSecret,
    }));
    return new CameraFarm({ host: '127.0.0.1', port: 0, cameras, clock: this.#around.clock, log: this.#around.log });
  }
}

function edgeConfig(actual: Parameters<typeof demoConfigText>[1]): EdgeConfig {
  return parseConfig(demoConfigText('edge', actual), edgeSchema, 'edge-config/demo/edge.yaml');
}

/** The wanted port on loopback where it is free, else one the system chooses. */
async function freePort(wanted: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
      });
    });
  return (await listen(wanted)) ?? (await listen(0)) ?? 0;
}
