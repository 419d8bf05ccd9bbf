import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../../src/domain/detection.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import { ByteTracker } from '../../../../src/edge/track/byte-tracker.ts';
import { trackSchema } from '../../../../src/edge/track/config.ts';
import { countedIds, type TrackedLook, tracks } from '../../../support/track-script.ts';

const car: Box = [0.45, 0.46, 0.62, 0.6];
/** Stands before the car, nearer and larger. */
const bus: Box = [0.3, 0.3, 0.8, 0.75];
const moved = ([x1, y1, x2, y2]: Box, dx: number): Box => [x1 + dx, y1, x2 + dx, y2];

const tracker = (config: object = {}) => new ByteTracker({ config: trackSchema.parse(config), newId: countedIds() });
const seconds = (from: number, to: number, every = 2) =>
  Array.from({ length: Math.round((to - from) / every) }, (_, index) => from + index * every);
const at = (looks: readonly TrackedLook[], second: number) =>
  looks.find((look) => look.second === second)?.tracks ?? [];
/** Which track the box belongs to on the last look. */
const idAt = (looks: readonly TrackedLook[], box: Box) =>
  looks.at(-1)?.tracks.find((track) => track.state === 'confirmed' && Math.abs(track.box[0] - box[0]) < 0.02)?.id;

describe('memory of who stands', () => {
  test.each([
    ['four minutes behind a bus', { until: 360, hidden: [60, 300] as const }, 't1'],
    ['ten minutes less a look', { until: 700, hidden: [60, 658] as const }, 't1'],
    ['more than ten minutes', { until: 700, hidden: [60, 668] as const }, 't3'],
  ])('%s', (_, { until, hidden: [from, to] }, id) => {
    const looks = tracks()
      .stands({ box: car, from: 0, to: until, missed: seconds(from, to) })
      .stands({ box: bus, from: from - 2, to: to - 2, class: 'bus' })
      .play(tracker(), { until });
    expect(idAt(looks, car)).toBe(id);
  });

  test.each([
    // What stood for a minute is remembered for a minute; 120 s at most.
    ['a minute in the dark, just inside', 60, 60, 't1'],
    ['a minute in the dark, just outside', 60, 64, 't2'],
    ['two minutes after an hour, just inside', 3600, 120, 't1'],
    ['two minutes after an hour, just outside', 3600, 124, 't2'],
    ['eight seconds are no standing to remember', 8, 14, 't2'],
  ])('%s', (_, stoodS, darkS, id) => {
    const until = stoodS + darkS + 10;
    const missed = seconds(stoodS + 2, stoodS + darkS);
    const looks = tracks().stands({ box: car, from: 0, to: until, missed }).play(tracker(), { until });
    expect(idAt(looks, car)).toBe(id);
  });

  test('a place as good as empty is not remembered for minutes, and is told of once', () => {
    const looks = tracks().stands({ box: car, from: 0, to: 60 }).play(tracker(), { until: 200 });
    const states = looks.flatMap(({ tracks: all }) => all.map(({ state }) => state));
    expect(states.filter((state) => state === 'removed')).toHaveLength(1);
    expect(looks.at(-1)?.tracks).toEqual([]);
  });

  test('a part of it beside the bus will do, and does not become its place', () => {
    const part: Box = [0.54, 0.46, 0.62, 0.6];
    const t = tracker();
    const see = (boxes: readonly Box[], second: number) =>
      t.update(
        boxes.map((box) => ({ box, score: 0.8, class: box === bus ? 'bus' : 'car' })),
        second * 1000,
      );
    const before: Box = [0.2, 0.3, 0.54, 0.75];
    for (const second of seconds(0, 30)) see([car], second);
    for (const second of seconds(30, 90)) see([part, before], second);
    const [parked] = see([car], 90);
    expect(parked).toMatchObject({ id: 't1', state: 'confirmed', hits: 46 });
  });

  test('a car that halts in front of it takes neither its detection nor its track', () => {
    const looks = tracks()
      .stands({ box: car, from: 0, to: 60, score: (second) => (second >= 20 && second < 30 ? 0.4 : 0.8) })
      .walks({ start: moved(car, -0.4), end: moved(car, 0.4), from: 16, to: 32, score: 0.95 })
      .play(tracker(), { until: 60 });
    expect(at(looks, 60)[0]).toMatchObject({ id: 't1', state: 'confirmed', hits: 31 });
    expect(at(looks, 60)[0]?.box[0]).toBeCloseTo(0.45);
  });

  test('a car that passes just as the parked one is not seen does not carry its track off', () => {
    const looks = tracks()
      .stands({ box: car, from: 0, to: 60, missed: [20, 22] })
      .walks({ start: moved(car, -0.47), end: moved(car, 0.33), from: 16, to: 24 })
      .play(tracker(), { until: 60 });
    expect(idAt(looks, car)).toBe('t1');
  });

  test.each([
    ['a look', [20]],
    ['two looks', [20, 22]],
  ])('a car that creeps by half over it, while the parked one is not seen for %s, is another one', (_, missed) => {
    const t = tracker();
    const see = (second: number, passer?: Box) => {
      const boxes = [...(missed.includes(second) ? [] : [car]), ...(passer === undefined ? [] : [passer])];
      return t.update(
        boxes.map((box) => ({ box, score: 0.85, class: 'car' })),
        second * 1000,
      );
    };
    for (const second of seconds(0, 20)) see(second);
    const lengths: readonly (readonly [number, number])[] = [
      [20, 0.5],
      [22, 0.5],
      [24, 0.7],
      [26, 1.25],
      [28, 2],
    ];
    // Farther off than the parked one: it hides nothing of its place.
    const looks = lengths.map(([second, by]) => see(second, moved(car, by * 0.17)));
    expect(looks[0]).toMatchObject([{ id: 't1', state: 'lost' }, { id: 't2' }]);
    expect(looks.at(-1)).toMatchObject([
      { id: 't1', state: 'confirmed', box: car },
      { id: 't2', state: 'confirmed' },
    ]);
  });

  test('a restart and ten seconds of darkness', () => {
    const before = tracker();
    tracks().stands({ box: car, from: 0, to: 60 }).play(before, { until: 60 });
    const after = new ByteTracker({ config: trackSchema.parse({}), newId: () => 'other' as never });
    expect(after.restore(JSON.parse(JSON.stringify(before.save())))).toBe(true);
    for (const second of seconds(80, 90)) after.update([], second * 1000);
    const seen = after.update([{ box: moved(car, 0.005), score: 0.45, class: 'car' }], 90_000);
    expect(seen).toMatchObject([{ id: 't1', state: 'confirmed', firstSeenAt: 0 }]);
  });
});

