import { z } from 'zod';
import type { ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { Gathering, type SavedGathering } from '../rule/gathering.ts';
import { hoursSchema } from '../rule/hours.ts';
import { spreadOf } from '../rule/people-spread.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { type Stay, subjectOf, ZoneStays } from '../rule/zone-stays.ts';
import type { Look, SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['person'];
/** An alert names no more of a crowd than this, the main one with them. */
const maxNamed = 16;

/** Configuration of `crowd_gathering`. */
export const crowdGatheringSchema = z.strictObject({
  ...commonSceneFields,
  zones: commonSceneFields.zones.meta({
    description: "Ids of the camera's zones: polygons; people in one tagged `bus-stop` do not count.",
  }),
  minCount: z
    .number()
    .int()
    .min(2)
    .max(500)
    .default(15)
    .meta({ description: 'From this many people on it is a crowd.' }),
  stayShare: z.number().min(0.1).max(1).default(0.8).meta({
    description: 'A crowd under way lasts while there are at least this share of them, 0–1: some are always hidden.',
  }),
  dwellMs: durationMs({ min: 1_000, max: 3_600_000, default: 60_000, help: 'How long they must be that many.' }),
  growthShare: z.number().min(0.1).max(10).default(0.5).meta({
    description: 'A crowd that grew by this share of itself is of severity 1; 0.5 is half as many again.',
  }),
  growthWithinMs: durationMs({ min: 60_000, max: 3_600_000, default: 300_000, help: 'The time in which it grew so.' }),
  schoolHours: hoursSchema.min(1).optional().meta({
    description:
      'Hours in which people gather there as a matter of course, as at the gate of a school. None unless given.',
  }),
  queueElongation: z.number().min(1).max(100).default(4).meta({
    description: 'People are a queue when they are spread out this many times as far along a line as across it.',
  }),
  queueAcrossM: z.number().min(0).max(5).default(0.4).meta({
    description: 'And no further across it than this, standard deviation in metres; 0 tells no queues.',
  }),
});

/**
 * 人群聚集: many people stay in a polygon (design: scenes.md, 8). Polygons tagged `bus-stop` are not watched, and who
 * waits in one does not count elsewhere either.
 */
export const crowdGathering: SceneModule<typeof crowdGatheringSchema> = {
  id: 'crowd_gathering',
  version: 'crowd_gathering/2',
  classes,
  severity: 1,
  looks: { idleMs: 2_000, busyMs: 2_000 },
  schema: crowdGatheringSchema,
  reasons: {
    'too-few': { en: '{count} people, {needed} needed', zh: '人数 {count}，需 {needed}' },
    gathers: { en: '{count} people for {dwellMs} of {neededMs}', zh: '{count} 人聚集 {dwellMs}，需 {neededMs}' },
    crowd: { en: '{count} people for {dwellMs}, growth {growth}', zh: '{count} 人聚集 {dwellMs}，增幅 {growth}' },
    'school-hours': { en: '{count} people, in school hours', zh: '{count} 人，处于上下学时段' },
    queue: {
      en: '{count} people in a queue: spread over {alongM} m along and {acrossM} m across',
      zh: '{count} 人排队：沿队列 {alongM} 米，横向 {acrossM} 米',
    },
  },
  createRule(config, around) {
    const isBusStop = ({ tags }: Zone) => tags.includes('bus-stop');
    const zones = around.zones.filter((zone) => zone.kind === 'polygon' && !isBusStop(zone));
    const exclusions = [...around.exclusions, ...around.zones.filter(isBusStop)];
    const stays = new ZoneStays(classes, config, { zones, exclusions });
    const gatherings = new Map(zones.map((zone) => [zone, new Gathering(config)]));
    const gatheringIn = (id: ZoneId) => [...gatherings].find(([zone]) => zone.id === id)?.[1];

    /** Sure people, those briefly hidden with them, longest there first. */
    const peopleIn = (zone: Zone): Stay[] =>
      [...stays.all]
        .filter((stay) => stay.zone === zone && stay.track.state === 'confirmed')
        .filter(({ track }) => track.bestScore >= config.enterScore)
        .sort((a, b) => b.dwell.dwellMs - a.dwell.dwellMs);
    const spread = (people: readonly Stay[], look: Look) =>
      spreadOf(
        people.map(({ track }) => track),
        look.aspect,
        around.ground,
      );
    const inLine = (people: readonly Stay[], look: Look) => {
      const { alongM, acrossM } = spread(people, look);
      return acrossM < config.queueAcrossM && alongM >= config.queueElongation * acrossM;
    };

    /** What a gathering that has lasted long enough amounts to. */
    const judge = (zone: Zone, gathering: Gathering, people: readonly Stay[], look: Look, trace?: RuleTrace) => {
      const count = people.length;
      const { growth, peak, dwell } = gathering;
      if (config.schoolHours !== undefined && around.calendar.isWithin(config.schoolHours, look.at)) {
        trace?.note({ verdict: 'suppressed', code: 'school-hours', zone: zone.id, values: { count } });
        return [];
      }
      if (gathering.queues) {
        const values = trace && { count, ...spread(people, look) };
        trace?.note({ verdict: 'suppressed', code: 'queue', zone: zone.id, values });
        return [];
      }
      const [main, ...others] = people.slice(0, maxNamed);
      if (main === undefined || dwell === undefined) return [];
      trace?.note({
        verdict: 'fires',
        code: 'crowd',
        zone: zone.id,
        values: { count, dwellMs: dwell.dwellMs, growth },
      });
      const hit: SceneHit = {
        zone,
        startedAt: dwell.startedAt,
        // How long the crowd has lasted: a restart goes on from there.
        subject: subjectOf(main.track, dwell.dwellMs),
        others: others.map(({ track, dwell: own }) => subjectOf(track, own.dwellMs)),
        severity: growth >= config.growthShare ? 1 : 2,
        details: { count, peakCount: peak, growthShare: Math.round(growth * 100) / 100 },
        wholeZone: true,
      };
      return [hit];
    };

    return {
      resume(hits) {
        for (const { zone, startedAt, subject } of hits) gatheringIn(zone.id)?.resume(startedAt, subject.dwellMs);
      },
      pending: () =>
        [...gatherings.values()].flatMap(({ dwell }) =>
          dwell !== undefined && dwell.dwellMs < config.dwellMs
            ? { startedAt: dwell.startedAt, dueInMs: config.dwellMs - dwell.dwellMs }
            : [],
        ),
      save: () => ({
        stays: stays.save(),
        gatherings: [...gatherings].flatMap(([zone, gathering]) => {
          const saved = gathering.save();
          return saved === undefined ? [] : [[zone.id, saved] as const];
        }),
      }),
      restore(saved) {
        const state = saved as {
          stays: ReturnType<ZoneStays['save']>;
          gatherings: readonly (readonly [ZoneId, SavedGathering])[];
        };
        stays.restore(state.stays);
        for (const [zone, gathering] of state.gatherings) gatheringIn(zone)?.restore(gathering);
      },
      evaluate(look, trace) {
        stays.update(look, trace);
        return [...gatherings].flatMap(([zone, gathering]) => {
          const people = peopleIn(zone);
          const count = people.length;
          const enough = gathering.update(look.at, count, () => inLine(people, look));
          const dwellMs = gathering.dwell?.dwellMs ?? 0;
          if (!enough) {
            const values = { count, needed: config.minCount };
            trace?.note({ verdict: 'waits', code: 'too-few', zone: zone.id, values });
            return [];
          }
          // Most of them must be in view now: a crowd that leaves is counted as hidden for a moment.
          const inView = people.filter(({ present }) => present).length >= config.minCount * config.stayShare;
          if (dwellMs >= config.dwellMs && inView) return judge(zone, gathering, people, look, trace);
          const values = { count, dwellMs, neededMs: config.dwellMs };
          trace?.note({ verdict: 'waits', code: 'gathers', zone: zone.id, values });
          return [];
        });
      },
    };
  },
};
