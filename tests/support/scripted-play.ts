import type { TrackId } from '../../src/domain/ids.ts';
import { objectClasses } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import { CameraAttention } from '../../src/edge/camera-attention.ts';
import { looksSchema } from '../../src/edge/look-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import type { SceneTrace } from '../../src/edge/scene/running-scene.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { type DetectorFaults, perturb } from '../../src/simulator/scripted/perturb.ts';
import { detectionsAt, type ScriptedTimeline } from '../../src/simulator/scripted/timeline.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';
import { sceneAlone } from './scene-play.ts';

/** Keyframes of a usual camera come every two seconds. */
const keyframeMs = 2_000;
/** Where every picture is decoded, they are judged this often. */
const continuousMs = 200;

/** What was made of one timeline. */
export interface ScriptedOutcome {
  readonly events: readonly (SceneEvent & { readonly second: number })[];
  /** The incident was raised in its time; for a near miss: nothing was raised. */
  readonly right: boolean;
  /** Incidents raised that are none, or a second time. */
  readonly falseAlarms: number;
  readonly looks: number;
}

/**
 * Plays a timeline through the tracker and its scene, with looks as the camera would have them: idle, busy while
 * something moves, and awake when somebody is about to meet a condition.
 */
export function playScripted(
  timeline: ScriptedTimeline,
  options: { tracker?: 'byte' | 'iou'; faults?: DetectorFaults; seed?: number; trace?: SceneTrace } = {},
): ScriptedOutcome {
  const { scene, zones, config, fires } = timeline;
  const scenes = sceneAlone({ scene, zones, ...(config !== undefined && { config }) });
  let n = 0;
  const trackConfig = trackSchema.parse({ kind: options.tracker ?? 'byte' });
  const tracker = createTracker({ config: trackConfig, newId: () => `t${++n}` as TrackId });
  const attention = new CameraAttention(looksSchema.parse({}));
  const random = seededRandom(options.seed ?? 0);
  const classes = classesOf(scene);
  const startsAt = Date.parse(timeline.startsAt);
  const events: (SceneEvent & { second: number })[] = [];
  let looks = 0;
  let before = '';
  for (let ms = 0; ms <= timeline.seconds * 1000; ) {
    const second = ms / 1000;
    const seen = detectionsAt(timeline, second);
    const detections = options.faults === undefined ? seen : perturb(seen, options.faults, classes, random);
    const at = startsAt + ms;
    const tracks = tracker.update(detections, at);
    events.push(...scenes.update({ at, tracks, aspect: 16 / 9 }, options.trace).map((event) => ({ ...event, second })));
    looks += 1;
    const now = seen.map(({ box }) => box.map((edge) => edge.toFixed(2)).join()).join(' ');
    attention.note(now !== before, at);
    before = now;
    ms = nextLook(ms, scenes.demand && attention.needs(scenes.demand, at));
  }
  const raised = events.filter(({ phase }) => phase === 'raised');
  const inTime = raised.filter(({ second }) => fires !== undefined && second >= fires.from && second <= fires.to);
  const falseAlarms = raised.length - Math.min(1, inTime.length);
  return { events, falseAlarms, looks, right: fires === undefined ? raised.length === 0 : inTime.length > 0 };
}

function nextLook(ms: number, needs: ReturnType<CameraAttention['needs']> | undefined): number {
  if (needs === undefined) return ms + keyframeMs;
  if (needs.continuous) return ms + Math.max(continuousMs, needs.everyMs);
  return Math.ceil((ms + needs.everyMs) / keyframeMs) * keyframeMs;
}

function classesOf(scene: string) {
  const module = sceneModules.find(({ id }) => id === scene);
  return module === undefined ? objectClasses : [...module.classes, ...(module.also ?? [])];
}
