import { join } from 'node:path';
import type { CameraId, TrackId } from '../../src/domain/ids.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import type { Severity } from '../../src/domain/scene-id.ts';
import { CameraAttention } from '../../src/edge/camera-attention.ts';
import { ModelsOfCamera } from '../../src/edge/camera-detection.ts';
import { CameraPipeline } from '../../src/edge/camera-pipeline.ts';
import { decodeSchema } from '../../src/edge/decode/config.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { DetectionService } from '../../src/edge/detect/detection-service.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { cameraStreamSchema } from '../../src/edge/ingest/config.ts';
import { lifeDefaults } from '../../src/edge/ingest/life-config.ts';
import { ingestSchema } from '../../src/edge/ingest/shard-config.ts';
import { createIngestPool } from '../../src/edge/ingest/shard-pool.ts';
import { looksSchema } from '../../src/edge/look-config.ts';
import { pipelineMetrics } from '../../src/edge/pipeline-metrics.ts';
import { scheduleSchema } from '../../src/edge/schedule/config.ts';
import type { PerformLook } from '../../src/edge/schedule/look-dispatch.ts';
import { LookScheduler } from '../../src/edge/schedule/look-scheduler.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { IouTracker } from '../../src/edge/track/iou-tracker.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import type { OverloadCamera, OverloadOrder, OverloadReport } from './overload-report.ts';

/**
 * The process the bench measures: ingest, decoders with the activity gate, scheduler, detector and trackers as an edge node
 * has them. In place of scenes there is a severity: not every severity has a scene yet.
 */
const everyMs = 2_000;
const began = performance.now();
const secondsNow = () => (performance.now() - began) / 1000;
const log = createLogger('overload');
const metrics = new Metrics();
const settings = JSON.parse(process.env['BENCH_EDGE'] ?? '{}') as Record<string, unknown>;
const [decode, detect, gate] = [
  decodeSchema.parse(settings['decode'] ?? {}),
  detectSchema.parse(settings['detect'] ?? { models: [{ id: 'yolox-nano-416' }] }),
  gateSchema.parse(settings['gate'] ?? {}),
];
const looks = looksSchema.parse({});
const inspector = activityGate(gate);
const severities = new Map<CameraId, Severity>();
const pipelines = new Map<CameraId, CameraPipeline>();
const blind = new Set<CameraId>();
const changes: OverloadReport['changes'][number][] = [];

const workerFile = new URL('../../src/edge/look-worker.ts', import.meta.url);
const decoder = new DecoderPool({ ...decode, gate, workerFile, clock, log, metrics });
const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
const store = { manifest: loadManifest(), mirror };
const detection = new DetectionService({ ...detect, store, clock, log, metrics });
const shared = pipelineMetrics(metrics);

const perform: PerformLook = async (unit, priority, decoded, signal) => {
  const means = { decode: decoder.look.bind(decoder), decoded, signal };
  const outcome = await pipelines.get(unit.cameraId)?.look(unit, priority, means);
  return outcome ?? ({ result: 'failed', at: unit.receivedAt, decodeMs: 0, detectMs: 0 } satisfies LookOutcome);
};
const scheduler = new LookScheduler({
  slots: decoder.slots,
  threads: { decoder: decode.workers, detector: detect.sessions },
  config: scheduleSchema.parse(settings['schedule'] ?? {}),
  perform,
  pace: (camera, ms) => ingest.want(camera, 'keyframes', { everyMs: ms }),
  onBlind: (camera, reason) => void (reason === undefined ? blind.delete(camera) : blind.add(camera)),
  onChange: () => changes.push({ atS: secondsNow(), problems: scheduler.status().problems }),
  clock,
  log,
  metrics,
});
const ingest = createIngestPool({
  config: ingestSchema.parse(settings['ingest'] ?? {}),
  life: lifeDefaults,
  handler: {
    onAccessUnit: (unit) => scheduler.offer(unit),
    onState: (camera, { kind }) => scheduler.connected(camera, kind === 'streaming'),
  },
  clock,
  log,
});

function watch({ id, severity }: OverloadCamera): void {
  const camera = id as CameraId;
  const demand = { severity, idleMs: everyMs, busyMs: everyMs, decisionInMs: undefined, openIncidents: 0 };
  let tracks = 0;
  const pipeline = new CameraPipeline({
    stages: {
      detection: new ModelsOfCamera({ camera, service: detection, classes: detection.classes, tiles: undefined }),
      attention: new CameraAttention(looks),
      tracker: new IouTracker({ config: trackSchema.parse({}), newId: () => `${id}-${++tracks}` as TrackId }),
      scenes: { demand, update: () => [] },
      reporter: { report: async () => undefined },
    },
    memory: new SharedArrayBuffer(inspector.memoryBytes),
    clock,
    log,
    metrics: shared,
  });
  severities.set(camera, severity);
  pipelines.set(camera, pipeline);
  scheduler.add(camera, { severity, everyMs, continuous: false });
  scheduler.connected(camera, false);
}

async function add(cameras: readonly OverloadCamera[]): Promise<void> {
  for (const camera of cameras) watch(camera);
  await Promise.all(
    cameras.map(({ id, url }) => ingest.add({ id: id as CameraId, stream: cameraStreamSchema.parse({ url }) })),
  );
}

async function remove(ids: readonly string[]): Promise<void> {
  for (const id of ids as CameraId[]) {
    scheduler.remove(id);
    pipelines.delete(id);
    severities.delete(id);
    blind.delete(id);
  }
  await Promise.all(ids.map((id) => ingest.remove(id as CameraId)));
}

function report(): OverloadReport {
  const { shed: _, ...schedule } = scheduler.status();
  const bySeverity = { 1: 0, 2: 0, 3: 0, 4: 0 };
  for (const camera of blind) bySeverity[severities.get(camera) ?? 4] += 1;
  const cpu = process.cpuUsage();
  return {
    atS: secondsNow(),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    heapUsedMb: process.memoryUsage().heapUsed / 2 ** 20,
    cpuS: (cpu.user + cpu.system) / 1e6,
    streaming: [...ingest.cameras.values()].filter(({ kind }) => kind === 'streaming').length,
    schedule,
    blind: bySeverity,
    changes,
    dropped: ingest.drops.units,
  };
}

async function stop(): Promise<void> {
  await ingest.stop();
  await scheduler.stop();
  await decoder.stop();
  await detection.close();
  process.exit(0);
}

const ready = (async () => {
  const { signal } = new AbortController();
  await decoder.start(signal);
  await detection.start(signal);
  await scheduler.start(signal);
  await ingest.start(signal);
})();
process.on('message', async (order: OverloadOrder) => {
  await ready;
  if (order.kind === 'add') await add(order.cameras);
  if (order.kind === 'remove') await remove(order.ids);
  if (order.kind === 'report') process.send?.(report());
  if (order.kind === 'stop') await stop();
});
process.on('disconnect', () => process.exit(0));
