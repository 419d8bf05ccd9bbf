import type { AccessUnit } from '../domain/access-unit.ts';
import type { AlertDraft } from '../domain/alert.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { TrackId } from '../domain/ids.ts';
import type { PictureSpec } from '../domain/picture.ts';
import type { OpenIncident } from '../domain/scene-event.ts';
import type { Clock } from '../lib/clock.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import type { Logger } from '../lib/log.ts';
import { softwareVersion } from '../lib/version.ts';
import type { CameraConfig } from './camera-config.ts';
import { CameraPipeline, type PipelineStages } from './camera-pipeline.ts';
import type { EdgeConfig } from './config.ts';
import type { Detector } from './detect/detector.ts';
import { OnDemandStream } from './ingest/on-demand-stream.ts';
import { openCamera } from './ingest/open-camera.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import { CameraScenes, type SceneConfig } from './scene/camera-scenes.ts';
import { sceneModules } from './scene/registry.ts';
import { IouTracker } from './track/iou-tracker.ts';

/** What all cameras of a node share. */
export interface WatchSurroundings {
  readonly config: Pick<EdgeConfig, 'track' | 'ingest'>;
  readonly detector: Detector;
  readonly decode: (unit: AccessUnit, spec: PictureSpec) => ReturnType<PipelineStages['decode']>;
  readonly alerts: PipelineStages['alerts'];
  readonly store: (draft: AlertDraft) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
}

/** One camera at work; its stream of full size is opened only for viewers. */
export interface WatchedCamera {
  readonly config: CameraConfig;
  readonly main: OnDemandStream | undefined;
  readonly pipeline: CameraPipeline;
  readonly scenes: CameraScenes;
}

/** Puts one camera's stages together and takes up the incidents it had open when the node last stopped. */
export function watchCamera(
  config: CameraConfig,
  open: readonly OpenIncident[],
  around: WatchSurroundings,
): WatchedCamera {
  const { detector, alerts, clock, log, metrics } = around;
  const { id, name, division, lat, lon } = config;
  const camera: CameraPlace = { id, name, division, lat, lon };
  // Track ids stay unique over restarts: an incident taken up again must not meet its number on another car.
  const life = clock.now().toString(36);
  let tracks = 0;
  const newId = () => `${id}-${life}-${++tracks}` as TrackId;
  const tracker = new IouTracker({ config: around.config.track, newId });
  const scenes = scenesOf(config, detector, log);
  const pipeline = new CameraPipeline({
    camera,
    stages: { decode: around.decode, detector, tracker, scenes, alerts, store: around.store },
    versions: { configVersion: configVersion(config), softwareVersion },
    clock,
    log,
    metrics,
  });
  pipeline.resume(open);
  for (const { incidentId, scene, zoneId } of scenes.resume(open)) {
    log.warn({ camera: id, incident: incidentId, scene, zone: zoneId }, 'open incident is no longer watched for');
  }
  return { config, main: mainOf(config, around), pipeline, scenes };
}

function scenesOf(config: CameraConfig, detector: Detector, log: Logger): CameraScenes {
  const scenes = new CameraScenes({
    modules: sceneModules,
    zones: config.zones,
    config: config.scenes as Record<string, SceneConfig | undefined>,
    provided: new Set(detector.model.classes),
  });
  for (const [scene, state] of scenes.availability) {
    if (state !== 'available') log.warn({ camera: config.id, scene, state }, 'scene unavailable');
  }
  return scenes;
}

function mainOf({ id, mainStream: stream }: CameraConfig, around: WatchSurroundings): OnDemandStream | undefined {
  if (stream === undefined) return undefined;
  const { clock, log } = around;
  const breaker = around.config.ingest;
  return new OnDemandStream({ clock, make: (viewer) => openCamera({ id, stream, clock, log, breaker, ...viewer }) });
}

/** Names one camera's configuration by its content: the first 16 hex digits of the hash of its canonical form. */
function configVersion(config: CameraConfig): string {
  return sha256(canonicalJson(config)).slice(0, 16);
}
