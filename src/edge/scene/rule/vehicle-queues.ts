import { bottomCentre, insideShare } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import type { Look } from '../scene-module.ts';
import { sizeOf } from './box-groups.ts';
import type { QueueConfig } from './queue-config.ts';
import { Standstill } from './standstill.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import { type Stay, ZoneStays } from './zone-stays.ts';

/** Why a vehicle is taken to wait rather than park. */
export interface QueueHold {
  /** `standing`: others wait with it; `leaving`: they just left, it may follow. */
  readonly state: 'standing' | 'leaving';
  /** Vehicles in the queue, itself with them; 1 once they left. */
  readonly vehicles: number;
  /** Until it counts as parked if nothing changes. */
  readonly heldForMs: number;
}

interface Member {
  /** The stop these fields are about: after a move everything begins anew. */
  stoppedAt: UtcMs;
  /**
   * Does not wait: it was left behind by a queue, or stood there when the looks began, or began again, and nobody knows
   * with whom it stopped.
   */
  parked: boolean;
  queued: boolean;
  queuedMs: number;
  /** Since the queue around it was last seen. */
  aloneMs: number;
  /** Since the first look that missed it; negative while it is seen. */
  missedMs: number;
  /** Looks that missed it, one after the other, with nothing before its place; those that saw none of several say nothing. */
  emptyLooks: number;
}

interface SavedQueues {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly standstill: ReturnType<Standstill['save']>;
  readonly members: SavedStayMemory<Member>;
  readonly lastLookAt?: UtcMs | undefined;
  readonly runStartedAt?: UtcMs | undefined;
}

/** A bus that goes by hides one of a queue no longer than this, nor do a few misses at a look every ten seconds. */
const hiddenMs = 60_000;
/** What covers so much of a place may hide who stands there. */
const hidingShare = 0.15;
/** At a look every ten seconds a miss or two say nothing. */
const missesAllowed = 2;
/** Neighbours in a queue look alike in size: who looks larger than this stands nearer, on another lane. */
const maxScale = 1.6;
/**
 * Vehicles of a queue hide each other in part and score less for it: measured 0.58–0.64 where whole ones reach 0.8 and what is
 * none 0.55. Share of `enterScore`.
 */
const halfHidden = 0.85;
/** Slow driving is no stop. */
const leastStopMs = 3_000;

/** A queue reaches beyond the zone that one of its vehicles stands in; some boxes end below the picture's edge. */
const everywhere: Zone = {
  id: 'picture' as ZoneId,
  kind: 'polygon',
  points: [
    [-1, -1],
    [2, -1],
    [2, 2],
    [-1, 2],
  ],
  tags: [],
};

/**
 * Vehicles that wait at a red light or in a jam: several that stopped one after the other and stand near each other,
 * anywhere on the picture. Who still stands when they have gone had parked.
 */
export class VehicleQueues {
  readonly #config: QueueConfig;
  readonly #stays: ZoneStays;
  readonly #standstill: Standstill;
  readonly #members: StayMemory<Member>;
  #sizes = new Map<Stay, number>();
  #byTrack = new Map<TrackId, Stay>();
  #lastLookAt: UtcMs | undefined;
  /** First look after the last gap. */
  #runStartedAt: UtcMs | undefined;

  constructor(classes: readonly ObjectClass[], config: QueueConfig) {
    this.#config = config;
    // Who is hidden for a while and seen again has stood all along; meanwhile it still links its neighbours.
    const limits = { ...config, occlusionMs: Math.max(config.occlusionMs, config.queueReleaseMs, hiddenMs) };
    this.#stays = new ZoneStays(classes, limits, { zones: [everywhere], exclusions: [] });
    this.#standstill = new Standstill(this.#stays, config);
    this.#members = new StayMemory(this.#stays, ({ dwell }) => this.#memberSince(dwell.startedAt));
  }

