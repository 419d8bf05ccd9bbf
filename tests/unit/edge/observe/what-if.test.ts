import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import { type ObjectClass, objectClasses } from '../../../../src/domain/object-class.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { explainLook } from '../../../../src/edge/explain-look.ts';
import { reviewed } from '../../../../src/edge/incident-comparison.ts';
import { ObservationReader } from '../../../../src/edge/observe/observation-reader.ts';
import { ReviewBook } from '../../../../src/edge/observe/review-book.ts';
import { sceneModules } from '../../../../src/edge/scene/registry.ts';
import { type WhatIfAnswer, whatIf } from '../../../../src/edge/what-if.ts';
import { ObservedStand } from '../../../support/observed-stand.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const kerb = {
  id: 'kerb',
  points: [
    [0.4, 0.4],
    [1, 0.4],
    [1, 1],
    [0.4, 1],
  ],
};
const parking = (more: object = {}) => ({
  zones: [kerb],
  scenes: {
    illegal_parking: { zones: ['kerb'], dwellMs: 10_000, clearAfterMs: 6_000, updateEveryMs: 20_000, ...more },
  },
});
const first: Box = [0.5, 0.5, 0.6, 0.6];
const second: Box = [0.8, 0.8, 0.9, 0.9];

let folder: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  folder = await tempDir('observed');
});
afterEach(() => folder.remove());

const stand = (config: object = parking(), provided: readonly ObjectClass[] = ['car', 'person']) =>
  new ObservedStand({ path: join(folder.path, 'observations.db'), config, provided });

function ask(
  { id, log }: ObservedStand,
  change: Record<string, unknown> = {},
  { scene = 'illegal_parking', from = 0, to = Number.MAX_SAFE_INTEGER } = {},
): WhatIfAnswer {
  log.stop();
  const reader = new ObservationReader(join(folder.path, 'observations.db'));
  try {
    const answer = whatIf(reader, { camera: id, scene, change, from, to });
    if (answer === undefined) throw new Error('nothing was observed');
    return answer;
  } finally {
    reader.close();
  }
}

const exact = { missing: [], surplus: [], added: [], removed: [] };

