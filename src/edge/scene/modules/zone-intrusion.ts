import { z } from 'zod';
import { type ObjectClass, objectClasses } from '../../../domain/object-class.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { hitOf, lasted, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck', 'excavator'];

/** Configuration of `zone_intrusion`. */
export const zoneIntrusionSchema = z.strictObject({
  ...commonSceneFields,
  classes: z
    .array(z.enum(objectClasses))
    .min(1)
    .default(['person', 'car', 'bus', 'truck', 'excavator'])
    .meta({ description: 'What must not be in the zone.' }),
  dwellMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 5_000,
    help: 'How long it must be inside; 120000 makes the rule one for loitering.',
  }),
});

/** 区域入侵/徘徊: somebody or something is where it must not be (design: scenes.md, 14). */
export const zoneIntrusion: SceneModule<typeof zoneIntrusionSchema> = {
  id: 'zone_intrusion',
  version: 'zone_intrusion/1',
  classes,
  severity: 2,
  // A dwell of 5 s would be over before a look every 10 s saw it.
  looks: { idleMs: 4_000, busyMs: 2_000 },
  schema: zoneIntrusionSchema,
  reasons: {},
  createRule(config, around) {
    const stays = new ZoneStays(config.classes, config, around);
    return {
      resume: (hits) => stays.resume(hits),
      pending: () => stays.pending(config.dwellMs),
      save: () => stays.save(),
      restore: (saved) => stays.restore(saved as ReturnType<ZoneStays['save']>),
      evaluate: (look, trace) => lasted(stays.update(look, trace), config.dwellMs, trace).map(hitOf),
    };
  },
};
