import type { Box } from './geometry.ts';
import type { UtcMs } from './ids.ts';

/**
 * Why a picture is, or is not, worth a detector's time.
 * `first`: nothing to compare it with; `changed`: parts differ from what the camera usually shows; `transformed`: most of
 * the structure is another (camera moved, covered, or a cut); `still`: nothing changed; `relit`: only the light did.
 */
export type ActivityReason = 'first' | 'changed' | 'transformed' | 'still' | 'relit';

/** What the comparison of one picture with its camera's past says. */
export interface Activity {
  readonly active: boolean;
  readonly reason: ActivityReason;
  /** Share of the picture that changed, 0–1. */
  readonly changedShare: number;
  /** What changed, with a margin, merged where boxes touch: at most 8; the whole picture for `first` and `transformed`. */
  readonly regions: readonly Box[];
}

/**
 * Compares small grey pictures of one camera with its past. The past lies in shared memory, which belongs to whoever has the camera's
 * look in hand: one at a time, on any thread, and it survives the thread.
 */
export interface ActivityInspector {
  /** Size of the grey picture it wants, whatever the camera's; stretched, averaged over source pixels. */
  readonly width: number;
  readonly height: number;
  /** Bytes of memory a camera needs; zeroed memory is a camera without a past. */
  readonly memoryBytes: number;
  /** `luma`: packed rows, one byte a pixel. Never throws for any bytes. */
  inspect(memory: SharedArrayBuffer, luma: Uint8Array, at: UtcMs): Activity;
}