describe('a replay of the unchanged configuration gives what was raised, exactly', () => {
  test('dwell, update and clearing, with a car that leaves and comes back within the cooldown', () => {
    const camera = stand();
    new SceneTimeline()
      .stands('t1', { box: first, from: 4, to: 60 })
      .stands('t2', { box: second, from: 20, to: 34, score: (at) => 0.301 + at / 100 })
      .stands('t3', { box: first, from: 90, to: 120 })
      .play(camera, 160);
    expect(camera.events.map(({ phase }) => phase)).toEqual([
      'raised',
      'raised',
      'updated',
      'cleared',
      'updated',
      'cleared',
    ]);
    expect(ask(camera)).toMatchObject({ ...exact, looks: 81, kept: [{}, {}] });
  });

  test.each([
    ['a stream gap', new SceneTimeline().stands('t1', { box: first, from: 4, to: 90 }).gap(8, 60)],
    ['missed looks', new SceneTimeline().stands('t1', { box: first, from: 4, to: 90, missed: [8, 20, 22, 24] })],
    ['a look every 10 s', new SceneTimeline().lookEvery(10).stands('t1', { box: first, from: 4, to: 90 })],
    ['eight looks a second', new SceneTimeline().lookEvery(0.125).stands('t1', { box: first, from: 4, to: 90 })],
  ])('%s', (_what, timeline) => {
    const camera = stand();
    timeline.play(camera, 120);
    expect(camera.events.length).toBeGreaterThan(1);
    expect(ask(camera)).toMatchObject(exact);
  });

  test.each([
    ['saved on the last look', 24, 24],
    ['saved before the incident was raised', 10, 24],
    ['saved long before, with looks lost between', 6, 40],
  ])('a restart: %s', (_what, savedAt, diesAt) => {
    const camera = stand();
    const timeline = new SceneTimeline()
      .stands('t1', { box: first, from: 4, to: 90 })
      .stands('t2', { box: second, from: 30, to: 70 });
    timeline.play(camera, savedAt);
    camera.save();
    timeline.play(camera, diesAt, { from: savedAt + 2 });
    camera.restart();
    timeline.play(camera, 120, { from: diesAt + 8 });
    const phases = camera.events.map(({ phase, incidentId }) => `${phase} ${incidentId}`);
    expect(new Set(phases.filter((each) => each.startsWith('raised'))).size).toBe(2);
    expect(ask(camera)).toMatchObject(exact);
  });

  test('a restart without any memory but the open incidents', () => {
    const camera = stand();
    const timeline = new SceneTimeline().stands('t1', { box: first, from: 4, to: 90 });
    timeline.play(camera, 24);
    camera.restart();
    timeline.play(camera, 120, { from: 34 });
    expect(camera.events.map(({ phase }) => phase)).toEqual(['raised', 'updated', 'updated', 'updated', 'cleared']);
    expect(ask(camera)).toMatchObject(exact);
  });

  test('another configuration while a dwell runs', () => {
    const camera = stand();
    const timeline = new SceneTimeline()
      .stands('t1', { box: first, from: 4, to: 90 })
      .stands('t2', { box: second, from: 30, to: 90 });
    timeline.play(camera, 10);
    camera.reload(parking({ dwellMs: 30_000 }));
    timeline.play(camera, 40, { from: 12 });
    camera.reload(parking({ dwellMs: 20_000, updateEveryMs: 5_000 }));
    timeline.play(camera, 120, { from: 42 });
    expect(ask(camera)).toMatchObject({ ...exact, kept: [{}, {}] });
  });

  test('a model that goes and comes back, and a camera that is moved', () => {
    const camera = stand();
    const timeline = new SceneTimeline().stands('t1', { box: first, from: 4, to: 90 });
    timeline.play(camera, 10);
    camera.provide(['person']);
    timeline.play(camera, 20, { from: 12 });
    camera.provide(['car']);
    timeline.play(camera, 22, { from: 22 });
    camera.suspend('moved');
    timeline.play(camera, 40, { from: 24 });
    camera.suspend(undefined);
    timeline.play(camera, 120, { from: 42 });
    expect(camera.events[0]).toMatchObject({ phase: 'raised' });
    expect(ask(camera)).toMatchObject(exact);
  });

  test('a model that fails on some looks', () => {
    const camera = stand();
    const timeline = new SceneTimeline().stands('t1', { box: first, from: 4, to: 20 });
    timeline.play(camera, 18);
    camera.overlook(['car']);
    timeline.play(camera, 40, { from: 20 });
    camera.overlook(['person']);
    timeline.play(camera, 60, { from: 42 });
    camera.overlook([]);
    timeline.play(camera, 80, { from: 62 });
    expect(camera.events.map(({ phase, observedAt }) => `${phase}@${observedAt / 1000}`)).toEqual([
      'raised@14',
      'cleared@44',
    ]);
    expect(ask(camera)).toMatchObject(exact);
  });

  test('hours in which nothing is watched for', () => {
    const camera = stand(parking({ schedule: [{ from: '08:00', to: '08:02' }] }));
    new SceneTimeline()
      .startsAt('2026-06-01T00:00:00Z')
      .stands('t1', { box: first, from: 4, to: 400 })
      .play(camera, 300);
    expect(camera.events.at(-1)).toMatchObject({ phase: 'cleared' });
    expect(ask(camera)).toMatchObject(exact);
  });

  test('beginning in the middle of days, from what was known then', () => {
    const camera = stand();
    const everyHours = new SceneTimeline().lookEvery(10);
    for (let hour = 0; hour < 20; hour += 1) {
      everyHours.stands(`t${hour}`, { box: first, from: hour * 3600 + 60, to: hour * 3600 + 2000 });
    }
    everyHours.play(camera, 20 * 3600);
    const from = 13 * 3600 * 1000;
    const answer = ask(camera, {}, { from });
    expect(answer).toMatchObject({ ...exact, from });
    expect(answer.kept).toHaveLength(7);
    expect(answer.looks).toBe(2521);
  });

  test('beginning with what was known after a look that raised something', () => {
    const camera = stand();
    const sixHours = 6 * 3600;
    new SceneTimeline()
      .lookEvery(10)
      .stands('t1', { box: first, from: sixHours - 10, to: sixHours + 100 })
      .play(camera, sixHours + 200);
    const from = sixHours * 1000;
    expect(camera.events[0]).toMatchObject({ phase: 'raised', observedAt: from });
    // The look is before the place to start from, and so is its event.
    expect(ask(camera, {}, { from })).toMatchObject({ ...exact, looks: 20, kept: [] });
    expect(camera.events.map(({ phase }) => phase)).toContain('cleared');
    const reader = new ObservationReader(join(folder.path, 'observations.db'));
    const explained = (at: number) => explainLook(reader, camera.id, at)?.look.at;
    expect(explainLook(reader, camera.id, from)?.events).toMatchObject([{ phase: 'raised' }]);
    expect([from - 1, from + 9_999, from + 10_000, -5].map(explained)).toEqual([from - 10_000, from, from + 10_000, 0]);
    reader.close();
  });

  test('all scenes that are registered, with whatever is seen, restarts, reloads and gaps', () => {
    const scenes = Object.fromEntries(
      sceneModules.map(({ id }) => [id, { zones: ['kerb', 'line'], cooldownMs: 1000, ...impatient[id] }]),
    );
    const line = {
      id: 'line',
      kind: 'line',
      points: [
        [0.5, 0],
        [0.5, 1],
      ],
    };
    const config = { zones: [{ ...kerb, tags: ['water', 'bank', 'roadway'] }, line], scenes };
    let run = 0;
    const told = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const path = join(folder.path, `run-${++run}.db`);
        const camera = new ObservedStand({ path, config, provided: objectClasses });
        liveThrough(camera, config, seed);
        for (const event of camera.events) told.add(`${event.scene} ${event.phase}`);
        camera.log.stop();
        const reader = new ObservationReader(path);
        for (const { id } of sceneModules) {
          // From the beginning, and from where the scenes last began before the middle.
          for (const from of [0, 500_000]) {
            const question = { camera: camera.id, scene: id, change: {}, from, to: Number.MAX_SAFE_INTEGER };
            const { added, removed, ...answer } = whatIf(reader, question) ?? { added: [], removed: [] };
            expect({ id, seed, ...answer }).toMatchObject({ missing: [], surplus: [] });
          }
        }
        reader.close();
      }),
      { numRuns: 4, seed: 20_261_122 },
    );
    // Nothing is easily given again: most scenes must have had something to say.
    expect([...told].filter((each) => each.endsWith('raised')).length).toBeGreaterThanOrEqual(10);
    expect([...told].filter((each) => each.endsWith('cleared')).length).toBeGreaterThanOrEqual(10);
  }, 60_000);
});

