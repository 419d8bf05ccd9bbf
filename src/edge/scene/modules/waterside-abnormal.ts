import { z } from 'zod';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Severity } from '../../../domain/scene-id.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { Crossers, crossingHit } from '../rule/crossers.ts';
import { metresApart } from '../rule/people-spread.ts';
import type { RuleNote, RuleTrace } from '../rule/rule-trace.ts';
import { isStaff, staffFields, staffReasons } from '../rule/staff.ts';
import { Subjects } from '../rule/subjects.ts';
import { type Excuse, WaterPlaces } from '../rule/water-places.ts';
import { hitOf, type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { Look, SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['person'];

/** Why somebody is reported. */
interface Why extends Pick<RuleNote, 'code' | 'values'> {
  readonly track: Track;
  readonly severity: Severity;
  readonly kind: 'entered-water' | 'in-water' | 'bank' | 'child-alone' | 'climb';
}

/** Configuration of `waterside_abnormal`. */
export const watersideAbnormalSchema = z.strictObject({
  ...commonSceneFields,
  zones: commonSceneFields.zones.meta({
    description:
      "Ids of the camera's zones: polygons tagged `water`, other polygons are the bank, lines must not be climbed over.",
  }),
  waterDwellMs: durationMs({
    min: 0,
    max: 600_000,
    default: 3_000,
    help: 'How long somebody must be in the water; who steps in from the bank is reported at once.',
  }),
  bankDwellMs: durationMs({ min: 1_000, max: 3_600_000, default: 60_000, help: 'How long on the bank, by day.' }),
  bankNightDwellMs: durationMs({
    min: 1_000,
    max: 3_600_000,
    default: 20_000,
    help: 'The same while the sun is down at the place of the camera.',
  }),
  shoreMargin: z.number().min(0).max(1).default(0.1).meta({
    description: 'Who is no further from the shore than this share of its own height is not in the water yet.',
  }),
  childScore: z.number().min(0).max(1).default(0.5).meta({
    description: 'From this score of a model on somebody is a child, 0–1, where one tells.',
  }),
  // A child by the water without anybody is to be seen to at once; a moment allows for who is briefly hidden.
  childDwellMs: durationMs({ min: 0, max: 600_000, default: 5_000, help: 'How long a child must be alone.' }),
  companionM: z.number().min(0.5).max(100).default(5).meta({
    description:
      'A child with somebody grown this near is not alone, metres; where the camera is not calibrated, by heights.',
  }),
  ignoreReflections: z.boolean().default(true).meta({
    description: 'Who appears in the water right below somebody on the bank is taken for a mirror image.',
  }),
  ...staffFields,
});

/**
 * 临水异常行为: somebody in the water, long on its bank, a child alone there, or over a line that must not be climbed
 * (design: scenes.md, 3). Polygons tagged `water` are water, the others the bank; every line is one to climb over.
 */
export const watersideAbnormal: SceneModule<typeof watersideAbnormalSchema> = {
  id: 'waterside_abnormal',
  version: 'waterside_abnormal/3',
  classes,
  also: ['boat'],
  severity: 1,
  // Somebody there is watched more closely than keyframes allow: a fall into the water takes a second.
  looks: { idleMs: 2_000, busyMs: 500 },
  schema: watersideAbnormalSchema,
  reasons: {
    ...staffReasons,
    entered: { en: 'went from the bank into the water', zh: '由岸边进入水中' },
    climbed: { en: 'climbed over the line, direction {direction}', zh: '翻越警戒线，方向 {direction}' },
    'at-edge': {
      en: 'at the edge of the water, not in it: {depth} of {least} from the shore',
      zh: '位于水边，距岸 {depth}，未达 {least}',
    },
    'on-boat': { en: 'aboard a boat', zh: '位于船上' },
    reflection: { en: 'mirror image of {owner}', zh: '疑为 {owner} 的水面倒影' },
    'child-waits': { en: 'a child alone for {aloneMs} of {neededMs}', zh: '儿童独处 {aloneMs}，需 {neededMs}' },
    'child-alone': {
      en: 'a child alone for {aloneMs}, {neededMs} is enough',
      zh: '儿童独处 {aloneMs}，达到 {neededMs}',
    },
  },
  createRule(config, around) {
    const stays = new ZoneStays(classes, config, around);
    const subjects = new Subjects(classes, config, around.exclusions);
    const crossers = new Crossers(around.zones, config);
    const places = new WaterPlaces(around.zones, config);
    const hasPolygons = around.zones.some(({ kind }) => kind === 'polygon');
    let night = false;
    const bankNeededMs = () => (night ? config.bankNightDwellMs : config.bankDwellMs);

    const report = (hit: SceneHit, why: Why, look: Look, trace?: RuleTrace): SceneHit[] => {
      const about = { zone: hit.zone.id, track: hit.subject.trackId };
      const staff = isStaff(why.track, look.at, config, around.calendar);
      const { code, values } = why;
      trace?.note({
        ...about,
        ...(staff ? { code: 'staff' } : { code, values }),
        verdict: staff ? 'suppressed' : 'fires',
      });
      if (staff) return [];
      const details = { ...hit.details, kind: why.kind, light: night ? 'night' : 'day' };
      return [{ ...hit, severity: why.severity, details }];
    };

    const inWater = (stay: Stay, found: Excuse | undefined, look: Look, trace?: RuleTrace): SceneHit[] => {
      const { track, zone, dwell } = stay;
      if (found !== undefined) {
        trace?.note({ ...found, zone: zone.id, track: track.id });
        return [];
      }
      const values = { dwellMs: dwell.dwellMs, neededMs: config.waterDwellMs };
      const entered = places.bathers.hasEntered(track.id);
      if (entered) {
        return report(hitOf(stay), { track, severity: 1, kind: 'entered-water', code: 'entered' }, look, trace);
      }
      if (values.dwellMs >= values.neededMs) {
        return report(
          hitOf(stay),
          { track, severity: 1, kind: 'in-water', code: 'dwell-reached', values },
          look,
          trace,
        );
      }
      trace?.note({ verdict: 'waits', code: 'dwells', zone: zone.id, track: track.id, values });
      return [];
    };

    const onBank = (stay: Stay, look: Look, trace?: RuleTrace): SceneHit[] => {
      const { track, zone, dwell } = stay;
      const about = { zone: zone.id, track: track.id };
      if (places.isAboard(track.box)) {
        trace?.note({ ...about, verdict: 'suppressed', code: 'on-boat' });
        return [];
      }
      const isNear = (grown: { readonly box: Track['box'] }) =>
        metresApart(track, grown, look.aspect, around.ground) <= config.companionM;
      const aloneMs = places.bathers.aloneMs(track, look.at, isNear);
      const alone = { aloneMs: aloneMs ?? 0, neededMs: config.childDwellMs };
      if (aloneMs !== undefined && aloneMs >= config.childDwellMs) {
        const why = { track, severity: 2, kind: 'child-alone', code: 'child-alone', values: alone } as const;
        return report(hitOf(stay), why, look, trace);
      }
      const values = { dwellMs: dwell.dwellMs, neededMs: bankNeededMs() };
      if (values.dwellMs >= values.neededMs) {
        return report(hitOf(stay), { track, severity: 2, kind: 'bank', code: 'dwell-reached', values }, look, trace);
      }
      if (aloneMs !== undefined) trace?.note({ ...about, verdict: 'waits', code: 'child-waits', values: alone });
      trace?.note({ ...about, verdict: 'waits', code: 'dwells', values });
      return [];
    };

    const climbing = (people: readonly Track[], look: Look, trace?: RuleTrace): SceneHit[] =>
      crossers.update(people, look.at).flatMap((crosser) => {
        const { track, direction } = crosser;
        // Where there are polygons, their stays tell of who does not count.
        if (!subjects.isSure(track, hasPolygons ? undefined : trace)) return [];
        const why = { track, severity: 2, kind: 'climb', code: 'climbed', values: { direction } } as const;
        return report(crossingHit(crosser, {}), why, look, trace);
      });

    return {
      resume(hits) {
        stays.resume(hits);
        crossers.resume(hits);
        places.resume(hits);
      },
      pending: () => stays.pending(({ zone }) => (places.isWater(zone) ? config.waterDwellMs : bankNeededMs())),
      save: () => ({ stays: stays.save(), crossers: crossers.save(), places: places.save() }),
      restore(saved) {
        const state = saved as {
          stays: ReturnType<typeof stays.save>;
          crossers: ReturnType<typeof crossers.save>;
          places: ReturnType<typeof places.save>;
        };
        stays.restore(state.stays);
        crossers.restore(state.crossers);
        places.restore(state.places);
      },
      evaluate(look, trace) {
        night = around.calendar.isNight(look.at, around.place);
        const people = subjects.seen(look, hasPolygons ? undefined : trace);
        const sure = hasPolygons ? stays.update(look, trace) : [];
        const excuses = places.update(look, people, stays);
        const staying = sure.flatMap((stay) => {
          const { id } = stay.track;
          if (places.isWater(stay.zone)) return inWater(stay, excuses.get(id), look, trace);
          return excuses.has(id) ? [] : onBank(stay, look, trace);
        });
        return [...staying, ...climbing(people, look, trace)];
      },
    };
  },
};
