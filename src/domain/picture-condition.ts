import type { Point } from './geometry.ts';
import type { UtcMs } from './ids.ts';
import type { SceneId } from './scene-id.ts';

/** What can be wrong with a camera's pictures. */
export const pictureFaults = ['covered', 'moved', 'black', 'frozen', 'blurred'] as const;

/** One of them. */
export type PictureFault = (typeof pictureFaults)[number];

/** What can be wrong with a camera; `lost`: no pictures come at all. */
export type CameraFault = PictureFault | 'lost';

/** Scene id of the maintenance alert about a camera: not one of the 14, and nobody configures it. */
export const cameraFaultScene: SceneId = 'camera_fault';

/** A picture beside what its camera usually shows in such light. */
export interface ReferenceMatch {
  /** How much of the usual structure is there: 1 as always, about 0 where another thing is seen or nothing. */
  readonly likeness: number;
  /** Correlation of large-scale brightness, −1 to 1: a picture out of focus keeps it. */
  readonly layout: number;
  /** Share of the reference's structured blocks that show any structure, 0–1. */
  readonly structured: number;
  /** Its large-scale contrast by the usual one: a cloth before the lens is even, a view is not. */
  readonly relief: number;
  /** Its sharpness by the usual one; undefined where there is no structure to tell. */
  readonly sharpness: number | undefined;
  /** Its brightness by the usual one: 1 the same, 0.5 half of it. */
  readonly light: number;
  /** Where the view went, as shares of width and height, found by search; undefined: it is where it was, or nowhere. */
  readonly shift: Point | undefined;
}

/** What one picture measures; greys are 0–255. */
export interface PictureCondition {
  readonly mean: number;
  /** Standard deviation over the whole picture. */
  readonly contrast: number;
  /** Share of blocks that show structure, 0–1. */
  readonly structured: number;
  /** Share of blocks exactly as on the picture before, 0–1; 0 where there was none. */
  readonly unchanged: number;
  /** Undefined while the view is being learnt, or shows too little to be told again. */
  readonly reference: ReferenceMatch | undefined;
}

/**
 * What becomes of the reference: it follows while the camera is well; at hours at which lamps and infrared go on or off,
 * the same view may be learnt in a second light; it is learnt anew when another view is accepted.
 */
export type ReferenceOrder = 'follow' | 'relight' | 'hold' | 'replace';

/**
 * Measures small grey pictures of one camera against its reference. The reference lies in shared memory, which belongs
 * to whoever has the camera's look in hand, and survives the thread.
 */
export interface ConditionInspector {
  /** Size of the grey picture it wants; stretched, averaged over source pixels. */
  readonly width: number;
  readonly height: number;
  /** Bytes of memory a camera needs; zeroed memory is a camera without a past. */
  readonly memoryBytes: number;
  /** `luma`: packed rows, one byte a pixel. Never throws for any bytes. */
  measure(memory: SharedArrayBuffer, luma: Uint8Array, at: UtcMs, order: ReferenceOrder): PictureCondition;
}
