import { v7 as uuidv7 } from 'uuid';
import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { AlertId, CameraId, TrackId, UtcMs } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import { softwareVersion } from '../lib/version.ts';
import type { CameraConfig } from './camera-config.ts';
import type { EventReporterOptions } from './event-reporter.ts';
import { OnDemandStream } from './ingest/on-demand-stream.ts';
import { openCamera } from './ingest/open-camera.ts';
import type { GivenMemory } from './observation-notes.ts';
import type { IncidentTiming } from './scene/common-config.ts';

import type { CameraPast, WatchSurroundings } from './watch-surroundings.ts';

/** Stands for the picture of a camera that never showed one. */
export function noPicture(cameraId: CameraId, at: UtcMs): AccessUnit {
  const empty = { keyframe: false, data: Buffer.alloc(0), rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined };
  return { cameraId, codec: 'h264', ...empty, receivedAt: at };
}

/** 0–1, evenly spread over cameras. */
export function offsetOf(id: string): number {
  return Number.parseInt(sha256(id).slice(0, 8), 16) / 2 ** 32;
}

/** Who hands its gate's past on did so just now; else it was saved before the node stopped. */
export function givenMemory({ remembered, gate }: CameraPast): GivenMemory {
  if (remembered === undefined) return { from: 'nothing' };
  const { at, scenes: state } = remembered;
  return gate === undefined ? { from: 'snapshot', at, state } : { from: 'before', state };
}

/** Track ids stay unique over restarts: an incident taken up again must not meet its number on another car. */
export function trackIds({ id }: CameraConfig, clock: Clock): () => TrackId {
  const life = clock.now().toString(36);
  let tracks = 0;
  return () => `${id}-${life}-${++tracks}` as TrackId;
}

export function reporterOf(config: CameraConfig, around: WatchSurroundings) {
  const { detection, alerts, merger, store, clock, log, metrics } = around;
  const { id, name, division, lat, lon } = config;
  const camera: CameraPlace = { id, name, division, lat, lon };
  const [model] = detection.models;
  const scenes = config.scenes as Record<string, IncidentTiming | undefined>;
  const { health } = around.config;
  return {
    camera,
    versions: { configVersion: configVersion(config), softwareVersion },
    // Without a model no scene works, and nothing is reported.
    fallbackModel: { id: model?.id ?? 'none', sha256: model?.sha256 ?? sha256('') },
    alerts,
    merger,
    updateEveryMs: (scene) => scenes[scene]?.updateEveryMs ?? health.updateEveryMs,
    newAlertId: () => uuidv7() as AlertId,
    store,
    clock,
    log,
    metrics,
  } satisfies EventReporterOptions;
}

export function mainOf(
  { id, mainStream: stream }: CameraConfig,
  around: WatchSurroundings,
): OnDemandStream | undefined {
  if (stream === undefined) return undefined;
  const { clock, log } = around;
  const breaker = around.config.ingest;
  return new OnDemandStream({ clock, make: (viewer) => openCamera({ id, stream, clock, log, breaker, ...viewer }) });
}

/** Names one camera's configuration by its content: the first 16 hex digits of the hash of its canonical form. */
export function configVersion(config: CameraConfig): string {
  return sha256(canonicalJson(config)).slice(0, 16);
}
