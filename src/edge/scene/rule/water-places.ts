import { anchorOf, type Box } from '../../../domain/geometry.ts';
import type { TrackId } from '../../../domain/ids.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import { Bathers } from './bathers.ts';
import { isAboard, Water } from './on-water.ts';
import type { RuleNote } from './rule-trace.ts';
import { TrackMemory } from './track-memory.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** What decides who is in the water. */
export interface WaterLimits extends SubjectLimits {
  readonly shoreMargin: number;
  readonly ignoreReflections: boolean;
  readonly childScore: number;
}

/** Why somebody in a water polygon is not in the water. */
export type Excuse = Pick<RuleNote, 'verdict' | 'code' | 'values'>;

interface SavedWaterPlaces {
  readonly bathers: ReturnType<Bathers['save']>;
  readonly boats: ReturnType<TrackMemory<true>['save']>;
}

/** Who of the people in view is in the water, and who only seems so: at its edge, aboard a boat, a mirror image. */
export class WaterPlaces {
  readonly bathers: Bathers;
  readonly #limits: WaterLimits;
  readonly #waters: ReadonlyMap<Zone, Water>;
  readonly #boats: TrackMemory<true>;

  /** Polygons tagged `water` are water. */
  constructor(zones: readonly Zone[], limits: WaterLimits) {
    const waters = zones.filter(({ kind, tags }) => kind === 'polygon' && tags.includes('water'));
    this.#waters = new Map(waters.map((zone) => [zone, new Water(zone)]));
    this.#limits = limits;
    this.bathers = new Bathers(limits);
    const { occlusionMs, streamGapMs } = limits;
    this.#boats = new TrackMemory({ keepMs: occlusionMs, streamGapMs, create: () => true as const });
  }

  isWater(zone: Zone): boolean {
    return this.#waters.has(zone);
  }

  isAboard(box: Box): boolean {
    return isAboard(box, this.#boats.all);
  }

  /**
   * Takes in the boats and people of a look, after the stays did. Returns everybody in a water polygon, with the excuse
   * of who is not in the water.
   */
  update(look: Look, people: readonly Track[], stays: ZoneStays): ReadonlyMap<TrackId, Excuse | undefined> {
    this.#seeBoats(look);
    this.bathers.update(people, look.at);
    const present = [...stays.all].filter((stay) => stay.present);
    const wet = present.filter(({ zone }) => this.#waters.has(zone));
    const wetIds = new Set(wet.map(({ track }) => track.id));
    const dry = people.filter(({ id }) => !wetIds.has(id));
    const excuses = new Map(wet.map((stay) => [stay.track.id, this.#sort(stay, dry, look)]));
    const inZone = new Set(present.map(({ track }) => track.id));
    for (const { id } of dry) this.bathers.onLand(id, look.at, inZone.has(id));
    this.#leave(dry, stays);
    return excuses;
  }

  /** Before the first look: who was reported in these hits. */
  resume(hits: readonly SceneHit[]): void {
    this.bathers.resume(hits, ({ zone }) => this.#waters.has(zone));
  }

  save(): SavedWaterPlaces {
    return { bathers: this.bathers.save(), boats: this.#boats.save() };
  }

  restore({ bathers, boats }: SavedWaterPlaces): void {
    this.bathers.restore(bathers);
    this.#boats.restore(boats);
  }

  #seeBoats({ tracks, at }: Look): void {
    const { stayScore } = this.#limits;
    const boats = tracks.filter(
      (track) => track.class === 'boat' && track.lastSeenAt === at && track.score >= stayScore,
    );
    this.#boats.update(boats, at);
  }

  #sort(stay: Stay, dry: readonly Track[], look: Look): Excuse | undefined {
    const { id } = stay.track;
    const fromBank = this.bathers.inWater(id, look.at);
    const excuse = this.#carried(stay, dry, fromBank) ?? this.#atEdge(stay, look.aspect);
    // Time at the edge, aboard or as a mirror image is no time in the water.
    if (excuse !== undefined) stay.dwell.restart(look.at);
    else if (fromBank) this.bathers.enter(id);
    return excuse;
  }

  #carried({ zone, track }: Stay, dry: readonly Track[], fromBank: boolean): Excuse | undefined {
    const aboard = this.isAboard(track.box);
    const owner = aboard ? undefined : this.#ownerOf(track, this.#waters.get(zone), dry, fromBank);
    if (!aboard && owner === undefined) return undefined;
    this.bathers.carried(track.id);
    if (owner === undefined) return { verdict: 'suppressed', code: 'on-boat' };
    return { verdict: 'suppressed', code: 'reflection', values: { owner: owner.id } };
  }

  /** Whom a mirror image belongs to. Who came from the bank past somebody who stood there already is none. */
  #ownerOf(track: Track, water: Water | undefined, dry: readonly Track[], fromBank: boolean): Track | undefined {
    if (!this.#limits.ignoreReflections || this.bathers.hasEntered(track.id)) return undefined;
    return dry.find(
      ({ id, box }) => water?.mirrors(track.box, box) === true && !(fromBank && this.bathers.stoodOnBank(id)),
    );
  }

  #atEdge({ zone, track }: Stay, aspect: number): Excuse | undefined {
    const depth = this.#waters.get(zone)?.depth(anchorOf(track.box, this.#limits.anchor), aspect) ?? 0;
    const least = this.#limits.shoreMargin * (track.box[3] - track.box[1]);
    return depth < least ? { verdict: 'waits', code: 'at-edge', values: { depth, least } } : undefined;
  }

  /** Who is seen on land has left the water, and is not just hidden there. */
  #leave(dry: readonly Track[], stays: ZoneStays): void {
    const left = [...stays.all].filter(
      ({ present, zone, track }) => !present && this.#waters.has(zone) && dry.some(({ id }) => id === track.id),
    );
    for (const stay of left) stays.delete(stay);
  }
}
