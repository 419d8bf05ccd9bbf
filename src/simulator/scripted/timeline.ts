import type { Detection, ObjectAttributes } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { SceneId } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import { seededRandom } from '../seeded-random.ts';

/** Where an actor is at a second of the timeline. */
export type WayPoint = readonly [second: number, box: Box];

/** Somebody or something in front of the camera. */
export interface ScriptedActor {
  readonly name: string;
  readonly class: ObjectClass;
  /** It goes straight and at an even pace from one to the next; it is there from the first to the last. */
  readonly path: readonly WayPoint[];
  /** Of its detections; 0.85 unless given. */
  readonly score?: number;
  /** Share of the looks on which it shows at all, 0–1: glare and shadows come and go. */
  readonly shownShare?: number;
  /** Share of its height by which it rises and falls from look to look, as flames do. */
  readonly flicker?: number;
  /** What a detector now and then takes it for. */
  readonly takenFor?: { readonly class: ObjectClass; readonly share: number };
  readonly fill?: number;
  readonly attributes?: ObjectAttributes;
}

/** What happens before one camera, and what its scene is to make of it. */
export interface ScriptedTimeline {
  readonly name: string;
  readonly scene: SceneId;
  /** What is to be seen, in one sentence. */
  readonly story: string;
  /** Seconds within which the one incident is to be raised; absent for a near miss, which raises none. */
  readonly fires?: { readonly from: number; readonly to: number };
  /** Wall clock at second 0, ISO with zone. */
  readonly startsAt: string;
  readonly seconds: number;
  readonly zones: readonly Zone[];
  /** What of the scene's configuration is not the default; its zones are all those above unless given. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly actors: readonly ScriptedActor[];
}

/** What a faultless detector reports at a second, in the order of the actors. */
export function detectionsAt({ actors }: ScriptedTimeline, second: number): Detection[] {
  return actors.flatMap((actor) => {
    const box = placeAt(actor.path, second);
    if (box === undefined || chance(actor, second, 'shown') >= (actor.shownShare ?? 1)) return [];
    return detectionOf(actor, second, box);
  });
}

function detectionOf(actor: ScriptedActor, second: number, [x1, y1, x2, y2]: Box): Detection {
  const { takenFor, flicker = 0, fill, attributes } = actor;
  const mistaken = takenFor !== undefined && chance(actor, second, 'taken') < takenFor.share;
  const rise = flicker * (2 * chance(actor, second, 'flicker') - 1) * (y2 - y1);
  return {
    class: mistaken ? takenFor.class : actor.class,
    box: [x1, y1 - rise, x2, y2],
    score: actor.score ?? 0.85,
    ...(fill !== undefined && { fill }),
    ...(attributes !== undefined && { attributes }),
  };
}

function placeAt(path: readonly WayPoint[], second: number): Box | undefined {
  const next = path.findIndex(([at]) => at >= second);
  const to = path[next];
  if (to === undefined || (next === 0 && second < to[0])) return undefined;
  const from = path[next - 1] ?? to;
  const share = to[0] === from[0] ? 1 : (second - from[0]) / (to[0] - from[0]);
  const mix = (index: 0 | 1 | 2 | 3) => from[1][index] + (to[1][index] - from[1][index]) * share;
  return [mix(0), mix(1), mix(2), mix(3)];
}

/** A number 0–1 that is always the same for an actor, a second and a purpose. */
function chance({ name }: ScriptedActor, second: number, purpose: string): number {
  let seed = Math.round(second * 1000);
  for (const character of `${name} ${purpose}`) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom(seed)();
}
