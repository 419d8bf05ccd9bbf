import { z } from 'zod';
import { area } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';
import { durationMs } from '../../../lib/config.ts';
import { slowSceneFields } from '../common-config.ts';
import { boundingBox } from '../rule/box-groups.ts';
import { exemptHours } from '../rule/exempt-hours.ts';
import { HeldShare, type SavedHeldShare, shareReasons } from '../rule/held-share.ts';
import { hoursSchema } from '../rule/hours.ts';
import { paceOf, standsBeside } from '../rule/person-beside.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { type SavedSpots, Spots, spotHits } from '../rule/spots.ts';
import { Subjects } from '../rule/subjects.ts';
import type { Look, SceneModule } from '../scene-module.ts';

/** What a pitch is told by, that which says most first. */
const classes: readonly ObjectClass[] = ['stall', 'tricycle', 'umbrella', 'goods'];

/** A stall, its umbrella and the goods before it are one pitch when no further apart, in sizes of the smaller one. */
const pitchReach = 0.3;
/** Share of a box that must lie where the pitch was before to be the same pitch. */
const samePitchOverlap = 0.5;

/** Configuration of `street_vending`. */
export const streetVendingSchema = z.strictObject({
  ...slowSceneFields,
  dwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 180_000,
    help: 'How long a pitch must stand there with somebody by it.',
  }),
  seenShare: z.number().min(0.1).max(1).default(0.7).meta({
    description: 'Share of that time for which pitch and person must be seen, 0–1.',
  }),
  reachHeights: z.number().min(0).max(10).default(0.8).meta({
    description: 'A person no further than this from it is by it; heights of the person.',
  }),
  reachM: z.number().min(0).max(20).default(1.5).meta({
    description: 'The same on calibrated cameras; metres.',
  }),
  maxPace: z.number().min(0).max(10).default(0.35).meta({
    description: 'Who goes faster passes by; heights of the person a second, a walk is about 0.8.',
  }),
  permittedHours: hoursSchema
    .min(1)
    .optional()
    .meta({ description: 'Hours in which vending is permitted here; time then does not count.' }),
});

/** 占道经营: somebody sells from a stall, tricycle or blanket on a frontage (design: scenes.md, 4). */
export const streetVending: SceneModule<typeof streetVendingSchema> = {
  id: 'street_vending',
  version: 'street_vending/1',
  classes,
  also: ['person'],
  severity: 3,
  looks: { idleMs: 10_000, busyMs: 2_000 },
  schema: streetVendingSchema,
  reasons: {
    ...shareReasons,
    'nobody-beside': { en: 'nobody stands by it', zh: '旁边无人停留' },
    'passes-by': {
      en: 'goes at {pace} heights a second, above {most}',
      zh: '以每秒 {pace} 倍身高移动，超过 {most}，属路过',
    },
    'permitted-hours': { en: 'vending is permitted at this hour', zh: '处于允许经营时段' },
  },
  createRule(config, around) {
    const limits = { windowMs: config.dwellMs, share: config.seenShare, streamGapMs: config.streamGapMs };
    const people = new Subjects(['person'], config, around.exclusions);
    const spots = new Spots({
      classes,
      limits: config,
      around,
      reach: pitchReach,
      minOverlap: samePitchOverlap,
      rank: (track) => classes.indexOf(track.class) - area(track.box),
      forgetMs: config.dwellMs,
      begin: (_zone, earlier) => new HeldShare(limits, earlier),
      restore: (saved) => HeldShare.restore(saved as SavedHeldShare, limits),
    });
    const isPermitted = exemptHours(config.permittedHours, around.calendar);
    return {
      resume: (hits) => spots.resume(hits),
      pending: () => spots.pending(),
      save: () => spots.save(),
      restore: (saved) => spots.restore(saved as SavedSpots),
      evaluate(look, trace) {
        const permitted = isPermitted(look.at);
        const view = { aspect: look.aspect, ground: around.ground };
        const seen = spots.update(look, trace);
        const staying =
          seen.length === 0 ? [] : people.seen(look, trace).filter((person) => stays(person, config, look, trace));
        return seen.flatMap((spot) => {
          const { memory, zone, id, tracks } = spot;
          const about = { zone: zone.id, track: id };
          const pitch = tracks.length > 0 ? boundingBox(tracks.map(({ box }) => box)) : undefined;
          const beside = pitch && staying.find((person) => standsBeside(person, pitch, config, view));
          memory.add(look.at, beside !== undefined && !permitted);
          if (pitch === undefined || !spot.sure) return [];
          if (permitted) {
            trace?.note({ ...about, verdict: 'suppressed', code: 'permitted-hours' });
            return [];
          }
          if (beside === undefined) trace?.note({ ...about, verdict: 'waits', code: 'nobody-beside' });
          memory.tell(trace, about);
          return memory.held === undefined ? [] : spotHits(spot, memory.held);
        });
      },
    };
  },
};

function stays(person: Track, { maxPace }: { readonly maxPace: number }, look: Look, trace?: RuleTrace): boolean {
  // Who was seen once only has no pace yet.
  if (person.hits < 2) return false;
  const pace = paceOf(person, look.aspect);
  if (pace <= maxPace) return true;
  trace?.note({ verdict: 'ignored', code: 'passes-by', track: person.id, values: { pace, most: maxPace } });
  return false;
}