  update(look: Look): void {
    const elapsed = this.#pass(look.at);
    this.#stays.update(look);
    const waiting: Stay[] = [];
    const stays = [...this.#stays.all];
    // Of several that are all missed at once none has left: glare, or a bus before the camera.
    const tells = stays.length < 2 || stays.some(({ present }) => present);
    for (const stay of stays) {
      if (stay.present) this.#standstill.check(stay, look);
      const member = this.#members.of(stay);
      const { startedAt, dwellMs } = stay.dwell;
      if (member.stoppedAt !== startedAt) Object.assign(member, this.#memberSince(startedAt));
      this.#countMisses(stay, look, elapsed, tells);
      if (this.#hasLeft(member)) {
        this.#stays.delete(stay);
        continue;
      }
      if (!member.parked && dwellMs >= leastStopMs && this.#isSure(stay) && this.#standstill.stands(stay)) {
        waiting.push(stay);
      }
    }
    this.#sizes = new Map(waiting.map((stay) => [stay, this.#queueAround(stay, waiting, look.aspect)]));
    this.#byTrack = new Map();
    for (const stay of [...this.#stays.all]) {
      this.#byTrack.set(stay.track.id, stay);
      this.#count(stay, elapsed);
    }
  }

  /** What the detector half sees beside a parked car, or saw for a moment as it drove by, makes no queue of it. */
  #isSure({ track }: Stay): boolean {
    return track.state !== 'tentative' && track.bestScore >= this.#config.enterScore * halfHidden;
  }

  /** Whether a vehicle waits with others, after `update`. */
  holds(track: TrackId): QueueHold | undefined {
    const stay = this.#byTrack.get(track);
    if (stay === undefined) return undefined;
    const member = this.#members.of(stay);
    const leftMs = this.#config.queueMaxMs - member.queuedMs;
    if (!member.queued || leftMs <= 0) return undefined;
    const vehicles = this.#sizes.get(stay) ?? 1;
    if (vehicles >= this.#config.queueVehicles) return { state: 'standing', vehicles, heldForMs: leftMs };
    return { state: 'leaving', vehicles, heldForMs: this.#config.queueReleaseMs - member.aloneMs };
  }

  save(): SavedQueues {
    return {
      stays: this.#stays.save(),
      standstill: this.#standstill.save(),
      members: this.#members.save(),
      lastLookAt: this.#lastLookAt,
      runStartedAt: this.#runStartedAt,
    };
  }

  restore({ stays, standstill, members, lastLookAt, runStartedAt }: SavedQueues): void {
    this.#stays.restore(stays);
    this.#standstill.restore(standstill);
    this.#members.restore(members);
    this.#lastLookAt = lastLookAt;
    this.#runStartedAt = runStartedAt;
  }

  #memberSince(stoppedAt: UtcMs): Member {
    const parked = stoppedAt <= (this.#runStartedAt ?? stoppedAt);
    return { stoppedAt, parked, queued: false, queuedMs: 0, aloneMs: 0, missedMs: -1, emptyLooks: 0 };
  }

  /** Looked-at time since the last look. */
  #pass(at: UtcMs): number {
    const elapsed = this.#lastLookAt === undefined ? Number.POSITIVE_INFINITY : at - this.#lastLookAt;
    this.#lastLookAt = at;
    if (elapsed >= 0 && elapsed <= this.#config.streamGapMs) return elapsed;
    this.#runStartedAt = at;
    return 0;
  }

  #countMisses(stay: Stay, look: Look, elapsed: number, tells: boolean): void {
    const member = this.#members.of(stay);
    if (stay.present) {
      member.missedMs = -1;
      member.emptyLooks = 0;
      return;
    }
    member.missedMs = member.missedMs < 0 ? 0 : member.missedMs + elapsed;
    const place = stay.track.box;
    const hides = ({ box, lastSeenAt }: Track) => lastSeenAt === look.at && insideShare(place, box) >= hidingShare;
    member.emptyLooks = look.tracks.some(hides) ? 0 : member.emptyLooks + (tells ? 1 : 0);
  }

  /**
   * Whose place was seen empty is not hidden but gone, and the next to stop there is another. Of a queue one is kept
   * for as long as the queue, since it still links its neighbours.
   */
  #hasLeft({ queued, emptyLooks, missedMs }: Member): boolean {
    return !queued && emptyLooks > missesAllowed && missedMs > this.#config.occlusionMs;
  }

  #count(stay: Stay, elapsed: number): void {
    const member = this.#members.of(stay);
    if ((this.#sizes.get(stay) ?? 1) >= this.#config.queueVehicles) {
      member.queued = true;
      member.queuedMs += elapsed;
      member.aloneMs = 0;
    } else if (member.queued) {
      member.aloneMs += elapsed;
      if (member.aloneMs < this.#config.queueReleaseMs) return;
      // Who was left behind has parked: the next queue around it does not make it wait.
      Object.assign(member, { queued: false, parked: true });
      // Who is not there any more has left: whoever stops in its place next may wait again.
      if (!stay.present) this.#stays.delete(stay);
    }
  }

  /**
   * Vehicles in the queue of one, itself included. A queue forms of those that stopped one after the other; for who is
   * in it, later ones count as well: some were missed for so long that they are new.
   */
  #queueAround(stay: Stay, waiting: readonly Stay[], aspect: number): number {
    const { queueStopWithinMs, occlusionMs } = this.#config;
    const { stoppedAt, queued } = this.#members.of(stay);
    const group = chainFrom(stay, waiting, (a, b) => {
      const together = Math.abs(a.dwell.startedAt - b.dwell.startedAt) <= queueStopWithinMs;
      const inTime = together || (queued && b.dwell.startedAt >= stoppedAt - queueStopWithinMs);
      return inTime && this.#areNear(a, b, aspect);
    });
    return [...group].filter((each) => this.#members.of(each).missedMs <= occlusionMs).length;
  }

  #areNear(a: Stay, b: Stay, aspect: number): boolean {
    const [ax, ay] = bottomCentre(a.track.box);
    const [bx, by] = bottomCentre(b.track.box);
    const [smaller, larger] = sizesOf(a, b, aspect);
    if (larger > maxScale * smaller) return false;
    return Math.hypot((ax - bx) * aspect, ay - by) <= this.#config.queueSpacing * smaller;
  }
}

/** All that one is linked with, directly or through others, itself included. */
function chainFrom<T>(start: T, all: readonly T[], linked: (a: T, b: T) => boolean): Set<T> {
  const chain = new Set([start]);
  // A set hands out what is added while it is gone through.
  for (const one of chain) for (const other of all) if (!chain.has(other) && linked(one, other)) chain.add(other);
  return chain;
}

function sizesOf(a: Stay, b: Stay, aspect: number): readonly [smaller: number, larger: number] {
  const [one, other] = [sizeOf(a.track.box, aspect), sizeOf(b.track.box, aspect)];
  return [Math.min(one, other), Math.max(one, other)];
}
