import { z } from 'zod';
import { anchorOf, area, type Box, insidePolygon, type Point } from '../../../domain/geometry.ts';
import type { UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import { PolygonSamples } from '../../../domain/polygon-samples.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { overlapOfSmaller } from '../rule/box-groups.ts';
import { Flooding, type SavedFlooding } from '../rule/flooding.ts';
import { type Began, shareReasons } from '../rule/held-share.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { Subjects } from '../rule/subjects.ts';
import { subjectOf } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['water_surface'];
const trucks: readonly ObjectClass[] = ['truck'];

/** Configuration of `waterlogging`. */
export const waterloggingSchema = z.strictObject({
  ...slowSceneFields,
  dwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 120_000,
    help: 'How long the water must stand.',
  }),
  seenShare: z.number().min(0.1).max(1).default(0.8).meta({
    description: 'Share of that time for which it must be seen, 0–1: the glare of a wet road comes and goes.',
  }),
  minAreaShare: z.number().min(0).max(1).default(0.1).meta({
    description: 'Least share of the road polygon that is under water, 0–1.',
  }),
  severeAreaShare: z.number().min(0).max(1).default(0.3).meta({
    description: 'From this share on, for as long, the case is of severity 2.',
  }),
  truckMs: durationMs({
    min: 0,
    max: 600_000,
    default: 60_000,
    help: "Water first seen no later than this after a truck's passing may be a sprinkler's.",
  }),
  sprinklerWaitMs: durationMs({
    min: 0,
    max: 3_600_000,
    default: 600_000,
    help: 'And must then stand for this long: a sprinkled road dries.',
  }),
});

/** 道路积水: water stands on a road (design: scenes.md, 9). */
export const waterlogging: SceneModule<typeof waterloggingSchema> = {
  id: 'waterlogging',
  version: 'waterlogging/2',
  classes,
  also: trucks,
  severity: 2,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: waterloggingSchema,
  reasons: {
    ...shareReasons,
    'small-water': {
      en: 'covers {areaShare} of the road, {least} is needed',
      zh: '积水占路面 {areaShare}，需 {least}',
    },
    'sprinkler-truck': {
      en: 'came with a truck: stands for {dwellMs} of {neededMs}',
      zh: '车辆经过后出现，疑为洒水：已持续 {dwellMs}，需 {neededMs}',
    },
    severe: {
      en: 'covers {areaShare} of the road, {least} is severe',
      zh: '积水占路面 {areaShare}，达到严重程度 {least}',
    },
  },
  createRule(config, around) {
    const water = new Subjects(classes, config, around.exclusions);
    const passing = new Subjects(trucks, config, []);
    const limits = {
      windowMs: config.dwellMs,
      share: config.seenShare,
      streamGapMs: config.streamGapMs,
      truckMs: config.truckMs,
    };
    const roads = around.zones
      .filter(({ kind }) => kind === 'polygon')
      .map((zone) => ({
        zone,
        bounds: boundsOf(zone.points),
        samples: new PolygonSamples(zone.points),
        flooding: new Flooding(limits),
      }));
    const judge = (
      { zone, samples, flooding }: (typeof roads)[number],
      { at, tracks, truck }: { at: UtcMs; tracks: readonly Track[]; truck: boolean },
      trace: RuleTrace | undefined,
    ): SceneHit[] => {
      const about = { zone: zone.id };
      const areaShare = flooded(samples, tracks);
      const wet = areaShare >= config.minAreaShare;
      const sure = tracks.filter((track) => wet && water.isSure(track, trace)).length > 0;
      flooding.add(at, { wet, severe: areaShare >= config.severeAreaShare, truck, sure });
      const small = { areaShare, least: config.minAreaShare };
      if (!wet && areaShare > 0) trace?.note({ ...about, verdict: 'ignored', code: 'small-water', values: small });
      // What is a case already stays one while half of it is seen: cars drive through, waves hide edges.
      if (areaShare < config.minAreaShare / 2 || areaShare === 0 || !flooding.sure) return [];
      const { held } = flooding.wet;
      if (held !== undefined && flooding.afterTruck && held.dwellMs < config.sprinklerWaitMs) {
        const values = { dwellMs: held.dwellMs, neededMs: config.sprinklerWaitMs };
        trace?.note({ ...about, verdict: 'waits', code: 'sprinkler-truck', values });
        return [];
      }
      flooding.wet.tell(trace, about);
      if (held === undefined) return [];
      const values = { areaShare, least: config.severeAreaShare };
      if (flooding.isSevere) trace?.note({ ...about, verdict: 'fires', code: 'severe', values });
      return roadHits(zone, held, tracks, { severity: flooding.isSevere ? 2 : 3, details: { areaShare } });
    };
    return {
      resume(hits) {
        for (const { zone, startedAt, subject } of hits) {
          const road = roads.find((each) => each.zone === zone);
          road?.flooding.resume({ startedAt, dwellMs: subject.dwellMs });
        }
      },
      pending: () =>
        roads.flatMap(({ flooding: { wet, afterTruck, sure } }) => {
          const { startedAt } = wet;
          const dueInMs = Math.max(wet.dueInMs, afterTruck ? config.sprinklerWaitMs - wet.dwellMs : 0);
          return sure && startedAt !== undefined && dueInMs > 0 ? { startedAt, dueInMs } : [];
        }),
      save: () => Object.fromEntries(roads.map(({ zone, flooding }) => [zone.id, flooding.save()])),
      restore(saved) {
        const known = saved as Readonly<Record<ZoneId, SavedFlooding | undefined>>;
        for (const { zone, flooding } of roads) {
          const state = known[zone.id];
          if (state !== undefined) flooding.restore(state);
        }
      },
      evaluate(look, trace) {
        const seen = water.seen(look, trace);
        // What is taken for a truck for a moment brings no water.
        const driving = passing.seen(look).filter((track) => passing.isSure(track));
        return roads.flatMap((road) => {
          const tracks = seen.filter(({ box }) => overlapOfSmaller(box, road.bounds) > 0);
          const truck = driving.some(({ box }) => insidePolygon(anchorOf(box), road.zone.points));
          return judge(road, { at: look.at, tracks, truck }, trace);
        });
      },
    };
  },
};

/** Share of the road under water: what the boxes cover of it, less what their masks leave free. */
function flooded(samples: PolygonSamples, tracks: readonly Track[]): number {
  if (tracks.length === 0) return 0;
  const boxes = tracks.map(({ box }) => box);
  const all = boxes.reduce((sum, box) => sum + area(box), 0);
  const filled = tracks.reduce((sum, { box, fill = 1 }) => sum + fill * area(box), 0);
  return all === 0 ? 0 : samples.coveredBy(boxes) * (filled / all);
}

/** The road is the case; the largest water is its subject. */
function roadHits(
  zone: Zone,
  { startedAt, dwellMs }: Began,
  seen: readonly Track[],
  more: Pick<SceneHit, 'severity' | 'details'>,
): SceneHit[] {
  const [subject, ...others] = [...seen]
    .sort((a, b) => area(b.box) - area(a.box))
    .map((track) => subjectOf(track, dwellMs));
  if (subject === undefined) return [];
  return [{ zone, startedAt, subject, ...more, wholeZone: true, ...(others.length > 0 && { others }) }];
}

function boundsOf(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
