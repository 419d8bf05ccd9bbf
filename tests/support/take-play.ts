import { existsSync, readFileSync } from 'node:fs';
import { demoZones } from '../../scripts/footage/demo-config.ts';
import { demoSettings } from '../../scripts/footage/demo-settings.ts';
import type { TakeTruth, TruthBox } from '../../scripts/footage/truth.ts';
import type { Detection } from '../../src/domain/detection.ts';
import type { TrackId, ZoneId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { objectClasses } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import { CameraAttention } from '../../src/edge/camera-attention.ts';
import { looksSchema } from '../../src/edge/look-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import type { SceneTrace } from '../../src/edge/scene/running-scene.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { type DetectorFaults, perturb } from '../../src/simulator/scripted/perturb.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';
import { sceneAlone } from './scene-play.ts';

/** Keyframes of the clips come every two seconds. */
const keyframeMs = 2_000;
/** Where every picture is decoded, they are judged this often. */
const continuousMs = 200;
/** A working day's forenoon. */
const forenoon = '2026-05-06T10:00:00+08:00';

/** What came of a take. */
export interface TakeOutcome {
  /** `second`: since the camera was joined. */
  readonly events: readonly (SceneEvent & { readonly second: number })[];
  /** `raised@24`, in order, by the second of the clip (the second time round it is beyond its length). */
  readonly story: readonly string[];
  readonly raised: readonly number[];
  readonly cleared: readonly number[];
  readonly looks: number;
  /** When the play ended, in seconds as those of the events. */
  readonly untilS: number;
}

/** How a take is watched. */
export interface TakePlay {
  /** How often the clip is played; twice unless given, as its end meets its beginning in the demo. */
  readonly times?: number;
  /** What the wall clock says when the clip begins for the first time; a forenoon unless given. */
  readonly startsAt?: string;
  /** Second of the clip at which the camera is joined. */
  readonly fromS?: number;
  /** Without them every object that can be demanded is found. */
  readonly faults?: DetectorFaults;
  readonly seed?: number;
  /** In place of the demo's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trace?: SceneTrace;
}

/** Plays a take's true boxes through tracker and scene, with the looks the camera would have and the demo's settings. */
export function playTake(truth: TakeTruth, play: TakePlay = {}): TakeOutcome {
  const { times = 2, fromS = 0, faults, seed = 1, trace } = play;
  const startsAt = Date.parse(play.startsAt ?? forenoon);
  const demo = demoSettings[truth.scene];
  if (demo === undefined) throw new Error(`the demo has no settings for ${truth.scene}`);
  const { zonesOf, settings } = demo;
  const scenes = sceneAlone({
    scene: truth.scene,
    zones: demoZones(truth).map(({ id, kind = 'polygon' as const, ...zone }) => ({ ...zone, id: id as ZoneId, kind })),
    config: { zones: zonesOf, ...settings, ...play.settings },
  });
  let n = 0;
  const tracker = createTracker({ config: trackSchema.parse({}), newId: () => `t${++n}` as TrackId });
  const attention = new CameraAttention(looksSchema.parse({}));
  const random = seededRandom(seed);
  const classes = classesOf(truth.scene);
  const lengthMs = (truth.pictures.length / truth.fps) * 1000;
  const events: (SceneEvent & { second: number })[] = [];
  let looks = 0;
  let before = '';
  for (let ms = fromS * 1000; ms < lengthMs * times; ) {
    const seen = detectionsAt(truth, (ms % lengthMs) / 1000);
    const detections = faults === undefined ? seen : perturb(seen, faults, classes, random);
    const at = startsAt + ms;
    const tracks = tracker.update(detections, at);
    const reported = scenes.update({ at, tracks, aspect: truth.width / truth.height }, trace);
    events.push(...reported.map((event) => ({ ...event, second: ms / 1000 })));
    looks += 1;
    const now = seen.map(({ box }) => box.map((edge) => edge.toFixed(2)).join()).join(' ');
    attention.note(now !== before, at);
    before = now;
    ms = nextLook(ms, scenes.demand && attention.needs(scenes.demand, at));
  }
  const secondsOf = (phase: SceneEvent['phase']) =>
    events.filter((event) => event.phase === phase).map(({ second }) => second);
  return {
    events,
    story: events.filter(({ phase }) => phase !== 'updated').map(({ phase, second }) => `${phase}@${second}`),
    raised: secondsOf('raised'),
    cleared: secondsOf('cleared'),
    looks,
    untilS: (lengthMs * times) / 1000,
  };
}

/** What a faultless detector finds in the picture of a second: all that can be demanded of one. */
export function detectionsAt({ pictures, fps, width, height }: TakeTruth, second: number): Detection[] {
  const boxes: readonly TruthBox[] = pictures[Math.floor(second * fps + 1e-6)] ?? [];
  return boxes
    .filter(({ ignore }) => ignore !== true)
    .map(({ class: name, box: [x1, y1, x2, y2] }) => ({
      class: name,
      box: [x1 / width, y1 / height, x2 / width, y2 / height],
      score: 0.85,
    }));
}

/** The truth beside a clip; undefined where there is none yet. */
export function readTruth(file: string): TakeTruth | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TakeTruth) : undefined;
}

function nextLook(ms: number, needs: ReturnType<CameraAttention['needs']> | undefined): number {
  if (needs === undefined) return ms + keyframeMs;
  if (needs.continuous) return ms + Math.max(continuousMs, needs.everyMs);
  return Math.ceil((ms + needs.everyMs) / keyframeMs) * keyframeMs;
}

function classesOf(scene: string): readonly ObjectClass[] {
  const module = sceneModules.find(({ id }) => id === scene);
  return module === undefined ? objectClasses : [...module.classes, ...(module.also ?? [])];
}
