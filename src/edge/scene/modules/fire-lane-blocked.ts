import { z } from 'zod';
import type { Box } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { LaneExcuses, laneExcuseFields, laneExcuseReasons } from '../rule/lane-excuses.ts';
import { LaneOccupancy } from '../rule/lane-occupancy.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { maxDriftField, Standstill, standstillReasons } from '../rule/standstill.ts';
import { type SavedStayMemory, StayMemory } from '../rule/stay-memory.ts';
import { Subjects } from '../rule/subjects.ts';
import { eachSubject, zoneCase } from '../rule/zone-case.ts';
import { type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const piles: readonly ObjectClass[] = ['debris_pile', 'goods', 'stall', 'garbage_bag'];
const classes: readonly ObjectClass[] = [
  ...(['car', 'bus', 'truck', 'tricycle', 'bicycle', 'e-bike', 'motorcycle'] as const),
  ...piles,
];

/** Configuration of `fire_lane_blocked`. */
export const fireLaneBlockedSchema = z.strictObject({
  ...commonSceneFields,
  vehicleDwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 50_000,
    help: 'How long a vehicle or two-wheeler must stand on the lane.',
  }),
  pileDwellMs: durationMs({
    min: 5_000,
    max: 3_600_000,
    default: 40_000,
    help: 'The same for goods, stalls and piles of things.',
  }),
  leastOccupancy: z.number().min(0).max(1).default(0.2).meta({
    description:
      'Least share of the lane polygon they cover together, 0–1; draw long lanes in parts of a few vehicle lengths.',
  }),
  contactShare: z.number().positive().max(1).default(0.4).meta({
    description:
      'Lower part of a box that counts as standing on the lane, share of its height; 1 for a camera straight above.',
  }),
  // A vehicle that shunts to and fro still blocks the lane; one that drives through does not.
  maxDrift: maxDriftField(0.5),
  ...laneExcuseFields,
});

interface SavedRule {
  readonly stays: ReturnType<ZoneStays['save']>;
  readonly standstill: ReturnType<Standstill['save']>;
  readonly excuses: ReturnType<LaneExcuses['save']>;
  readonly standing: SavedStayMemory<Standing>;
}

interface Standing {
  /** Stood on the lane for long enough, and without an excuse, when it was last seen. */
  counts: boolean;
}

/** 消防通道堵塞: vehicles or things take up a fire lane (design: scenes.md, 2). One case a lane, whoever is on it. */
export const fireLaneBlocked: SceneModule<typeof fireLaneBlockedSchema> = {
  id: 'fire_lane_blocked',
  version: 'fire_lane_blocked/1',
  classes,
  also: ['fire_engine', 'person'],
  severity: 2,
  looks: { idleMs: 4_000, busyMs: 2_000 },
  schema: fireLaneBlockedSchema,
  reasons: {
    ...standstillReasons,
    ...laneExcuseReasons,
    passable: { en: 'takes up {occupancy} of the lane, {least} is needed', zh: '占用通道 {occupancy}，需 {least}' },
    blocked: { en: 'takes up {occupancy} of the lane, {least} is enough', zh: '占用通道 {occupancy}，达到 {least}' },
  },
  createRule(config, around) {
    const stays = new ZoneStays([...classes, 'fire_engine'], config, around);
    const standstill = new Standstill(stays, config);
    const excuses = new LaneExcuses(stays, config, around.calendar);
    const standing = new StayMemory(stays, (): Standing => ({ counts: false }));
    const people = new Subjects(['person'], config, []);
    const lanes = new Map(around.zones.map((zone) => [zone, new LaneOccupancy(zone.points, around.ground)]));
    const isPile = ({ track }: Stay) => piles.includes(track.class);
    const neededMs = (stay: Stay) => (isPile(stay) ? config.pileDwellMs : config.vehicleDwellMs);

    return {
      resume: (hits) => stays.resume(eachSubject(hits)),
      pending: () =>
        [...stays.all].flatMap((stay) => {
          const dueInMs = neededMs(stay) - standstill.standingMs(stay);
          return dueInMs > 0 ? { startedAt: stay.dwell.startedAt, dueInMs } : [];
        }),
      save: (): SavedRule => ({
        stays: stays.save(),
        standstill: standstill.save(),
        excuses: excuses.save(),
        standing: standing.save(),
      }),
      restore(saved) {
        const before = saved as SavedRule;
        stays.restore(before.stays);
        standstill.restore(before.standstill);
        excuses.restore(before.excuses);
        standing.restore(before.standing);
      },
      evaluate(look, trace) {
        const seen = stays.update(look, trace);
        const persons = seen.length > 0 ? people.seen(look) : [];
        for (const stay of seen) {
          excuses.watch(stay, persons, look);
          const lasts = standstill.check(stay, look, trace) && hasLasted(stay, neededMs(stay), trace);
          standing.of(stay).counts = lasts && (isPile(stay) || !excuses.excuses(stay, look, trace));
        }
        // Of several, those hidden for a moment are on the lane still.
        const blockers = [...stays.all].filter((stay) => standing.of(stay).counts);
        return [...Map.groupBy(blockers, ({ zone }) => zone)].flatMap(
          ([zone, those]) => judge(zone, those, look.aspect, trace) ?? [],
        );
      },
    };

    function judge(zone: Zone, blockers: readonly Stay[], aspect: number, trace?: RuleTrace): SceneHit | undefined {
      if (!blockers.some(({ present }) => present)) return undefined;
      const contacts = blockers.map(({ track }) => contactOf(track.box, config.contactShare));
      const { occupancy, freeWidth } = lanes.get(zone)?.use(contacts, aspect) ?? { occupancy: 0, freeWidth: {} };
      const blocked = occupancy >= config.leastOccupancy;
      for (const { track } of blockers) {
        const values = { occupancy, least: config.leastOccupancy };
        const [verdict, code] = blocked ? (['fires', 'blocked'] as const) : (['waits', 'passable'] as const);
        trace?.note({ verdict, code, zone: zone.id, track: track.id, values });
      }
      if (!blocked) return undefined;
      for (const stay of blockers) excuses.blocks(stay);
      return zoneCase(zone, blockers, { occupancy, blockers: blockers.length, ...freeWidth });
    }
  },
};

/** Whether a stay has lasted; tells when not. */
function hasLasted({ dwell, zone, track }: Stay, neededMs: number, trace: RuleTrace | undefined): boolean {
  if (dwell.dwellMs >= neededMs) return true;
  const values = { dwellMs: dwell.dwellMs, neededMs };
  trace?.note({ verdict: 'waits', code: 'dwells', zone: zone.id, track: track.id, values });
  return false;
}

/** The part of a box that is on the ground; what is above it hides the ground behind. */
function contactOf([x1, y1, x2, y2]: Box, share: number): Box {
  return [x1, y2 - (y2 - y1) * share, x2, y2];
}
