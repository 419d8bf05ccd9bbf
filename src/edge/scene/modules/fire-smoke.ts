import { z } from 'zod';
import { area } from '../../../domain/geometry.ts';
import type { UtcMs } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import { sunElevation } from '../../../domain/sun.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { FireMemory } from '../rule/fire-memory.ts';
import type { Flicker } from '../rule/flicker.ts';
import { type Began, shareReasons } from '../rule/held-share.ts';
import { hoursSchema } from '../rule/hours.ts';
import type { RuleNote, RuleTrace } from '../rule/rule-trace.ts';
import { type SavedSpots, type Spot, Spots, spotHits } from '../rule/spots.ts';
import type { Look, SceneModule, SceneSurroundings } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['flame', 'smoke'];

/** Flames and the smoke above them are one fire when no further apart than this, in sizes of the smaller one. */
const fireReach = 0.5;
/** Share of a box that must lie where the fire was first seen: smoke drifts, a lorry's lamps drive away. */
const sameFireOverlap = 0.3;
/** The sun's disc is gone below this, degrees: half its width, and refraction. */
const sunset = -1;
/** While the sun is low its glints on glass and water tremble: so many times the flicker is needed. */
const lowSunFactor = 2;

/** Configuration of `fire_smoke`. Zones tagged `cooking` are those the cooking hours are for; without any, all are. */
export const fireSmokeSchema = z.strictObject({
  ...commonSceneFields,
  flameMs: durationMs({ min: 1_000, max: 600_000, default: 3_000, help: 'How long flames must be seen.' }),
  smokeMs: durationMs({ min: 1_000, max: 600_000, default: 10_000, help: 'How long smoke must be seen.' }),
  seenShare: z.number().min(0.1).max(1).default(0.6).meta({
    description: 'Share of that time for which it must be seen, 0–1: flames and smoke come and go.',
  }),
  minFlicker: z.number().min(0).max(1).default(0.12).meta({
    description:
      'How much a flame must vary in size and score, as a share of its size; what varies less is a lamp, unless it smokes. 0: off.',
  }),
  lowSunDeg: z.number().min(0).max(45).default(8).meta({
    description:
      'With the sun no higher than this above the horizon, flames must flicker twice as much, and smoke must flicker too; degrees.',
  }),
  cookingHours: hoursSchema.min(1).optional().meta({
    description: 'Hours in which smoke alone is from kitchens, in zones tagged `cooking` where there are any.',
  }),
});

type FireSmokeConfig = z.output<typeof fireSmokeSchema>;

/** 烟火: flames or smoke, in the open or in a building (design: scenes.md, 10). */
export const fireSmoke: SceneModule<typeof fireSmokeSchema> = {
  id: 'fire_smoke',
  version: 'fire_smoke/1',
  classes,
  severity: 1,
  // A flame of three seconds is over before a slower look saw it twice; every second is still keyframes only.
  looks: { idleMs: 2_000, busyMs: 1_000 },
  schema: fireSmokeSchema,
  reasons: {
    ...shareReasons,
    'cooking-hours': { en: 'smoke at a time of cooking', zh: '处于烹饪时段的烟' },
    'flicker-unknown': {
      en: 'seen on too few looks to know a lamp from a flame',
      zh: '观察次数不足，尚不能区分灯光与明火',
    },
    'steady-light': {
      en: 'flickers by {flicker}, a flame by {least}: a lamp',
      zh: '闪烁度 {flicker}，低于明火的 {least}，疑为灯光',
    },
    'low-sun': {
      en: 'flickers by {flicker}, below {least} with the sun low',
      zh: '日光低斜，闪烁度 {flicker} 低于 {least}',
    },
    burns: { en: 'flickers by {flicker}', zh: '闪烁度 {flicker}' },
  },
  createRule: (config, around) => {
    const share = { share: config.seenShare, streamGapMs: config.streamGapMs };
    const limits = {
      flame: { ...share, windowMs: config.flameMs },
      smoke: { ...share, windowMs: config.smokeMs },
      clearAfterMs: config.clearAfterMs,
    };
    const spots = new Spots({
      classes,
      limits: config,
      around,
      reach: fireReach,
      minOverlap: sameFireOverlap,
      rank: (track) => classes.indexOf(track.class) - area(track.box),
      forgetMs: Math.max(config.clearAfterMs, config.smokeMs),
      begin: (_zone, earlier) => new FireMemory(limits, { earlier }),
      restore: (saved) => FireMemory.restore(saved, limits),
    });
    const cooks = cookingZones(config, around);
    const judge = (spot: Spot<FireMemory>, look: Look, trace: RuleTrace | undefined): SceneHit[] => {
      const { memory, tracks, zone, id } = spot;
      const about = { zone: zone.id, track: id };
      const flames = tracks.filter((track) => track.class === 'flame');
      const risen = tracks.filter((track) => track.class === 'smoke');
      const cooked = risen.length > 0 && cooks(zone, look.at);
      if (cooked) trace?.note({ ...about, verdict: 'suppressed', code: 'cooking-hours' });
      const smokes = cooked ? [] : risen;
      memory.add(look.at, { flames, smokes });
      if (flames.length + smokes.length === 0 || !spot.sure) return [];
      if (flames.length > 0) memory.flame.tell(trace, about);
      if (smokes.length > 0) memory.smoke.tell(trace, about);
      const began = burning(spot, { config, low: () => sunIsLow(config, around, look.at), trace, about });
      if (began === undefined) return [];
      memory.proven = true;
      return spotHits(spot, began, flames.length > 0 ? flickerOf(memory) : {});
    };
    return {
      resume: (hits) => spots.resume(hits),
      pending: () => spots.pending(),
      save: () => spots.save(),
      restore: (saved) => spots.restore(saved as SavedSpots),
      evaluate: (look, trace) => spots.update(look, trace).flatMap((spot) => judge(spot, look, trace)),
    };
  },
};

