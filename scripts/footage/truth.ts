import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { SceneId } from '../../src/domain/scene-id.ts';

/** Whether a take must raise its scene's alert or must not. */
export type TakeKind = 'fires' | 'near';

/** How a take is lit; `rain` is a day of it. `infrared`: night, the camera's own lamp, no colour. */
export const lights = ['day', 'dusk', 'night', 'infrared', 'rain'] as const;
/** One way of lighting. */
export type LightKind = (typeof lights)[number];

/** What stands in the pictures and must be told from it: one labelled object in one picture. */
export interface TruthBox {
  /** Number of the object, the same through a take. */
  readonly id: number;
  readonly class: ObjectClass;
  /** Its visible part, [x1, y1, x2, y2] in pixels of the picture, x2 and y2 excluded. */
  readonly box: readonly [number, number, number, number];
  /** Share of the object that is seen: not hidden, not outside the picture; 0–1. */
  readonly visible: number;
  /** Too small or too hidden to demand: neither a miss nor a false alarm. */
  readonly ignore?: true;
}

/** A zone as the camera's configuration takes it: points normalised 0–1 of the picture. */
export interface TruthZone {
  readonly id: string;
  readonly kind: 'polygon' | 'line';
  readonly points: readonly (readonly [number, number])[];
  readonly tags: readonly string[];
}

/** Seconds of the take in which what the scene is about goes on (before any dwell). */
export interface TruthInterval {
  readonly scene: SceneId;
  readonly fromS: number;
  readonly toS: number;
}

/** What is true of one take, written beside its clip. */
export interface TakeTruth {
  readonly version: 1;
  readonly scene: SceneId;
  readonly take: TakeKind;
  readonly seed: number;
  readonly light: LightKind;
  /** One line for people: what is to be seen. */
  readonly about: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly zones: readonly TruthZone[];
  readonly intervals: readonly TruthInterval[];
  /** Picture by picture. */
  readonly pictures: readonly (readonly TruthBox[])[];
}

/** One picture for training: a line of `truth.jsonl`. */
export interface PictureTruth {
  /** Relative to the line's file. */
  readonly file: string;
  readonly scene: SceneId;
  readonly seed: number;
  readonly light: LightKind;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly TruthBox[];
}
