import { z } from 'zod';
import { bottomCentre } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import { sizeOf } from './box-groups.ts';
import { Standstill } from './standstill.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import { type Stay, ZoneStays } from './zone-stays.ts';

/** Configuration of what counts as a queue of vehicles. */
export const queueFields = {
  queueVehicles: z.number().int().min(0).max(50).default(3).meta({
    description: 'So many vehicles that stop one after the other, each near the next, are a queue; 0: none ever is.',
  }),
  queueStopWithinMs: durationMs({
    min: 1_000,
    max: 300_000,
    default: 20_000,
    help: 'Neighbours in a queue came to a stop within this time of each other.',
  }),
  queueSpacing: z.number().positive().max(20).default(2).meta({
    description: 'And stand no further apart than this, in lengths of the larger side of their boxes.',
  }),
  queueReleaseMs: durationMs({
    min: 0,
    max: 600_000,
    default: 15_000,
    help: 'Who still stands this long after the queue around it has gone was not waiting with it.',
  }),
  queueMaxMs: durationMs({
    min: 30_000,
    max: 7_200_000,
    default: 600_000,
    help: 'Whoever stands in a queue for longer than this is parked all the same.',
  }),
};

/** Checked configuration of queues. */
export type QueueConfig = SubjectLimits & { readonly maxDrift: number } & {
  readonly [field in keyof typeof queueFields]: number;
};

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
  /** Stood there when the looks began, or began again: nobody saw it stop, so nobody knows with whom. */
  found: boolean;
  queued: boolean;
  queuedMs: number;
  /** Since the queue around it was last seen. */
  aloneMs: number;
}

interface SavedQueues {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly standstill: ReturnType<Standstill['save']>;
  readonly members: SavedStayMemory<Member>;
  readonly lastLookAt?: UtcMs | undefined;
  readonly runStartedAt?: UtcMs | undefined;
}

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
    this.#stays = new ZoneStays(classes, config, { zones: [everywhere], exclusions: [] });
    this.#standstill = new Standstill(this.#stays, config);
    this.#members = new StayMemory(this.#stays, ({ dwell }) => this.#memberSince(dwell.startedAt));
  }

  update(look: Look): void {
    const elapsed = this.#pass(look.at);
    this.#stays.update(look);
    const waiting: Stay[] = [];
    for (const stay of this.#stays.all) {
      if (stay.present) this.#standstill.check(stay, look);
      const member = this.#members.of(stay);
      const { startedAt, dwellMs } = stay.dwell;
      if (member.stoppedAt !== startedAt) Object.assign(member, this.#memberSince(startedAt));
      if (!member.found && dwellMs >= leastStopMs && this.#standstill.stands(stay)) waiting.push(stay);
    }
    this.#sizes = groupSizes(waiting, (a, b) => this.#neighbours(a, b, look.aspect));
    this.#byTrack = new Map();
    for (const stay of this.#stays.all) {
      this.#byTrack.set(stay.track.id, stay);
      this.#count(this.#members.of(stay), this.#sizes.get(stay) ?? 1, elapsed);
    }
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
    const heldForMs = this.#config.queueReleaseMs - member.aloneMs;
    return heldForMs > 0 ? { state: 'leaving', vehicles, heldForMs } : undefined;
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
    const found = stoppedAt <= (this.#runStartedAt ?? stoppedAt);
    return { stoppedAt, found, queued: false, queuedMs: 0, aloneMs: 0 };
  }

  /** Looked-at time since the last look. */
  #pass(at: UtcMs): number {
    const elapsed = this.#lastLookAt === undefined ? Number.POSITIVE_INFINITY : at - this.#lastLookAt;
    this.#lastLookAt = at;
    if (elapsed >= 0 && elapsed <= this.#config.streamGapMs) return elapsed;
    this.#runStartedAt = at;
    return 0;
  }

  #count(member: Member, vehicles: number, elapsed: number): void {
    if (vehicles >= this.#config.queueVehicles) {
      member.queued = true;
      member.queuedMs += elapsed;
      member.aloneMs = 0;
    } else if (member.queued) {
      member.aloneMs += elapsed;
    }
  }

  #neighbours(a: Stay, b: Stay, aspect: number): boolean {
    const { queueStopWithinMs, queueSpacing } = this.#config;
    if (Math.abs(a.dwell.startedAt - b.dwell.startedAt) > queueStopWithinMs) return false;
    const [ax, ay] = bottomCentre(a.track.box);
    const [bx, by] = bottomCentre(b.track.box);
    const length = Math.max(sizeOf(a.track.box, aspect), sizeOf(b.track.box, aspect));
    return Math.hypot((ax - bx) * aspect, ay - by) <= queueSpacing * length;
  }
}

/** How many each is linked with, directly or through others, itself included. */
function groupSizes<T>(members: readonly T[], linked: (a: T, b: T) => boolean): Map<T, number> {
  const sizes = new Map<T, number>();
  for (const start of members) {
    if (sizes.has(start)) continue;
    const group = new Set([start]);
    for (const one of group) for (const other of members) if (!group.has(other) && linked(one, other)) group.add(other);
    for (const one of group) sizes.set(one, group.size);
  }
  return sizes;
}
