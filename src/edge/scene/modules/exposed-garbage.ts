import { z } from 'zod';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { coveredArea } from '../rule/box-groups.ts';
import { exemptHours } from '../rule/exempt-hours.ts';
import { HeldShare, type SavedHeldShare, shareReasons } from '../rule/held-share.ts';
import { hoursSchema } from '../rule/hours.ts';
import type { RuleNote } from '../rule/rule-trace.ts';
import { type SavedSpots, Spots, spotHits } from '../rule/spots.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['garbage_bag', 'overflowing_bin'];

/** Bags nearer to each other than this, in sizes of the smaller one, are one heap. */
const heapReach = 0.5;
/** Share of a box that must lie where garbage was before to be the same garbage. */
const sameHeapOverlap = 0.5;

/** Configuration of `exposed_garbage`. */
export const exposedGarbageSchema = z.strictObject({
  ...slowSceneFields,
  dwellMs: durationMs({
    min: 5_000,
    max: 86_400_000,
    default: 600_000,
    help: 'How long garbage must lie there.',
  }),
  seenShare: z.number().min(0.1).max(1).default(0.7).meta({
    description: 'Share of that time for which it must be seen, 0–1: shadows and leaves come and go.',
  }),
  minAreaShare: z.number().min(0).max(1).default(0.005).meta({
    description: 'Least area of a heap, as a share of the picture; one bag by the road is no case.',
  }),
  minFill: z.number().min(0).max(1).default(0.3).meta({
    description: 'Where a model gives masks: what fills less of its box is scattered leaves or a shadow, 0–1.',
  }),
  collectionHours: hoursSchema
    .min(1)
    .optional()
    .meta({ description: 'Hours in which garbage is put out to be collected; time then does not count.' }),
});

/** 暴露垃圾: bags or an overflowing bin lie in the open (design: scenes.md, 5). */
export const exposedGarbage: SceneModule<typeof exposedGarbageSchema> = {
  id: 'exposed_garbage',
  version: 'exposed_garbage/1',
  classes,
  severity: 4,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: exposedGarbageSchema,
  reasons: {
    ...shareReasons,
    'small-heap': { en: 'covers {areaShare} of the picture, {least} is needed', zh: '占画面 {areaShare}，需 {least}' },
    'thin-fill': {
      en: 'fills {fill} of its box, below {least}: leaves or a shadow',
      zh: '目标仅占框的 {fill}，低于 {least}，疑为落叶或阴影',
    },
    'collection-hours': { en: 'put out to be collected at this hour', zh: '处于垃圾投放收运时段' },
  },
  createRule(config, around) {
    const limits = { windowMs: config.dwellMs, share: config.seenShare, streamGapMs: config.streamGapMs };
    const spots = new Spots({
      classes,
      limits: config,
      around,
      reach: heapReach,
      minOverlap: sameHeapOverlap,
      rank: ({ box }) => -coveredArea([box]),
      forgetMs: config.dwellMs,
      begin: (_zone, earlier) => new HeldShare(limits, earlier),
      restore: (saved) => HeldShare.restore(saved as SavedHeldShare, limits),
    });
    const isCollected = exemptHours(config.collectionHours, around.calendar);
    return {
      resume: (hits) => spots.resume(hits),
      pending: () => spots.pending(),
      save: () => spots.save(),
      restore: (saved) => spots.restore(saved as SavedSpots),
      evaluate(look, trace) {
        const collected = isCollected(look.at);
        return spots.update(look, trace).flatMap((spot) => {
          const { memory, zone, tracks, id } = spot;
          const about = { zone: zone.id, track: id };
          const solid = tracks.filter(({ fill = 1 }) => fill >= config.minFill);
          const areaShare = heapArea(solid);
          // Half of it is enough for what is a case already: not every bag is seen on every look.
          const least = config.minAreaShare * (memory.held === undefined ? 1 : 0.5);
          const large = solid.length > 0 && areaShare >= least;
          memory.add(look.at, large && !collected);
          if (tracks.length === 0 || !spot.sure) return [];
          if (collected) trace?.note({ ...about, verdict: 'suppressed', code: 'collection-hours' });
          else if (!large)
            trace?.note({ ...about, verdict: 'ignored', ...tooLittle(tracks, solid, { areaShare, least }, config) });
          else memory.tell(trace, about);
          const counts = large && !collected && memory.held !== undefined;
          return counts ? spotHits(spot, memory.held, { details: { areaShare } }) : [];
        });
      },
    };
  },
};

/** Share of the picture a heap covers; what a mask leaves free of its box is taken off. */
function heapArea(tracks: readonly Track[]): number {
  if (tracks.length === 0) return 0;
  const boxes = tracks.map(({ box }) => coveredArea([box]));
  const all = boxes.reduce((sum, each) => sum + each, 0);
  const filled = tracks.reduce((sum, { fill = 1 }, index) => sum + fill * (boxes[index] ?? 0), 0);
  return all === 0 ? 0 : coveredArea(tracks.map(({ box }) => box)) * (filled / all);
}

/** Why a heap is none: all of it is thin, or what is solid is small. */
function tooLittle(
  tracks: readonly Track[],
  solid: readonly Track[],
  area: { readonly areaShare: number; readonly least: number },
  { minFill }: { readonly minFill: number },
): Pick<RuleNote, 'code' | 'values'> {
  if (solid.length > 0) return { code: 'small-heap', values: area };
  return { code: 'thin-fill', values: { fill: Math.max(...tracks.map(({ fill = 1 }) => fill)), least: minFill } };
}
