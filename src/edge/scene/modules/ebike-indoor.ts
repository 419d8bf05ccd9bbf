import { z } from 'zod';
import type { Point } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { CrossingDirection, Zone } from '../../../domain/zone.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { Crossers, crossingHit } from '../rule/crossers.ts';
import { LookAlikes } from '../rule/look-alikes.ts';
import type { RuleNote, RuleTrace } from '../rule/rule-trace.ts';
import { Subjects } from '../rule/subjects.ts';
import { hitOf, ZoneStays } from '../rule/zone-stays.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['e-bike'];
/** Two-wheelers share their track with an e-bike (`classGroup`): whose class flickers stays one subject. */
const twoWheelers: readonly ObjectClass[] = ['e-bike', 'bicycle', 'motorcycle'];
const lookAlikes: readonly ObjectClass[] = ['bicycle', 'motorcycle', 'wheelchair', 'pram'];

/** Configuration of `ebike_indoor`. */
export const ebikeIndoorSchema = z.strictObject({
  ...commonSceneFields,
  zones: commonSceneFields.zones.meta({
    description: "Ids of the camera's zones: lines are doors, drawn so that `in` leads inside, and polygons lobbies.",
  }),
  dwellMs: durationMs({
    min: 1_000,
    max: 3_600_000,
    default: 30_000,
    help: 'How long an e-bike must be inside the lobby polygon; crossing the door line inward acts at once.',
  }),
  minClassShare: z.number().min(0).max(1).default(0.6).meta({
    description:
      'Least share of its looks on which it was taken for an e-bike, not a bicycle, wheelchair or pram, 0–1.',
  }),
});

/**
 * 电动车进楼: an e-bike is brought into a building: over a door line inward, or it is in the lobby polygon for a while
 * (design: scenes.md, 11). A door line without a direction leads to the lobby, where one is drawn; else `in` is inside.
 */
export const ebikeIndoor: SceneModule<typeof ebikeIndoorSchema> = {
  id: 'ebike_indoor',
  version: 'ebike_indoor/2',
  classes,
  also: lookAlikes,
  severity: 2,
  looks: { idleMs: 4_000, busyMs: 2_000 },
  schema: ebikeIndoorSchema,
  reasons: {
    entered: { en: 'crossed the door line inward', zh: '越过门线进入' },
    'counted-at-door': { en: 'in the lobby, but its incident is that of the door', zh: '已按越过门线上报，大厅不重复' },
    'look-alike': {
      en: 'an e-bike on {share} of its looks, {least} needed: a bicycle, wheelchair or pram',
      zh: '电动车类别占比 {share}，低于 {least}：疑为自行车、轮椅或婴儿车',
    },
  },
  createRule(config, around) {
    const lobbies = around.zones.filter(({ kind }) => kind === 'polygon');
    const stays = new ZoneStays(twoWheelers, config, around);
    const subjects = new Subjects(twoWheelers, config, around.exclusions);
    const crossers = new Crossers(around.zones, config, (door) => inwardOf(door, lobbies));
    const alike = new LookAlikes(classes, lookAlikes, config);
    const judge = (hit: SceneHit, fires: Omit<RuleNote, 'verdict'>, trace?: RuleTrace): SceneHit[] => {
      const { trackId } = hit.subject;
      const about = { zone: hit.zone.id, track: trackId };
      const share = alike.share(trackId);
      if (share < config.minClassShare) {
        const values = { share, least: config.minClassShare };
        trace?.note({ ...about, verdict: 'suppressed', code: 'look-alike', values });
        return [];
      }
      trace?.note({ ...about, ...fires, verdict: 'fires' });
      // On this very look it may pass for a bicycle; the case is about an e-bike.
      return [{ ...hit, subject: { ...hit.subject, class: 'e-bike' } }];
    };

    return {
      resume(hits) {
        stays.resume(hits);
        crossers.resume(hits);
        alike.resume(hits);
      },
      pending: () =>
        stays.pending(({ track }) => (alike.share(track.id) >= config.minClassShare ? config.dwellMs : undefined)),
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
        // Where there is a lobby, its stays tell of what does not count.
        const ofDoor = lobbies.length > 0 ? undefined : trace;
        const inside = crossers
          .update(subjects.seen(look, ofDoor), look.at)
          .filter(({ track }) => subjects.isSure(track, ofDoor));
        const atDoor = inside.flatMap((crosser) => {
          const [fromX, fromY] = crosser.from;
          return judge(crossingHit(crosser, { kind: 'entered', fromX, fromY }), { code: 'entered' }, trace);
        });
        const staying = lobbies.length === 0 ? [] : stays.update(look, trace);
        const inLobby = staying.flatMap((stay) => {
          const about = { zone: stay.zone.id, track: stay.track.id };
          const values = { dwellMs: stay.dwell.dwellMs, neededMs: config.dwellMs };
          if (inside.some(({ track }) => track.id === stay.track.id)) {
            trace?.note({ ...about, verdict: 'ignored', code: 'counted-at-door' });
            return [];
          }
          if (values.dwellMs >= values.neededMs) {
            return judge({ ...hitOf(stay), details: { kind: 'inside' } }, { code: 'dwell-reached', values }, trace);
          }
          trace?.note({ ...about, verdict: 'waits', code: 'dwells', values });
          return [];
        });
        return [...atDoor, ...inLobby];
      },
    };
  },
};

/** The direction towards the lobby; a line's right, as seen from its first point to its last, is `in`. */
function inwardOf({ points }: Zone, lobbies: readonly Zone[]): CrossingDirection {
  const [from, to] = [points[0], points.at(-1)];
  const corners = lobbies.flatMap((lobby) => lobby.points);
  if (from === undefined || to === undefined || corners.length === 0) return 'in';
  const sum = (of: (corner: Point) => number) => corners.reduce((total, corner) => total + of(corner), 0);
  const [x, y] = [sum((corner) => corner[0]) / corners.length, sum((corner) => corner[1]) / corners.length];
  const right = (to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]);
  return right < 0 ? 'out' : 'in';
}
