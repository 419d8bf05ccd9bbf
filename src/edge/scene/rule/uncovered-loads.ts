import { z } from 'zod';
import { insideShare } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look, PendingHit, SceneSurroundings } from '../scene-module.ts';
import type { ReasonTexts, RuleTrace } from './rule-trace.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import { Subjects } from './subjects.ts';
import { hitOf, type Stay, subjectOf, ZoneStays } from './zone-stays.ts';

const share = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

/** Configuration of when a truck's load counts as uncovered. */
export const uncoveredFields = {
  uncoveredFrames: z.number().int().min(1).max(100).default(3).meta({
    description: 'On so many looks at a truck its load must be seen uncovered.',
  }),
  uncoveredOf: z.number().int().min(1).max(300).default(10).meta({
    description: 'Of so many looks, the last ones.',
  }),
  loadOverlap: share(0.5, "A load is a truck's when this share of the load's box lies in the truck's, 0–1."),
  coveredScore: share(0.5, 'For models that tell covered trucks: below this score a load is uncovered, 0–1.'),
};

/** Words for the codes noted here. */
export const uncoveredReasons = {
  'load-of': { en: 'the load of {truck}', zh: '属于车辆 {truck} 的货物' },
  covered: { en: 'no uncovered load seen on {looks} looks', zh: '{looks} 次观察均未见裸露装载' },
  'seen-uncovered': {
    en: 'load seen uncovered on {frames} of {looks} looks, {least} are needed',
    zh: '{looks} 次观察中裸露装载 {frames} 次，需 {least} 次',
  },
  uncovered: {
    en: 'load seen uncovered on {frames} of {looks} looks, {least} are enough',
    zh: '{looks} 次观察中裸露装载 {frames} 次，达到 {least} 次',
  },
} as const satisfies ReasonTexts;

type Limits = SubjectLimits & { readonly [field in keyof typeof uncoveredFields]: number };

/** What one look said of a truck's load. */
type Word = 'covered' | 'uncovered' | 'clearly-uncovered';

interface Carried {
  /** The last looks, oldest first. */
  words: readonly Word[];
  /** First look of the present run of them that showed the load uncovered. */
  since: UtcMs;
  /** On the last look. */
  seenAt: UtcMs;
  /** Of a load: the truck it was seen on; empty while on none. */
  truck: string;
}

interface SavedLoads {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly carried: SavedStayMemory<Carried>;
}

/** A frame still missing is no further away than the next look. */
const nextFrameMs = 1_000;

/**
 * Trucks in the zone that carry an uncovered load, as a model's boxes of loads or its word about the truck tell, on N of
 * the last M looks. A load without a truck (the detector missed it) counts for the truck it was on; without any, itself.
 */
export class UncoveredLoads {
  readonly #limits: Limits;
  readonly #stays: ZoneStays;
  readonly #loads: Subjects;
  readonly #carried: StayMemory<Carried>;

  constructor(limits: Limits, around: Pick<SceneSurroundings, 'zones' | 'exclusions'>) {
    this.#limits = limits;
    this.#stays = new ZoneStays(['truck', 'uncovered_load'], limits, around);
    this.#loads = new Subjects(['uncovered_load'], limits, []);
    this.#carried = new StayMemory(this.#stays, () => ({ words: [], since: 0, seenAt: -1, truck: '' }));
  }

  /** The cases of a look, each with its load where one was seen apart from the truck. */
  update(look: Look, trace?: RuleTrace): SceneHit[] {
    const seen = this.#stays.update(look, trace);
    const loads = this.#loads.seen(look);
    const owners = this.#owners(look, loads);
    for (const stay of seen) {
      if (stay.track.class !== 'uncovered_load') this.#add(stay, this.#wordOn(stay.track, loads, owners), look.at);
    }
    for (const stay of seen) {
      if (stay.track.class === 'uncovered_load') this.#addLoad(stay, owners.get(stay.track.id), look.at, trace);
    }
    return [...this.#stays.all].flatMap((stay) => this.#judge(stay, loads, owners, look.at, trace) ?? []);
  }

  resume(hits: readonly SceneHit[]): void {
    this.#stays.resume(hits);
  }

  /** Loads seen uncovered, but not often enough yet. */
  pending(): PendingHit[] {
    return [...this.#stays.all].flatMap((stay) => {
      const { words, since } = this.#carried.of(stay);
      const frames = countUncovered(words);
      return frames > 0 && frames < this.#limits.uncoveredFrames ? { startedAt: since, dueInMs: nextFrameMs } : [];
    });
  }

