import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { AlertDraft } from '../../src/domain/alert.ts';
import type { Detection } from '../../src/domain/detection.ts';
import type { LookNeeds } from '../../src/domain/look.ts';
import type { Picture } from '../../src/domain/picture.ts';
import { AlertWriter } from '../../src/edge/alert/alert-writer.ts';
import type { CameraConfig } from '../../src/edge/camera-config.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { DetectionService, type DetectOutcome } from '../../src/edge/detect/detection-service.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import type { ModelStoreOptions } from '../../src/edge/detect/model-store.ts';
import { evidenceSchema } from '../../src/edge/evidence/config.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { healthSchema } from '../../src/edge/health/config.ts';
import { IncidentMerger } from '../../src/edge/incident-merger.ts';
import { lifeSchema } from '../../src/edge/ingest/life-config.ts';
import { ingestSchema } from '../../src/edge/ingest/shard-config.ts';
import { looksSchema } from '../../src/edge/look-config.ts';
import { mergeSchema } from '../../src/edge/merge-config.ts';
import { pipelineMetrics } from '../../src/edge/pipeline-metrics.ts';
import type { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import { calendarSchema } from '../../src/edge/scene/rule/site-calendar.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import type { WatchSurroundings } from '../../src/edge/watch-surroundings.ts';
import { WatchedCamera } from '../../src/edge/watched-camera.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { clipUnits } from './clip-units.ts';
import { FakeClock } from './fake-clock.ts';
import { sceneSurroundings } from './scene-surroundings.ts';

const log = createLogger('test');
const run = promisify(execFile);

/** Pictures a second and between keyframes of the clips as cameras send them. */
const fps = 10;
const keyframeEveryMs = 2_000;

const unobserved: WatchSurroundings['observations'] = {
  ...{ look: () => {}, note: () => {}, enter: () => {}, leave: () => {} },
  wantsEntry: () => undefined,
};

/** An alert, at the second of the clip. */
export type FootageAlert = AlertDraft & { readonly second: number };

/** What the models found, where all of them looked. @throws AppError MB_MODEL_FAILED naming those that did not. */
export function allFound(
  { detections, failures }: Pick<DetectOutcome, 'detections' | 'failures'>,
  at: string,
): readonly Detection[] {
  if (failures.length === 0) return detections;
  const why = failures.map(({ model, reason, detail }) => `${model} ${reason}: ${detail}`).join('; ');
  throw new AppError('MB_MODEL_FAILED', `${at}: ${why}`);
}

/** What came of a clip. */
export interface FootageRun {
  /** In order. */
  readonly alerts: readonly FootageAlert[];
  readonly looks: number;
  /** Length of the clip. */
  readonly ms: number;
  readonly availability: CameraScenes['availability'];
}

/**
 * Real footage through a camera's real stages, from coded picture to alert, on a clock that follows the film: every look
 * is taken when its scenes ask for it, as on a box with room for all.
 */
export class FootageStage {
  readonly #folder: string;
  readonly #decoder: DecoderPool;
  readonly #detection: DetectionService;
  readonly #evidence: ContentStore;

  /** `store` in place of the manifest's models and what lies in the shared folder; `scoreThreshold` as `detect` has it. */
  constructor(options: {
    folder: string;
    sharedDir: string;
    models: readonly string[];
    store?: ModelStoreOptions;
    scoreThreshold?: number;
  }) {
    this.#folder = options.folder;
    const metrics = new Metrics();
    this.#decoder = new DecoderPool({
      workers: 1,
      queueCapacity: 64,
      gate: gateSchema.parse({}),
      workerFile: new URL('../../src/edge/look-worker.ts', import.meta.url),
      log,
      metrics,
    });
    this.#detection = new DetectionService({
      ...detectSchema.parse({ models: options.models.map((id) => ({ id })), scoreThreshold: options.scoreThreshold }),
      store: options.store ?? { manifest: loadManifest(), mirror: join(options.sharedDir, 'models') },
      log,
      metrics,
    });
    this.#evidence = new ContentStore(join(options.folder, 'evidence'));
  }

  async start(): Promise<void> {
    await this.#decoder.start(new AbortController().signal);
    await this.#detection.start(new AbortController().signal);
  }

  async stop(): Promise<void> {
    await this.#decoder.stop();
    await this.#detection.close();
  }

  /** Classes the loaded models find. */
  get classes(): DetectionService['classes'] {
    return this.#detection.classes;
  }

  /** What the models find in the whole of a keyframe. @throws AppError where it does not decode or a model fails on it. */
  async detectionsIn(unit: AccessUnit): Promise<readonly Detection[]> {
    const pictures = new Map<string, Picture>();
    const at = `keyframe at ${unit.ptsMs / 1000} s`;
    for (const { id } of this.#detection.models) {
      const decoded = await this.#decoder.decode(unit, this.#detection.specOf(id));
      if (!decoded.ok) throw new AppError('MB_DECODE_FAILED', `${at}: ${decoded.detail}`);
      pictures.set(id, decoded.picture);
    }
    return allFound(await this.#detection.detect({ pictures, priority: { severity: 1, deadlineMs: 0 } }), at);
  }

  /** Every alert of a clip, in order; units are taken as a camera sent them, a file is coded anew. */
  async watch(
    clip: string | readonly AccessUnit[],
    config: CameraConfig,
    observations: WatchSurroundings['observations'] = unobserved,
  ): Promise<FootageRun> {
    const clock = new FakeClock();
    const startedAt = clock.now();
    const alerts: FootageAlert[] = [];
    let looks = 0;
    let needs: LookNeeds | undefined;
    const follow = (camera: WatchedCamera, next: LookNeeds | undefined) => {
      needs = next;
      camera.continuous.set(next?.continuous === true ? next : undefined);
    };
    const metrics = new Metrics();
    const camera = new WatchedCamera(
      config,
      { open: [] },
      {
        ...sceneSurroundings(),
        config: {
          track: trackSchema.parse({}),
          looks: looksSchema.parse({}),
          ingest: { ...lifeSchema.parse({}), ...ingestSchema.parse({}) },
          calendar: calendarSchema.parse({}),
          evidence: evidenceSchema.parse({}),
          gate: gateSchema.parse({}),
          health: healthSchema.parse({}),
        },
        onFault: () => {},
        merger: new IncidentMerger(mergeSchema.parse({}), clock),
        clips: {
          config: evidenceSchema.parse({}).clip,
          cutter: { order: async () => undefined },
          recent: async () => [],
          mainStreams: new Set(),
          clock,
        },
        detection: this.#detection,
        decoder: this.#decoder,
        inspector: activityGate(gateSchema.parse({})),
        memory: { changed: () => {} },
        observations,
        alerts: new AlertWriter({
          evidence: this.#evidence,
          decode: async () => undefined,
          redact: async () => undefined,
          clock,
          log,
        }),
        store: (draft) => alerts.push({ ...draft, second: (draft.observedAt - startedAt) / 1000 }),
        onNeeds: (_, next) => follow(camera, next),
        onHintsChanged: () => {},
        onContinuousLook: () => {
          looks += 1;
        },
        clock,
        log,
        metrics: pipelineMetrics(metrics),
      },
    );
    follow(camera, camera.needs);
    const units = typeof clip === 'string' ? await this.#units(clip, config) : clip;
    let lookedAtMs = Number.NEGATIVE_INFINITY;
    for (const unit of units) {
      clock.advance(unit.ptsMs - (clock.now() - startedAt));
      const received: AccessUnit = { ...unit, receivedAt: clock.now() };
      if (camera.continuous.push(received)) {
        await camera.settled;
        lookedAtMs = unit.ptsMs;
      } else if (
        unit.keyframe &&
        needs !== undefined &&
        unit.ptsMs - lookedAtMs >= needs.everyMs - keyframeEveryMs / 2
      ) {
        await camera.look(
          received,
          { severity: needs.severity, deadlineMs: 0 },
          () => {},
          new AbortController().signal,
        );
        lookedAtMs = unit.ptsMs;
        looks += 1;
      }
    }
    await camera.close();
    return { alerts, looks, ms: units.at(-1)?.ptsMs ?? 0, availability: camera.scenes.availability };
  }

  /** The clip as a camera would send it: a keyframe every two seconds. */
  async #units(clip: string, { id }: CameraConfig): Promise<AccessUnit[]> {
    const file = join(this.#folder, `${id}.mp4`);
    const gop = String((keyframeEveryMs / 1000) * fps);
    const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', gop];
    const fixed = ['-keyint_min', gop, '-sc_threshold', '0', '-crf', '20', '-r', String(fps), '-an', file];
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', clip, ...encode, ...fixed]);
    return clipUnits(file, { camera: id, fps });
  }
}
