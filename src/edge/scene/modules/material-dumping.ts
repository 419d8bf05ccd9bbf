import { z } from 'zod';
import { area } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit, Subject } from '../../../domain/scene-event.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { exemptHours } from '../rule/exempt-hours.ts';
import { shareReasons } from '../rule/held-share.ts';
import { hoursSchema } from '../rule/hours.ts';
import { Learning, type SavedLearning } from '../rule/learning.ts';
import { PileMemory } from '../rule/pile-memory.ts';
import { RecentVehicles, type SavedVehicles } from '../rule/recent-vehicles.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { type SavedSpots, type Spot, Spots, spotHits } from '../rule/spots.ts';
import type { Look, SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['debris_pile', 'left_object'];
const dumpable = ['debris_pile', 'left_object', 'goods', 'garbage_bag'] as const satisfies readonly ObjectClass[];
const vehicles: readonly ObjectClass[] = ['truck', 'tricycle', 'excavator'];

/** Parts of one pile lie no further apart than this, in sizes of the smaller one. */
const pileReach = 0.3;
/** Share of a box that must lie where a pile was before to be the same pile. */
const samePileOverlap = 0.5;
/** A vehicle that dumps stands this near: half of its own length. */
const vehicleReach = 0.5;
/** What was seen for less while the zone was learnt may have shown only part of itself. */
const extentLearntMs = 60_000;

/** Configuration of `material_dumping`. */
export const materialDumpingSchema = z.strictObject({
  ...slowSceneFields,
  classes: z
    .array(z.enum(dumpable))
    .min(1)
    .default(['debris_pile', 'left_object'])
    .meta({ description: 'What counts as dumped.' }),
  dwellMs: durationMs({
    min: 5_000,
    max: 86_400_000,
    default: 300_000,
    help: 'How long it must lie where nothing lay before.',
  }),
  seenShare: z.number().min(0.1).max(1).default(0.7).meta({
    description: 'Share of that time for which it must be seen, 0–1.',
  }),
  learnMs: durationMs({
    min: 0,
    max: 86_400_000,
    default: 300_000,
    help: 'What is first seen within this time of a zone being watched was there before and is no case.',
  }),
  rememberMs: durationMs({
    min: 60_000,
    max: 2_592_000_000,
    default: 86_400_000,
    help: 'What was there before is known for this long while it is not seen, as at night or behind a parked bus.',
  }),
  vehicleMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 120_000,
    help: 'A truck or tricycle that stood there no longer than this before it is linked to it.',
  }),
  permittedHours: hoursSchema.min(1).optional().meta({
    description: 'Hours in which material may be put down here, as for building work; time then does not count.',
  }),
});

/** 乱堆物料: rubble or goods were put down where nothing lay before (design: scenes.md, 6). */
export const materialDumping: SceneModule<typeof materialDumpingSchema> = {
  id: 'material_dumping',
  version: 'material_dumping/2',
  classes,
  also: vehicles,
  classesOf: (config) => config.classes,
  severity: 3,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: materialDumpingSchema,
  reasons: {
    ...shareReasons,
    'there-before': { en: 'was there when the zone began to be watched', zh: '布防之初已存在' },
    'permitted-hours': { en: 'material may be put down at this hour', zh: '处于允许堆放时段' },
  },
  createRule(config, around) {
    const limits = {
      windowMs: config.dwellMs,
      share: config.seenShare,
      streamGapMs: config.streamGapMs,
      rememberMs: config.rememberMs,
    };
    const learning = new Learning({ ...config, zones: around.zones });
    const recent = new RecentVehicles({ classes: vehicles, limits: config, keepMs: config.vehicleMs });
    const spots = new Spots<PileMemory>({
      classes: config.classes,
      limits: config,
      around,
      reach: pileReach,
      minOverlap: samePileOverlap,
      rank: ({ box }) => -area(box),
      isLearnt: ({ memory, zone, seenMs }) =>
        memory.known && !learning.learns(zone) && seenMs >= Math.min(config.learnMs, extentLearntMs),
      forgetMs: config.dwellMs,
      begin: (zone, earlier) =>
        new PileMemory({ known: earlier === undefined && learning.learns(zone), limits, earlier }),
      restore: (saved) => PileMemory.restore(saved, limits),
    });
    const isPermitted = exemptHours(config.permittedHours, around.calendar);
    const judge = (spot: Spot<PileMemory>, look: Look, trace: RuleTrace | undefined): SceneHit[] => {
      const permitted = isPermitted(look.at);
      const { memory, zone, id, tracks } = spot;
      const about = { zone: zone.id, track: id };
      const exempt = memory.known ? 'there-before' : permitted ? 'permitted-hours' : undefined;
      memory.add(look.at, tracks.length > 0 && exempt === undefined, spots.lookBeforeAt);
      if (tracks.length === 0) return [];
      memory.see(look.at, () => recent.beside(spot.place, vehicleReach, look.aspect));
      if (!spot.sure) return [];
      if (exempt === undefined) memory.share.tell(trace, about);
      else trace?.note({ ...about, verdict: 'suppressed', code: exempt });
      const { held } = memory;
      return exempt !== undefined || held === undefined ? [] : spotHits(spot, held, linked(memory.broughtBy));
    };
    return {
      resume: (hits) => spots.resume(hits),
      pending: () => spots.pending(),
      save: () => ({ spots: spots.save(), learning: learning.save(), recent: recent.save() }),
      restore: (saved) => {
        const state = saved as { spots: SavedSpots; learning: SavedLearning; recent: SavedVehicles };
        spots.restore(state.spots);
        learning.restore(state.learning);
        recent.restore(state.recent);
      },
      evaluate(look, trace) {
        learning.pass(look.at);
        recent.update(look);
        return spots.update(look, trace).flatMap((spot) => judge(spot, look, trace));
      },
    };
  },
};

/** The vehicle that stood by when it appeared, as part of the case. */
function linked(vehicle: Subject | undefined): Pick<SceneHit, 'others' | 'details'> {
  if (vehicle === undefined) return {};
  return { others: [vehicle], details: { vehicleClass: vehicle.class, vehicleStoodMs: vehicle.dwellMs } };
}
