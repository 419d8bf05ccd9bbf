import { z } from 'zod';
import type { ObjectClass } from '../../../domain/object-class.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { hoursSchema } from '../rule/hours.ts';
import { queueFields } from '../rule/queue-config.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { drift, maxDriftField, Standstill, standstillReasons } from '../rule/standstill.ts';
import { VehicleQueues } from '../rule/vehicle-queues.ts';
import { hitOf, lasted, type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['car', 'bus', 'truck'];

/** Configuration of `illegal_parking`. */
export const illegalParkingSchema = z.strictObject({
  ...slowSceneFields,
  // The field's range is 30 s to 1 h; shorter dwells exist for footage that is shorter than a parking offence.
  dwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 300_000,
    help: 'How long a vehicle must stand in the zone; 30 s to 1 h in the field.',
  }),
  maxDrift: maxDriftField(0.15),
  ...queueFields,
  loadingHours: hoursSchema.min(1).optional().meta({
    description:
      'Hours in which zones tagged `loading-bay` may be parked in; a stay counts from their end. Unless given, never.',
  }),
});

type Config = z.output<typeof illegalParkingSchema>;

interface SavedRule {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly standstill: ReturnType<Standstill['save']>;
  readonly queues: ReturnType<VehicleQueues['save']>;
}

/** 机动车违停: a vehicle stands in a no-parking polygon (design: scenes.md, 1). Zone tag `loading-bay`: see `loadingHours`. */
export const illegalParking: SceneModule<typeof illegalParkingSchema> = {
  id: 'illegal_parking',
  version: 'illegal_parking/5',
  classes,
  severity: 3,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: illegalParkingSchema,
  reasons: {
    ...standstillReasons,
    'loading-hours': { en: 'in a loading bay within its hours', zh: '处于装卸泊位允许时段' },
    'in-queue': { en: 'waits in a queue of {vehicles} vehicles', zh: '在 {vehicles} 辆车的排队中等候' },
    'queue-leaving': {
      en: 'the queue it stood in just left, {heldForMs} to follow',
      zh: '所在车队刚驶离，{heldForMs} 内可跟上',
    },
  },
  createRule(config, around) {
    const stays = new ZoneStays(classes, config, around);
    const standstill = new Standstill(stays, config);
    const queues = new VehicleQueues(classes, config);
    const queueing = config.queueVehicles > 0;
    const mayLoad = ({ zone }: Stay, at: number) =>
      config.loadingHours !== undefined &&
      zone.tags.includes('loading-bay') &&
      around.calendar.isWithin(config.loadingHours, at);
    return {
      resume: (hits) => stays.resume(hits),
      pending: () => pending(stays, standstill, queues, config),
      save: (): SavedRule => ({ stays: stays.save(), standstill: standstill.save(), queues: queues.save() }),
      restore(saved) {
        const before = saved as SavedRule;
        stays.restore(before.stays);
        standstill.restore(before.standstill);
        queues.restore(before.queues);
      },
      evaluate(look, trace) {
        if (queueing) queues.update(look);
        const parked = stays.update(look, trace).filter((stay) => {
          if (!standstill.check(stay, look, trace)) return false;
          if (mayLoad(stay, look.at)) {
            // What stands there when the hours end has the full dwell from then on to leave.
            stay.dwell.restart(look.at);
            trace?.note({ verdict: 'suppressed', code: 'loading-hours', zone: stay.zone.id, track: stay.track.id });
            return false;
          }
          return stay.dwell.dwellMs < config.dwellMs || !waits(stay, queues, trace);
        });
        return lasted(parked, config.dwellMs, trace).map((stay) => {
          const share = drift(stay.reference, stay.track.box, look.aspect);
          return { ...hitOf(stay), details: { driftShare: Math.round(share * 1000) / 1000 } };
        });
      },
    };
  },
};

function waits(stay: Stay, queues: VehicleQueues, trace: RuleTrace | undefined): boolean {
  const hold = queues.holds(stay.track.id);
  if (hold === undefined) return false;
  const { state, vehicles, heldForMs } = hold;
  trace?.note({
    verdict: 'suppressed',
    code: state === 'standing' ? 'in-queue' : 'queue-leaving',
    zone: stay.zone.id,
    track: stay.track.id,
    values: { vehicles, heldForMs },
  });
  return true;
}

function pending(stays: ZoneStays, standstill: Standstill, queues: VehicleQueues, config: Config) {
  return [...stays.all].flatMap((stay) => {
    const standsForMs = config.dwellMs - standstill.standingMs(stay);
    const dueInMs = Math.max(standsForMs, queues.holds(stay.track.id)?.heldForMs ?? 0);
    return dueInMs > 0 ? { startedAt: stay.dwell.startedAt, dueInMs } : [];
  });
}