describe('people who stand', () => {
  const waiting: Box = [0.5, 0.4, 0.56, 0.7];

  test('who waited and walks off is followed, at one look in two seconds', () => {
    const looks = tracks()
      .stands({ box: waiting, from: 0, to: 38, class: 'person' })
      .walks({ start: moved(waiting, 0.12), end: moved(waiting, 0.36), from: 40, to: 44, class: 'person' })
      .play(tracker(), { until: 44 });
    expect(at(looks, 44)).toMatchObject([{ id: 't1', state: 'confirmed', hits: 23 }]);
  });

  test.each([
    ['just inside ten seconds it is the same', 10, 't1'],
    ['then the next to stand there is another', 14, 't2'],
  ])('who waited and is gone: %s', (_, awayS, id) => {
    const until = 60 + awayS + 10;
    const missed = seconds(62, 60 + awayS);
    const looks = tracks().stands({ box: waiting, from: 0, to: until, missed, class: 'person' });
    expect(idAt(looks.play(tracker(), { until }), waiting)).toBe(id);
  });

  test('who passes close to somebody who waits, and is seen, takes nothing', () => {
    const looks = tracks()
      .stands({ box: waiting, from: 0, to: 30, class: 'person' })
      .walks({ start: moved(waiting, -0.4), end: moved(waiting, 0.4), from: 12, to: 20, class: 'person' })
      .play(tracker(), { until: 30 });
    expect(idAt(looks, waiting)).toBe('t1');
  });
});

describe('who moves', () => {
  const walker: Box = [0.1, 0.5, 0.14, 0.7];

  test.each([
    // 0.1 a second behind something for so many looks, at fifteen a second.
    ['half a second', 8, 't1'],
    ['two seconds', 30, 't1'],
  ])('%s behind a pillar, at 15 looks a second', (_, hiddenLooks, id) => {
    const t = tracker();
    let last: readonly { id: string; state: string }[] = [];
    for (let look = 0; look < 90; look += 1) {
      const hidden = look >= 40 && look < 40 + hiddenLooks;
      const box = moved(walker, (0.1 * look) / 15);
      last = t.update(hidden ? [] : [{ box, score: 0.8, class: 'person' }], (look * 1000) / 15);
    }
    expect(last).toMatchObject([{ id, state: 'confirmed' }]);
  });

  test('two who pass each other at 15 looks a second, one hidden for a moment', () => {
    const t = tracker();
    let last: readonly { id: string; box: Box }[] = [];
    for (let look = 0; look <= 90; look += 1) {
      const one: Detection = { box: moved(walker, (0.1 * look) / 15), score: 0.8, class: 'person' };
      const two: Detection = { box: moved(walker, 0.6 - (0.1 * look) / 15), score: 0.8, class: 'person' };
      last = t.update(look > 42 && look < 48 ? [one] : [one, two], (look * 1000) / 15);
    }
    expect(last.map(({ id, box }) => [id, Math.round(box[0] * 10) / 10])).toEqual([
      ['t1', 0.7],
      ['t2', 0.1],
    ]);
  });

  test('faint for seconds: the second stage follows on, but begins nobody', () => {
    const looks = tracks()
      .walks({
        start: walker,
        end: moved(walker, 0.3),
        from: 0,
        to: 10,
        class: 'person',
        score: (s) => (s < 4 ? 0.8 : 0.35),
      })
      .walks({ start: moved(walker, 0.8), end: moved(walker, 0.6), from: 0, to: 10, class: 'person', score: 0.45 })
      .play(tracker(), { until: 10, everyS: 0.2 });
    expect(looks.at(-1)?.tracks).toMatchObject([{ id: 't1', state: 'confirmed', score: 0.35 }]);
  });

  test('a full house: who is there takes the place of who was seen last longest ago', () => {
    const row = (y: number, count: number) =>
      Array.from({ length: count }, (_, index): Detection => {
        const x = index / count;
        return { box: [x, y, x + 0.001, y + 0.01], score: 0.8, class: 'person' };
      });
    const t = tracker();
    t.update(row(0.1, 300), 0);
    const second = t.update(row(0.5, 300), 1000);
    expect(second.filter(({ state }) => state === 'removed')).toHaveLength(100);
    expect(second.filter(({ lastSeenAt }) => lastSeenAt === 1000)).toHaveLength(300);
  });
});

