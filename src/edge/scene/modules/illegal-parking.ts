import { z } from 'zod';
import { type Box, centre, distance } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { hitOf, lasted, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['car', 'bus', 'truck'];

/** Configuration of `illegal_parking`. */
export const illegalParkingSchema = z.strictObject({
  ...commonSceneFields,
  // The field's range is 30 s to 1 h; shorter dwells exist for footage that is shorter than a parking offence.
  dwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 300_000,
    help: 'How long a vehicle must stand in the zone; 30 s to 1 h in the field.',
  }),
  maxDrift: z
    .number()
    .positive()
    .max(1)
    .default(0.15)
    .meta({ description: 'A vehicle that moved by more than this share of its own size is not standing.' }),
});

/** 机动车违停: a vehicle stands in a no-parking polygon (design: scenes.md, 1). */
export const illegalParking: SceneModule<typeof illegalParkingSchema> = {
  id: 'illegal_parking',
  version: 'illegal_parking/1',
  classes,
  severity: 3,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: illegalParkingSchema,
  reasons: {
    moved: { en: 'moved by {drift} of its size, {most} is standing', zh: '移动了自身尺寸的 {drift}，超过 {most}' },
  },
  createRule(config, around) {
    const stays = new ZoneStays(classes, config, around);
    return {
      resume: (hits) => stays.resume(hits),
      pending: () => stays.pending(config.dwellMs),
      save: () => stays.save(),
      restore: (saved) => stays.restore(saved as ReturnType<ZoneStays['save']>),
      evaluate(look, trace) {
        const standing = stays.update(look, trace).filter((stay) => {
          const moved = drift(stay.reference, stay.track.box);
          if (moved <= config.maxDrift) return true;
          stay.dwell.restart(look.at);
          stay.reference = stay.track.box;
          const values = { drift: moved, most: config.maxDrift };
          trace?.note({ verdict: 'ignored', code: 'moved', zone: stay.zone.id, track: stay.track.id, values });
          return false;
        });
        return lasted(standing, config.dwellMs, trace).map(hitOf);
      },
    };
  },
};

/** How far a box moved, in units of its larger side (in normalised coordinates). */
function drift(from: Box, to: Box): number {
  const size = Math.max(from[2] - from[0], from[3] - from[1]);
  return size > 0 ? distance(centre(from), centre(to)) / size : Number.POSITIVE_INFINITY;
}