  save(): SavedLoads {
    return { stays: this.#stays.save(), carried: this.#carried.save() };
  }

  restore({ stays, carried }: SavedLoads): void {
    this.#stays.restore(stays);
    this.#carried.restore(carried);
  }

  /** Load → the truck it lies on, by their boxes. */
  #owners(look: Look, loads: readonly Track[]): Map<TrackId, TrackId> {
    const trucks = look.tracks.filter((track) => track.class === 'truck' && track.lastSeenAt === look.at);
    const owners = new Map<TrackId, TrackId>();
    for (const load of loads) {
      let most = this.#limits.loadOverlap;
      for (const truck of trucks) {
        const inside = insideShare(load.box, truck.box);
        if (inside < most) continue;
        most = inside;
        owners.set(load.id, truck.id);
      }
    }
    return owners;
  }

  #wordOn(truck: Track, loads: readonly Track[], owners: ReadonlyMap<TrackId, TrackId>): Word {
    const told = truck.attributes?.covered;
    if (told !== undefined && told < this.#limits.coveredScore) return 'clearly-uncovered';
    const own = loads.filter((load) => owners.get(load.id) === truck.id);
    if (own.length === 0) return 'covered';
    return own.some((load) => this.#isClear(load)) ? 'clearly-uncovered' : 'uncovered';
  }

  #addLoad(stay: Stay, truck: TrackId | undefined, at: UtcMs, trace: RuleTrace | undefined): void {
    const own = this.#carried.of(stay);
    own.truck = truck ?? own.truck;
    const word = this.#isClear(stay.track) ? 'clearly-uncovered' : 'uncovered';
    if (own.truck === '') {
      this.#add(stay, word, at);
      return;
    }
    own.words = [];
    const values = { truck: own.truck };
    trace?.note({ verdict: 'ignored', code: 'load-of', zone: stay.zone.id, track: stay.track.id, values });
    const carrier = [...this.#stays.all].find(({ zone, track }) => zone === stay.zone && track.id === own.truck);
    if (carrier !== undefined && !carrier.present) this.#add(carrier, word, at);
  }

  #add(stay: Stay, word: Word, at: UtcMs): void {
    const own = this.#carried.of(stay);
    if (word !== 'covered' && countUncovered(own.words) === 0) own.since = at;
    own.words = [...own.words, word].slice(-this.#limits.uncoveredOf);
    own.seenAt = at;
  }

  #judge(
    stay: Stay,
    loads: readonly Track[],
    owners: ReadonlyMap<TrackId, TrackId>,
    at: UtcMs,
    trace: RuleTrace | undefined,
  ): SceneHit | undefined {
    const { words, since, seenAt } = this.#carried.of(stay);
    if (seenAt !== at || words.length === 0) return undefined;
    const frames = countUncovered(words);
    const least = this.#limits.uncoveredFrames;
    const holds = frames >= least && words.includes('clearly-uncovered');
    trace?.note({
      verdict: holds ? 'fires' : frames > 0 ? 'waits' : 'ignored',
      code: holds ? 'uncovered' : frames > 0 ? 'seen-uncovered' : 'covered',
      zone: stay.zone.id,
      track: stay.track.id,
      values: { frames, looks: words.length, least },
    });
    if (!holds) return undefined;
    const others = loads.filter((load) => owners.get(load.id) === stay.track.id).map((load) => subjectOf(load, 0));
    const details = { violation: 'uncovered-load', uncoveredFrames: frames, ofFrames: words.length };
    return { ...hitOf(stay), startedAt: since, passing: true, details, ...(others.length > 0 && { others }) };
  }

  #isClear(load: Track): boolean {
    return load.bestScore >= this.#limits.enterScore;
  }
}

function countUncovered(words: readonly Word[]): number {
  return words.filter((word) => word !== 'covered').length;
}