describe('what if', () => {
  const busy = () => {
    const camera = stand();
    new SceneTimeline()
      .stands('long', { box: first, from: 4, to: 60 })
      .stands('short', { box: second, from: 4, to: 16 })
      .stands('unclear', { box: [0.45, 0.45, 0.49, 0.49], from: 100, to: 160, bestScore: 0.6, score: 0.6 })
      .play(camera, 200);
    return camera;
  };

  test('the dwell were longer: the short stay is no alert any more', () => {
    const { added, removed, kept } = ask(busy(), { dwellMs: 30_000 });
    expect(added).toEqual([]);
    expect(removed.map(({ subjects }) => subjects[0]?.trackId)).toEqual(['short']);
    expect(kept.map(({ before, after }) => [before.raisedAt, after.raisedAt])).toEqual([[14_000, 34_000]]);
  });

  test('less were asked of a score: one alert more', () => {
    const { added, removed, kept } = ask(busy(), { enterScore: 0.5 });
    expect(added.map(({ subjects, raisedAt }) => [subjects[0]?.trackId, raisedAt])).toEqual([['unclear', 110_000]]);
    expect([removed.length, kept.length]).toEqual([0, 2]);
  });

  test('after a restart the changed world goes on with its own memory, not with that of the node', () => {
    const camera = stand();
    const timeline = new SceneTimeline().stands('t1', { box: first, from: 4, to: 90 });
    timeline.play(camera, 20);
    camera.save();
    camera.restart();
    timeline.play(camera, 120, { from: 22 });
    const { kept } = ask(camera, { dwellMs: 60_000 });
    expect(kept.map(({ before, after }) => [before.raisedAt, after.raisedAt])).toEqual([[14_000, 64_000]]);
  });

  test('a crowd were smaller or larger: it is the same crowd, whoever is named first', () => {
    const crowd = { zones: ['kerb'], minCount: 3, dwellMs: 10_000, clearAfterMs: 6_000 };
    const camera = stand({ zones: [kerb], scenes: { crowd_gathering: crowd } });
    // Eight at first; those who stay on are others, and three at a time.
    const people = new SceneTimeline();
    for (let n = 0; n < 20; n += 1) {
      const [x, y] = [0.45 + n * 0.025, 0.45 + ((n * 7) % 5) / 15];
      const from = n < 8 ? n * 2 : n * 20 - 120;
      people.stands(`p${n}`, { box: [x, y, x + 0.02, y + 0.1], from, to: from + 66, class: 'person' });
    }
    people.play(camera, 400);
    const scene = 'crowd_gathering';
    expect(ask(camera, {}, { scene })).toMatchObject({ ...exact, kept: [{}] });
    for (const minCount of [2, 6]) {
      const { added, removed, kept } = ask(camera, { minCount }, { scene });
      expect([minCount, added.length, removed.length, kept.length]).toEqual([minCount, 0, 0, 1]);
    }
  });

  test('counts what people said of the incidents', () => {
    const camera = busy();
    const [long, short] = [...new Set(camera.events.map(({ incidentId }) => incidentId))];
    const answer = ask(camera, { dwellMs: 30_000 });
    const book = new ReviewBook(join(folder.path, 'observations.db'));
    const say = (incidentId = long, verdict: 'confirmed' | 'rejected') => {
      if (incidentId !== undefined) book.add({ incidentId, verdict, reason: '卸货', by: 'wang', at: 1 });
    };
    say(long, 'rejected');
    say(long, 'confirmed');
    say(short, 'rejected');
    expect(book.list(9).map(({ verdict }) => verdict)).toEqual(['rejected', 'confirmed', 'rejected']);
    book.close();
    const reader = new ObservationReader(join(folder.path, 'observations.db'));
    expect(reviewed(answer, reader.verdicts())).toEqual({
      confirmed: 1,
      confirmedLost: [],
      rejected: 1,
      rejectedRemoved: [short],
    });
    reader.close();
  });

  test('a verdict on an incident that nobody saw names the one that was probably meant', () => {
    const camera = busy();
    camera.log.stop();
    const book = new ReviewBook(join(folder.path, 'observations.db'));
    const add = () =>
      book.add({ incidentId: 'c1-incident-8' as never, verdict: 'rejected', reason: '', by: '', at: 1 });
    expect(add).toThrow(/did you mean "c1-incident-\d"/);
    book.close();
  });

  test.each([
    [{ dwelMs: 1 }, 'scenes.illegal_parking.dwelMs: unknown key; did you mean "dwellMs" (milliseconds)?'],
    [{ dwellMs: '60s' }, 'for 60s write 60000'],
    [{ dwellMs: 60 }, 'if you meant 60 seconds, write 60000'],
    [{ zones: ['kerp'] }, 'no zone "kerp" on camera c1; it has: kerb'],
    [{ 'looks.busyMs': 'x' }, 'scenes.illegal_parking.looks.busyMs'],
  ])('%j is refused in the words of the configuration', (change, words) => {
    expect(() => ask(busy(), change)).toThrow(words);
  });

  test('a scene that was not watched for needs its zones', () => {
    expect(() => ask(busy(), {}, { scene: 'zone_intrusion' })).toThrow('scenes.zone_intrusion.zones: required');
    const { added, missing } = ask(busy(), { zones: ['kerb'] }, { scene: 'zone_intrusion' });
    expect(missing).toEqual([]);
    expect(added.length).toBeGreaterThan(0);
  });
});

