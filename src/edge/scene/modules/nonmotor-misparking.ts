import { z } from 'zod';
import type { UtcMs } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { Riders, riderFields } from '../rule/riders.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { maxDriftField, Standstill, standstillReasons } from '../rule/standstill.ts';
import { Subjects } from '../rule/subjects.ts';
import { eachSubject, zoneCase } from '../rule/zone-case.ts';
import { type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

// Models without a class for e-bikes call them motorcycles, and so does any model now and then.
const classes: readonly ObjectClass[] = ['bicycle', 'e-bike', 'motorcycle'];
/** Zones with one of these tags are where bikes may stand; all others are where they may not. */
const legalTags: readonly string[] = ['legal', 'rack'];

/** Configuration of `nonmotor_misparking`. */
export const nonmotorMisparkingSchema = z.strictObject({
  ...slowSceneFields,
  zones: slowSceneFields.zones.meta({
    description:
      "Ids of the camera's zones: polygons where bikes must not stand and, tagged `legal` or `rack`, those where they may.",
  }),
  leastUnits: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .meta({ description: 'So many bikes in one zone are a case.' }),
  dwellMs: durationMs({
    min: 5_000,
    max: 7_200_000,
    default: 300_000,
    help: 'How long each of them must have stood.',
  }),
  singleDwellMs: durationMs({
    min: 5_000,
    max: 7_200_000,
    help: 'A single bike that stands this long is a case as well; 30000 is usual. Unless given, it never is.',
  }).optional(),
  // Bikes are nudged by their neighbours, and boxes in a row of them are not steady.
  maxDrift: maxDriftField(0.5),
  ...riderFields,
});

interface SavedRule {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly standstill: ReturnType<Standstill['save']>;
  readonly riders: ReturnType<Riders['save']>;
}

/**
 * 非机动车乱停: bikes stand where they must not, outside racks and marked areas (design: scenes.md, 7). One case a zone,
 * however many bikes come and go while it lasts.
 */
export const nonmotorMisparking: SceneModule<typeof nonmotorMisparkingSchema> = {
  id: 'nonmotor_misparking',
  version: 'nonmotor_misparking/2',
  classes,
  also: ['person'],
  severity: 4,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: nonmotorMisparkingSchema,
  reasons: {
    ...standstillReasons,
    ridden: { en: 'somebody is on it', zh: '有人骑乘' },
    'too-few': {
      en: 'one of {units} bikes that stood for {neededMs}, {least} are needed',
      zh: '停放满 {neededMs} 的车辆共 {units} 辆，需 {least} 辆',
    },
    'enough-units': { en: 'one of {units} parked bikes in the zone', zh: '区域内乱停车辆共 {units} 辆' },
  },
  createRule(config, around) {
    const isLegal = ({ tags }: Zone) => tags.some((tag) => legalTags.includes(tag));
    const zones = around.zones.filter((zone) => !isLegal(zone));
    const legal = around.zones.filter((zone) => zone.kind === 'polygon' && isLegal(zone));
    const stays = new ZoneStays(classes, config, { zones, exclusions: [...around.exclusions, ...legal] });
    const standstill = new Standstill(stays, config);
    const riders = new Riders(stays, config);
    const people = new Subjects(['person'], config, []);
    const singleMs = config.singleDwellMs ?? Number.POSITIVE_INFINITY;
    const firstMs = Math.min(singleMs, config.dwellMs);

    return {
      resume: (hits) => stays.resume(eachSubject(hits)),
      pending: () =>
        [...stays.all].flatMap((stay) => {
          const standsMs = standstill.standingMs(stay);
          const dueInMs = (standsMs < firstMs ? firstMs : config.dwellMs) - standsMs;
          return dueInMs > 0 ? { startedAt: stay.dwell.startedAt, dueInMs } : [];
        }),
      save: (): SavedRule => ({ stays: stays.save(), standstill: standstill.save(), riders: riders.save() }),
      restore(saved) {
        const before = saved as SavedRule;
        stays.restore(before.stays);
        standstill.restore(before.standstill);
        riders.restore(before.riders);
      },
      evaluate(look, trace) {
        const seen = stays.update(look, trace);
        const persons = seen.length > 0 ? people.seen(look) : [];
        for (const stay of seen) {
          const stands = standstill.check(stay, look, trace);
          const ridden = riders.check(stay, persons, look.at);
          if (!stands || !ridden) continue;
          trace?.note({ verdict: 'suppressed', code: 'ridden', zone: stay.zone.id, track: stay.track.id });
        }
        // Of bikes in a row the detector misses one now and then: those hidden for a moment stand there still.
        const unseen = [...stays.all].filter((stay) => !stay.present);
        const parked = [...seen, ...unseen].filter((stay) => standstill.stands(stay) && riders.isFree(stay));
        return [...Map.groupBy(parked, ({ zone }) => zone)].flatMap(
          ([zone, bikes]) => judge(zone, bikes, look.at, trace) ?? [],
        );
      },
    };

    function judge(zone: Zone, bikes: readonly Stay[], at: UtcMs, trace?: RuleTrace): SceneHit | undefined {
      if (!bikes.some(({ present }) => present)) return undefined;
      const stood = bikes.filter((stay) => seenFor(stay, at) >= config.dwellMs);
      const alone = bikes.filter((stay) => seenFor(stay, at) >= singleMs);
      const many = stood.length >= config.leastUnits ? stood : [];
      const units = new Set(alone.length > many.length ? alone : many);
      for (const stay of bikes) {
        const dwellMs = seenFor(stay, at);
        const about = { zone: zone.id, track: stay.track.id };
        if (units.has(stay)) {
          trace?.note({ ...about, verdict: 'fires', code: 'enough-units', values: { units: units.size } });
        } else if (dwellMs >= config.dwellMs) {
          const values = { units: stood.length, least: config.leastUnits, neededMs: config.dwellMs };
          trace?.note({ ...about, verdict: 'waits', code: 'too-few', values });
        } else {
          trace?.note({ ...about, verdict: 'waits', code: 'dwells', values: { dwellMs, neededMs: firstMs } });
        }
      }
      return zoneCase(zone, [...units], { units: units.size });
    }
  },
};

/** How long a bike had stood when it was last seen: one that just left must not decide a case. */
function seenFor({ dwell, track }: Stay, at: UtcMs): number {
  return Math.max(0, dwell.dwellMs - (at - track.lastSeenAt));
}
