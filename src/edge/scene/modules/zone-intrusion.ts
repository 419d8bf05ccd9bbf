import { z } from 'zod';
import { type ObjectClass, objectClasses } from '../../../domain/object-class.ts';
import type { SceneDetails, SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { type Crosser, Crossers, crossingHit } from '../rule/crossers.ts';
import { LookAlikes } from '../rule/look-alikes.ts';
import type { RuleNote } from '../rule/rule-trace.ts';
import { isStaff, staffFields, staffReasons } from '../rule/staff.ts';
import { Subjects } from '../rule/subjects.ts';
import { hitOf, type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck', 'excavator'];
const lookAlikes: readonly ObjectClass[] = ['animal'];

/** Configuration of `zone_intrusion`. */
export const zoneIntrusionSchema = z.strictObject({
  ...commonSceneFields,
  zones: commonSceneFields.zones.meta({
    description: "Ids of the camera's zones: polygons, those tagged `loitering` may be passed through, and lines.",
  }),
  classes: z
    .array(z.enum(objectClasses).exclude(['animal']))
    .min(1)
    .default(['person', 'car', 'bus', 'truck', 'excavator'])
    .meta({ description: 'What must not be in the zone. Animals never count.' }),
  dwellMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 5_000,
    help: 'How long it must be inside a polygon; lines act at once.',
  }),
  loiterMs: durationMs({
    min: 1_000,
    max: 3_600_000,
    default: 120_000,
    help: 'The same for zones tagged `loitering`, where passing through is allowed.',
  }),
  minClassShare: z.number().min(0).max(1).default(0.6).meta({
    description: 'Least share of its looks on which it was not taken for an animal, 0–1.',
  }),
  ...staffFields,
});

/**
 * 区域入侵/徘徊: somebody or something is where it must not be, crosses a line it must not cross, or stays for long in
 * a polygon tagged `loitering` (design: scenes.md, 14).
 */
export const zoneIntrusion: SceneModule<typeof zoneIntrusionSchema> = {
  id: 'zone_intrusion',
  version: 'zone_intrusion/4',
  classes,
  also: lookAlikes,
  classesOf: (config) => config.classes,
  severity: 2,
  // A dwell of 5 s would be over before a look every 10 s saw it.
  looks: { idleMs: 4_000, busyMs: 2_000 },
  schema: zoneIntrusionSchema,
  reasons: {
    ...staffReasons,
    crossed: { en: 'crossed the line, direction {direction}', zh: '越线，方向 {direction}' },
    animal: {
      en: 'taken for an animal: itself on {share} of its looks, {least} needed',
      zh: '疑为动物：自身类别占比 {share}，低于 {least}',
    },
  },
  createRule(config, around) {
    const stays = new ZoneStays(config.classes, config, around);
    const crossers = new Crossers(around.zones, config);
    const subjects = new Subjects(config.classes, config, around.exclusions);
    const alike = new LookAlikes(config.classes, lookAlikes, config);
    const hasPolygons = around.zones.some(({ kind }) => kind === 'polygon');
    const hasLines = around.zones.some(({ kind }) => kind === 'line');
    const loitering = new Set(around.zones.filter(({ tags }) => tags.includes('loitering')));
    const neededMs = ({ zone }: Stay) => (loitering.has(zone) ? config.loiterMs : config.dwellMs);

    const suppression = (track: Track, at: number): Omit<RuleNote, 'verdict'> | undefined => {
      const share = alike.share(track.id);
      if (share < config.minClassShare) return { code: 'animal', values: { share, least: config.minClassShare } };
      return isStaff(track, at, config, around.calendar) ? { code: 'staff' } : undefined;
    };
    const detailsOf = ({ dwell }: Stay): SceneDetails => ({
      kind: dwell.dwellMs >= config.loiterMs ? 'loitering' : 'intrusion',
    });

    return {
      resume(hits) {
        stays.resume(hits);
        crossers.resume(hits);
        alike.resume(hits);
      },
      pending: () => stays.pending(neededMs),
      save: () => ({ stays: stays.save(), crossers: crossers.save(), alike: alike.save() }),
      restore(saved) {
        const state = saved as {
          stays: ReturnType<ZoneStays['save']>;
          crossers: ReturnType<Crossers['save']>;
          alike: ReturnType<LookAlikes['save']>;
        };
        stays.restore(state.stays);
        crossers.restore(state.crossers);
        alike.restore(state.alike);
      },
      evaluate(look, trace) {
        alike.update(look);
        const hits: SceneHit[] = [];
        const judge = (of: Stay | Crosser, fires: Omit<RuleNote, 'verdict'>, hit: () => SceneHit) => {
          const about = { zone: of.zone.id, track: of.track.id };
          const suppressed = suppression(of.track, look.at);
          if (suppressed === undefined) hits.push(hit());
          trace?.note({
            ...about,
            ...(suppressed ?? fires),
            verdict: suppressed === undefined ? 'fires' : 'suppressed',
          });
        };
        for (const stay of hasPolygons ? stays.update(look, trace) : []) {
          const values = { dwellMs: stay.dwell.dwellMs, neededMs: neededMs(stay) };
          if (values.dwellMs >= values.neededMs) {
            judge(stay, { code: 'dwell-reached', values }, () => ({ ...hitOf(stay), details: detailsOf(stay) }));
          } else {
            trace?.note({ verdict: 'waits', code: 'dwells', zone: stay.zone.id, track: stay.track.id, values });
          }
        }
        // Where there are polygons, the stays have told of subjects that do not count.
        const seen = hasLines ? subjects.seen(look, hasPolygons ? undefined : trace) : [];
        for (const crosser of crossers.update(seen, look.at)) {
          if (!subjects.isSure(crosser.track, hasPolygons ? undefined : trace)) continue;
          const values = { direction: crosser.direction };
          judge(crosser, { code: 'crossed', values }, () => crossingHit(crosser, { kind: 'crossing' }));
        }
        return hits;
      },
    };
  },
};