/** Settings with which minutes of a random street are enough for most scenes to have something to say. */
const impatient: Readonly<Record<string, object>> = {
  illegal_parking: { dwellMs: 10_000, queueVehicles: 8 },
  fire_lane_blocked: { vehicleDwellMs: 10_000, pileDwellMs: 10_000, leastOccupancy: 0.02, unloadingMs: 0 },
  street_vending: { dwellMs: 20_000, seenShare: 0.3, reachHeights: 5 },
  exposed_garbage: { dwellMs: 30_000, seenShare: 0.3, minAreaShare: 0.0001, minFill: 0 },
  material_dumping: { dwellMs: 30_000, learnMs: 0, seenShare: 0.3 },
  nonmotor_misparking: { dwellMs: 10_000, leastUnits: 1 },
  crowd_gathering: { minCount: 2, dwellMs: 10_000 },
  waterlogging: { dwellMs: 10_000, minAreaShare: 0.001, seenShare: 0.3 },
  ebike_indoor: { dwellMs: 5_000 },
};

/** At times one model of several fails. */
const overlookedOn = (n: number): readonly ObjectClass[] => (n % 37 === 0 ? ['person', 'car'] : []);

/** Some minutes of a camera's life that are the same for the same seed. */
function liveThrough(camera: ObservedStand, config: object, seed: number): void {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const actors = Array.from({ length: 16 }, (_, index) => ({
    id: `t${index}`,
    kind: objectClasses[Math.floor(random() * objectClasses.length)] ?? 'car',
    x: random(),
    y: 0.4 + random() * 0.4,
    speed: random() < 0.6 ? 0 : (random() - 0.5) / 50,
    from: random() * 300,
    to: 300 + random() * 900,
  }));
  let at = 0;
  for (let n = 0; n < 500; n += 1) {
    at += random() < 0.005 ? 20_000 + Math.floor(random() * 90_000) : 1500 + Math.floor(random() * 1000);
    const tracks = actors.flatMap((actor): Track[] => {
      const second = at / 1000;
      if (second < actor.from || second > actor.to || random() < 0.05) return [];
      const x = (((actor.x + actor.speed * second + random() / 500) % 1) + 1) % 1;
      const score = 0.4 + random() / 2;
      const seen = random() < 0.95;
      return [
        {
          id: (random() < 0.005 ? `${actor.id}-${n}` : actor.id) as TrackId,
          state: seen ? 'confirmed' : 'lost',
          class: actor.kind,
          box: [x, actor.y, x + 0.12, actor.y + 0.1 + random() / 200],
          score,
          bestScore: 0.95,
          firstSeenAt: Math.floor(actor.from * 1000),
          lastSeenAt: seen ? at : at - 2000,
          hits: n,
          velocity: [actor.speed, random() / 100],
          fill: 0.5 + random() / 3,
          attributes: { prone: random(), child: random() },
        },
      ];
    });
    camera.update({ at, tracks, aspect: 16 / 9 });
    if (random() < 0.05) camera.save();
    if (random() < 0.01) camera.restart();
    if (random() < 0.01) camera.reload(config);
    if (random() < 0.01) camera.provide(random() < 0.5 ? ['person'] : objectClasses);
    camera.overlook(overlookedOn(n));
    if (random() < 0.01) camera.suspend(random() < 0.5 ? 'covered' : undefined);
  }
}