describe('appearance', () => {
  /** Unit vectors in a plane: the cosine of two is that of the angle between. */
  const look = (degrees: number) =>
    new Float32Array([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);
  const person = (x: number, degrees: number): Detection => ({
    box: [x, 0.5, x + 0.04, 0.7],
    score: 0.8,
    class: 'person',
    appearance: look(degrees),
  });
  /** Somebody seen at 0.1 for four seconds, then nobody until the given second. */
  const again = (detection: Detection, second: number, config: object = {}) => {
    const t = tracker(config);
    for (const at of seconds(0, 6)) t.update([person(0.1, 0)], at * 1000);
    for (const at of seconds(6, second)) t.update([], at * 1000);
    return t.update([detection], second * 1000).find(({ lastSeenAt }) => lastSeenAt === second * 1000)?.id;
  };

  test.each([
    // The cosine of 45° is 0.707.
    ['alike, far across the picture', person(0.8, 40), 20, 't1'],
    ['alike, and just as alike as asked for', person(0.8, 45), 20, 't1'],
    ['not quite alike', person(0.8, 46), 20, 't2'],
    ['alike, but too far for the time', person(0.8, 0), 6, 't2'],
    ['alike, and just not too far', person(0.7, 0), 6, 't1'],
    ['alike, but after more than a minute', person(0.8, 0), 72, 't2'],
    ['alike, after just a minute', person(0.8, 0), 64, 't1'],
    ['on the same place, but somebody else', person(0.1, 90), 12, 't2'],
    ['on the same place, changed by the light', person(0.1, 60), 12, 't1'],
    ['on the same place, but half a minute later: not quite alike', person(0.1, 60), 34, 't2'],
    ['on the same place half a minute later, alike', person(0.1, 40), 34, 't1'],
  ])('%s', (_, detection, second, id) => expect(again(detection, second)).toBe(id));

  test.each([
    ['somebody else', 90, 't2'],
    ['the same, changed by the light', 60, 't1'],
  ])('on the same place after twenty seconds without a look for persons: %s', (_, degrees, id) => {
    const t = tracker();
    for (const at of seconds(0, 6)) t.update([person(0.1, 0)], at * 1000);
    for (const at of seconds(6, 26)) t.update([], at * 1000, new Set(['person']));
    expect(t.update([person(0.1, degrees)], 26_000).find(({ lastSeenAt }) => lastSeenAt === 26_000)?.id).toBe(id);
  });

  test('a vector of another model says nothing', () => {
    expect(again({ ...person(0.1, 0), appearance: new Float32Array([1, 0, 0]) }, 12)).toBe('t1');
    expect(again({ ...person(0.8, 0), appearance: new Float32Array([1, 0, 0]) }, 20)).toBe('t2');
    expect(again({ box: [0.1, 0.5, 0.14, 0.7], score: 0.8, class: 'person' }, 34)).toBe('t2');
  });

  test('two who pass close by each other are told apart by their coats', () => {
    const t = tracker();
    t.update([person(0.3, 0), person(0.36, 90)], 0);
    t.update([person(0.3, 0), person(0.36, 90)], 2000);
    // Both in the middle between: only looks can tell.
    const met = t.update([person(0.335, 90), person(0.325, 0)], 4000);
    expect(met.map(({ id, box }) => [id, box[0]])).toEqual([
      ['t1', 0.325],
      ['t2', 0.335],
    ]);
  });

  test('it is remembered over a restart', () => {
    const before = tracker();
    for (const second of seconds(0, 6)) before.update([person(0.1, 0)], second * 1000);
    const after = tracker();
    after.restore(JSON.parse(JSON.stringify(before.save())));
    expect(after.update([person(0.8, 10)], 20_000)).toMatchObject([{ id: 't1' }]);
  });
});
