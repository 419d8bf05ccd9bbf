import { createServer } from 'node:net';
import type { Desk } from '../desk/desk.ts';
import { edgeSchema } from '../edge/config.ts';
import type { EdgeNode } from '../edge/edge-node.ts';
import { parseConfig } from '../lib/config.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import type { FolderLock } from '../lib/folder-lock.ts';
import { CameraFarm } from '../simulator/camera-farm.ts';
import { composeCollect, composeDesk, composeEdge, type Surroundings } from './compose.ts';
import { demoConfigText, prepareDemoDir, type SharedMaterial } from './demo-files.ts';
import { type NamedService, startAll, stopAll } from './run-services.ts';
import { collectSchema, deskServiceSchema } from './service-config.ts';

/** Everything in one process on embedded parts: cameras, edge node, broker, gateway, desk. */
export class DemoStack {
  readonly #around: Surroundings;
  readonly #dir: string;
  readonly #material: SharedMaterial;
  readonly #deskPort: number;
  readonly #running: NamedService[] = [];
  #lock: FolderLock | undefined;
  #parts: { edge: EdgeNode; desk: Desk } | undefined;

  constructor(options: Surroundings & { dir: string; material: SharedMaterial; deskPort: number }) {
    this.#around = options;
    this.#dir = options.dir;
    this.#material = options.material;
    this.#deskPort = options.deskPort;
  }

  /** Address of API and console. */
  get deskAddress(): string {
    return this.#parts?.desk.address ?? '';
  }

  get edge(): EdgeNode | undefined {
    return this.#parts?.edge;
  }

  /** Starts from the desk back to the cameras, so that every stage finds the next one ready. */
  async start(): Promise<void> {
    const dir = this.#dir;
    this.#lock = prepareDemoDir(dir);
    const deskConfig = parseConfig(demoConfigText('desk', { dir }), deskServiceSchema, 'edge-config/demo/desk.yaml');
    const port = await freePort(this.#deskPort);
    const http = { ...deskConfig.desk.http, port };
    const { desk, deliver } = composeDesk({ ...deskConfig, desk: { ...deskConfig.desk, http } }, this.#around);
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
    const edgeText = demoConfigText('edge', { dir, mqttUrl, rtspPort: farm.port });
    const edge = composeEdge(parseConfig(edgeText, edgeSchema, 'edge-config/demo/edge.yaml'), this.#around, {
      mirror: process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? this.#material.models,
    });
    await this.#run({ name: 'edge', service: edge });
    this.#parts = { edge, desk };
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
    const cameras = Object.entries(this.#material.footage).map(([name, file]) => ({
      path: `/${name}`,
      file,
      loop: true,
      username: 'demo',
      password: demoSecret,
    }));
    return new CameraFarm({ host: '127.0.0.1', port: 0, cameras, clock: this.#around.clock, log: this.#around.log });
  }
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