/** When the fire began, if the spot is one: what is seen long enough and is neither a lamp nor the evening sun. */
function burning(
  { memory }: Spot<FireMemory>,
  {
    config: { minFlicker },
    low,
    trace,
    about,
  }: {
    config: FireSmokeConfig;
    low: () => boolean;
    trace: RuleTrace | undefined;
    about: Pick<RuleNote, 'zone' | 'track'>;
  },
): Began | undefined {
  const [flame, smoke] = [memory.flame.held, memory.smoke.held];
  if (memory.proven || (flame === undefined && smoke === undefined)) return flame ?? smoke;
  const lowSun = low();
  const varies = (flicker: Flicker, least: number): boolean => {
    const { strength } = flicker;
    const enough = least === 0 || (strength !== undefined && strength >= least);
    const code = lowSun ? 'low-sun' : 'steady-light';
    if (enough) trace?.note({ ...about, verdict: 'fires', code: 'burns', values: { flicker: strength ?? 0 } });
    else if (strength === undefined) trace?.note({ ...about, verdict: 'waits', code: 'flicker-unknown' });
    else trace?.note({ ...about, verdict: 'suppressed', code, values: { flicker: strength, least } });
    return enough;
  };
  // A lamp does not smoke; in low sun both may be clouds.
  if (flame !== undefined && smoke !== undefined && !lowSun) return flame;
  if (flame !== undefined && varies(memory.flameFlicker, minFlicker * (lowSun ? lowSunFactor : 1))) return flame;
  if (smoke !== undefined && (!lowSun || varies(memory.smokeFlicker, minFlicker))) return smoke;
  return undefined;
}

function cookingZones(
  { cookingHours }: FireSmokeConfig,
  { zones, calendar }: SceneSurroundings,
): (zone: Zone, at: UtcMs) => boolean {
  if (cookingHours === undefined) return () => false;
  const tagged = zones.filter(({ tags }) => tags.includes('cooking'));
  const kitchens = tagged.length > 0 ? tagged : zones;
  return (zone, at) => kitchens.includes(zone) && calendar.isWithin(cookingHours, at);
}

function sunIsLow({ lowSunDeg }: FireSmokeConfig, { place }: SceneSurroundings, at: UtcMs): boolean {
  const elevation = sunElevation(at, place);
  return elevation >= sunset && elevation <= lowSunDeg;
}

function flickerOf({ flameFlicker: { strength } }: FireMemory): Pick<SceneHit, 'details'> {
  return strength === undefined ? {} : { details: { flicker: strength } };
}
