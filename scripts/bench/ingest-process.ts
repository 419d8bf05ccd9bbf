import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraState } from '../../src/domain/camera.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { CoverageAccount } from '../../src/edge/coverage-account.ts';
import { cameraStreamSchema } from '../../src/edge/ingest/config.ts';
import type { IngestCounters } from '../../src/edge/ingest/ingest-counters.ts';
import { lifeDefaults } from '../../src/edge/ingest/life-config.ts';
import { ingestSchema } from '../../src/edge/ingest/shard-config.ts';
import { createIngestPool } from '../../src/edge/ingest/shard-pool.ts';
import { CoverageStore } from '../../src/edge/publish/coverage-store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { Delays, IngestOrder, IngestReport } from './ingest-report.ts';

/** The process a bench measures: ingest as an edge node has it, and nothing behind it. */
const lateMs = 500;

const attempts = new Map<number, number>();
let connections = 0;
const quickest = new Map<CameraId, number>();
const dir = mkdtempSync(join(tmpdir(), 'maplebridge-bench-'));
const store = new CoverageStore({ path: join(dir, 'coverage.db') });
const account = new CoverageAccount({ store, clock: systemClock, log: createLogger('bench') });
let delays: number[] = [];
let handOns: number[] = [];

function onState(camera: CameraId, state: CameraState): void {
  account.update(camera, state);
  if (state.kind === 'streaming') quickest.delete(camera);
  if (state.kind !== 'connecting') return;
  connections += 1;
  const second = Math.floor(Date.now() / 1000);
  attempts.set(second, (attempts.get(second) ?? 0) + 1);
}

function onAccessUnit({ cameraId, ptsMs, receivedAt }: AccessUnit): void {
  const offset = receivedAt - ptsMs;
  const least = Math.min(quickest.get(cameraId) ?? offset, offset);
  quickest.set(cameraId, least);
  delays.push(offset - least);
  handOns.push(Date.now() - receivedAt);
}

const config = (shards: number) => ingestSchema.parse({ shards, ...JSON.parse(process.env['BENCH_INGEST'] ?? '{}') });
let pool: ReturnType<typeof createIngestPool> | undefined;

async function start(urls: readonly string[], shards: number): Promise<void> {
  const handler = { onAccessUnit, onState };
  const cameras = urls.map((url, index) => ({ id: `camera-${index + 1}` as CameraId, url }));
  store.open();
  account.begin(cameras.map(({ id }) => id));
  pool = createIngestPool({
    config: config(shards),
    life: lifeDefaults,
    clock: systemClock,
    log: createLogger('bench'),
    handler,
  });
  await pool.start(new AbortController().signal);
  await Promise.all(cameras.map(({ id, url }) => pool?.add({ id, stream: cameraStreamSchema.parse({ url }) })));
}

async function report(brief: boolean): Promise<IngestReport> {
  await pool?.refresh();
  const states = [...(pool?.cameras ?? [])];
  const counters = states.flatMap(([id]) => pool?.counters(id) ?? []);
  const sum = (key: keyof IngestCounters) => counters.reduce((total, each) => total + each[key], 0);
  const cpu = process.cpuUsage();
  const memory = process.memoryUsage();
  const told: IngestReport = {
    cpuS: (cpu.user + cpu.system) / 1e6,
    atS: performance.now() / 1000,
    rssMb: memory.rss / 2 ** 20,
    heapUsedMb: memory.heapUsed / 2 ** 20,
    heapHeldMb: memory.heapTotal / 2 ** 20,
    buffersMb: memory.arrayBuffers / 2 ** 20,
    resources: process.getActiveResourcesInfo().length,
    streaming: states.filter(([, { kind }]) => kind === 'streaming').length,
    accessUnits: sum('accessUnits'),
    keyframes: sum('keyframes'),
    bytes: sum('bytes'),
    lostPackets: sum('lostPackets'),
    lostUnits: sum('damagedUnits') + sum('skippedUnits'),
    droppedUnits: pool?.drops.units ?? 0,
    shardRestarts: pool?.drops.shardRestarts ?? 0,
    lateKeyframes: delays.filter((ms) => ms > lateMs).length,
    delayMs: distribution(delays),
    handOnMs: distribution(handOns),
    connections,
    attempts: brief ? {} : Object.fromEntries(attempts),
    blind: brief ? [] : store.after(0, 1_000_000),
    blindNow: account.open.size,
  };
  delays = [];
  handOns = [];
  return told;
}

function distribution(values: readonly number[]): Delays {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

process.on('message', async (order: IngestOrder) => {
  if (order.kind === 'start') await start(order.urls, order.shards);
  if (order.kind === 'report') process.send?.(await report(order.brief));
  if (order.kind !== 'stop') return;
  await pool?.stop();
  account.end();
  store.close();
  rmSync(dir, { recursive: true, force: true });
  process.exit(0);
});
