import type { Detection } from '../../domain/detection.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Track } from '../../domain/track.ts';

/** Follows the objects of one camera from look to look. */
export interface Tracker {
  /**
   * Takes one look in. Returns every live track in order of its birth (those seen have `lastSeenAt === at`),
   * then the tracks this look removed, once, with state `removed`. `overlooked`: what was not looked for; who is of these
   * classes and not seen was not missed either.
   */
  update(detections: readonly Detection[], at: UtcMs, overlooked?: ReadonlySet<ObjectClass>): readonly Track[];
  /** All it knows, as JSON: another tracker of its kind that restores it goes on exactly as this one would. */
  save(): unknown;
  /** Before the first look. False: nothing a tracker of this kind has saved; it begins with nobody. */
  restore(saved: unknown): boolean;
}
