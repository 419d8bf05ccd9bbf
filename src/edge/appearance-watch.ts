import type { Detection } from '../domain/detection.ts';
import { area, iou } from '../domain/geometry.ts';
import type { TrackId, UtcMs } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { Picture } from '../domain/picture.ts';
import type { Track } from '../domain/track.ts';
import type { AppearanceService } from './detect/appearance/appearance-service.ts';

/** Who overlaps a track this much is that track without doubt. */
const undoubtedIou = 0.5;

/**
 * Has the appearance told of those of one camera's objects for which it matters: whoever is not where somebody was, and
 * everybody now and then, so that they are known again once they are lost.
 */
export class AppearanceWatch {
  readonly #service: Pick<AppearanceService, 'classes' | 'refreshMs' | 'look'>;
  readonly #classes: ReadonlySet<ObjectClass>;
  readonly #toldAt = new Map<TrackId, UtcMs>();

  constructor(service: Pick<AppearanceService, 'classes' | 'refreshMs' | 'look'>) {
    this.#service = service;
    this.#classes = service.classes;
  }

  /** The detections in their order, some with an appearance; `tracks` as of the look before. Never rejects. */
  async tell(
    detections: readonly Detection[],
    pictures: readonly Picture[],
    { tracks, at }: { readonly tracks: readonly Track[]; readonly at: UtcMs },
  ): Promise<readonly Detection[]> {
    const picture = largest(pictures);
    const asked = detections.filter((detection) => this.#isAsked(detection, tracks, at));
    this.#forget(tracks);
    if (picture === undefined || asked.length === 0) return detections;
    const boxes = asked.map(({ box }) => box);
    const told = await this.#service.look(picture, boxes);
    const appearances = new Map(asked.map((detection, index) => [detection, told[index]]));
    return detections.map((detection) => {
      const appearance = appearances.get(detection);
      return appearance === undefined ? detection : { ...detection, appearance };
    });
  }

  #isAsked({ class: kind, box }: Detection, tracks: readonly Track[], at: UtcMs): boolean {
    if (!this.#classes.has(kind)) return false;
    const known = tracks.find((track) => track.state !== 'lost' && iou(track.box, box) >= undoubtedIou);
    if (known === undefined) return true;
    const toldAt = this.#toldAt.get(known.id);
    if (toldAt !== undefined && Math.abs(at - toldAt) < this.#service.refreshMs) return false;
    this.#toldAt.set(known.id, at);
    return true;
  }

  #forget(tracks: readonly Track[]): void {
    const live = new Set(tracks.map(({ id }) => id));
    for (const id of this.#toldAt.keys()) if (!live.has(id)) this.#toldAt.delete(id);
  }
}

function largest(pictures: readonly Picture[]): Picture | undefined {
  return pictures.reduce<Picture | undefined>(
    (best, each) =>
      best === undefined || area([0, 0, each.width, each.height]) > best.width * best.height ? each : best,
    undefined,
  );
}
