import { describe, expect, test } from 'vitest';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const place = zone('place', 'polygon', rectangle(0, 0, 1, 1));
const schedule = [{ from: '08:00', to: '18:00' }];
const box = [0.4, 0.4, 0.6, 0.6] as const;

const parking = new SceneCase({
  id: 'illegal_parking',
  zones: [place],
  config: { schedule, updateEveryMs: 3_600_000 },
});
const garbage = new SceneCase({
  id: 'exposed_garbage',
  zones: [place],
  config: { schedule, updateEveryMs: 3_600_000 },
});
const dumping = new SceneCase({ id: 'material_dumping', zones: [place], config: { schedule } });

/** From 17:58 on, a look every 10 s. */
const evening = () => new SceneTimeline().lookEvery(10).startsAt('2026-05-06T17:58:00+08:00');
const morningS = 14 * 3_600 + 120;

describe('what is under way', () => {
  const car = () => evening().stands('c', { box, from: 0, to: 600 });
  const pendings = (scenes = parking.scenes()) => [scenes.pendingSince.length, scenes.demand?.decisionInMs];

  test('keeps no camera awake once the hours end', () => {
    const scenes = parking.scenes();
    car().play(scenes, 110);
    expect(pendings(scenes)).toEqual([1, 190_000]);
    car().play(scenes, 120, { from: 120 });
    expect(pendings(scenes)).toEqual([0, undefined]);
    expect(scenes.demand?.idleMs).toBe(10_000);
  });

  test('nor while the camera cannot be trusted, and goes on after that', () => {
    const scenes = parking.scenes();
    car().play(scenes, 60);
    scenes.suspend('covered');
    expect(pendings(scenes)).toEqual([0, undefined]);
    scenes.suspend(undefined);
    expect(pendings(scenes)).toEqual([1, 240_000]);
  });

  test('nor without a model', () => {
    const scenes = parking.scenes();
    car().play(scenes, 60);
    scenes.provide(new Set());
    expect(pendings(scenes)).toEqual([0, undefined]);
  });
});

describe('over night', () => {
  const stays = () => evening().stands('c', { box, from: 0, to: morningS + 1_000 });

  test('a stay ends with the hours: who stands there in the morning has the whole dwell to leave', () => {
    expect(parking.story(stays(), morningS + 400)).toEqual([`raised@${morningS + 300}`]);
  });

  test.each([100, 120, 130, 3_000, morningS - 10, morningS])('so it does with a restart at second %d', (restartS) => {
    const events = parking.eventsWithRestart(stays(), morningS + 400, restartS);
    expect(events.map(({ phase, second }) => `${phase}@${second}`)).toEqual([`raised@${morningS + 300}`]);
  });

  test.each<[string, number, number]>([
    ['before the hours end', 90, morningS],
    ['after that', 130, morningS],
    ['and on again later in the morning', 90, morningS + 100],
  ])('it ends as well with a node that is off: %s', (_what, from, to) => {
    const first = Math.max(to, morningS);
    expect(parking.story(stays().gap(from, to), first + 400)).toEqual([`raised@${first + 300}`]);
  });

  test('within the hours a gap is only that', () => {
    const noon = new SceneTimeline().lookEvery(10).startsAt('2026-05-06T12:00:00+08:00');
    const parked = noon.stands('c', { box, from: 0, to: 9_000 }).gap(100, 7_000);
    expect(parking.story(parked, 8_000)).toEqual(['raised@7210']);
  });

  test('what was a case is one again only after its whole time', () => {
    const afternoon = new SceneTimeline().lookEvery(10).startsAt('2026-05-06T17:40:00+08:00');
    const closesS = 1_200;
    const opensS = closesS + 14 * 3_600;
    const bags = afternoon.stands('g', { box, from: 0, to: opensS + 2_000, class: 'garbage_bag' });
    expect(garbage.story(bags, opensS + 700)).toEqual([
      'raised@600',
      `cleared@${closesS + 20}`,
      `raised@${opensS + 600}`,
    ]);
  });

  test('a long weekend makes nothing new of what was always there', () => {
    const friday = new SceneTimeline().lookEvery(40).startsAt('2026-05-08T17:40:00+08:00');
    const closesS = 1_200;
    const mondayS = closesS + 62 * 3_600;
    const weekdays = dumping.with({ schedule: [{ ...schedule[0], days: ['mon', 'tue', 'wed', 'thu', 'fri'] }] });
    const pile = friday.stands('p', { box, from: 0, to: mondayS + 1_000, class: 'debris_pile' });
    expect(weekdays.story(pile, mondayS + 900)).toEqual([]);
  });

  test('nothing is learned by night of what is there by day', () => {
    const night = new SceneTimeline().lookEvery(10).startsAt('2026-05-06T22:00:00+08:00');
    const opensS = 10 * 3_600;
    const pile = night.stands('p', { box, from: 0, to: opensS + 1_000, class: 'debris_pile' });
    expect(dumping.story(pile, opensS + 900)).toEqual([]);
  });
});
