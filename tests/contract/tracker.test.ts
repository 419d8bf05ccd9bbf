import { describe, expect, test } from 'vitest';
import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { countedIds, type TrackedLook, tracks } from '../support/track-script.ts';

const car: Box = [0.45, 0.46, 0.62, 0.69];
const shifted = (box: Box, dx: number): Box => [box[0] + dx, box[1], box[2] + dx, box[3]];

/** `second: id state, …` for every look. */
const story = (looks: readonly TrackedLook[]) =>
  looks.map(({ second, tracks }) => `${second}: ${tracks.map((track) => `${track.id} ${track.state}`).join(', ')}`);
const idsEver = (looks: readonly TrackedLook[]) => [...new Set(looks.flatMap((look) => look.tracks.map((t) => t.id)))];
const at = (looks: readonly TrackedLook[], second: number) =>
  looks.find((look) => look.second === second)?.tracks ?? [];

describe.each(['byte', 'iou'] as const)('%s tracker', (kind) => {
  const other = kind === 'byte' ? 'iou' : 'byte';
  const tracker = (config: object = {}) =>
    createTracker({ config: trackSchema.parse({ kind, ...config }), newId: countedIds() });

  describe('standing objects', () => {
    test('a parked car keeps its id for 70 s, with jitter as detectors have it', () => {
      const looks = tracks().stands({ box: car, from: 4, to: 72, jitter: 0.01 }).play(tracker(), { until: 72 });
      expect(idsEver(looks)).toEqual(['t1']);
      expect(at(looks, 72)).toMatchObject([{ state: 'confirmed', firstSeenAt: 4000, lastSeenAt: 72_000, hits: 35 }]);
    });

    test('life in order: tentative, confirmed, lost, removed once', () => {
      const looks = tracks().stands({ box: car, from: 0, to: 4 }).play(tracker(), { until: 18 });
      expect(story(looks)).toEqual([
        '0: t1 tentative',
        '2: t1 confirmed',
        '4: t1 confirmed',
        '6: t1 lost',
        '8: t1 lost',
        '10: t1 lost',
        '12: t1 lost',
        '14: t1 lost',
        '16: t1 removed',
        '18: ',
      ]);
    });

    test.each([
      ['1 missed look', [10], 't1'],
      ['3 missed looks, 8 s', [10, 12, 14], 't1'],
      ['4 missed looks, 10 s: just inside', [10, 12, 14, 16], 't1'],
      ['5 missed looks, 12 s: the removal comes with the look before', [10, 12, 14, 16, 18, 20], 't2'],
    ])('%s', (_, missed, id) => {
      const looks = tracks().stands({ box: car, from: 0, to: 30, missed }).play(tracker(), { until: 30 });
      expect(at(looks, 30)).toMatchObject([{ id, state: 'confirmed' }]);
    });

    test.each([
      ['a look every 10 s', 10, 20, 't1'],
      ['a look every 20 s, one missed', 20, 20, 't1'],
    ])('%s is not an absence', (_, everyS, missed, id) => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 80, missed: [missed] })
        .play(tracker(), { until: 80, everyS });
      expect(at(looks, 80)).toMatchObject([{ id }]);
    });

    test('a stream gap of a minute is not an absence either; an hour is', () => {
      const gap = Array.from({ length: 30 }, (_, index) => 10 + index * 2);
      const script = () => tracks().stands({ box: car, from: 0, to: 100 });
      expect(idsEver(script().play(tracker(), { until: 100, except: gap }))).toEqual(['t1']);
      const hour = script()
        .clock((second) => second * 1000 + (second >= 10 ? 3_600_000 : 0))
        .play(tracker(), { until: 20 });
      expect(story(hour).slice(4, 7)).toEqual(['8: t1 confirmed', '10: t2 tentative, t1 removed', '12: t2 confirmed']);
    });

    test('who was not looked for has not been missed: it is neither lost nor removed, others are', () => {
      const t = tracker();
      const seen = { box: car, score: 0.8, class: 'car' as const };
      const person = { box: shifted(car, -0.4), score: 0.8, class: 'person' as const };
      for (const second of [0, 2, 4]) t.update([seen, person], second * 1000);
      for (let second = 6; second <= 40; second += 2) t.update([], second * 1000, new Set(['car'] as const));
      expect(t.update([], 42_000, new Set(['car'] as const))).toMatchObject([
        { id: 't1', state: 'confirmed', lastSeenAt: 4000 },
      ]);
      expect(t.update([seen], 44_000)).toMatchObject([{ id: 't1', lastSeenAt: 44_000 }]);
    });

    test('another car that stops half on the place of a lost one is another car', () => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 6 })
        .stands({ box: shifted(car, 0.06), from: 10, to: 20 })
        .play(tracker(), { until: 20 });
      expect(at(looks, 20)).toMatchObject([{ id: 't2' }]);
    });
  });

  describe('scores: 0.5 starts, 0.3 continues, 0.7 confirms where it is told to', () => {
    test.each([
      ['just below the start', 0.49, []],
      ['just at the start', 0.5, ['tentative']],
      ['just below confirmation', 0.69, ['tentative']],
      ['just at confirmation', 0.7, ['confirmed']],
    ])('%s', (_, score, states) => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 10, score })
        .play(tracker({ confirmScore: 0.7 }), { until: 10 });
      expect(at(looks, 10).map((track) => track.state)).toEqual(states);
    });

    test('flicker: once 0.72, else 0.35, stays confirmed', () => {
      const score = (second: number) => (second === 2 ? 0.72 : second === 0 ? 0.55 : 0.35);
      const looks = tracks()
        .stands({ box: car, from: 0, to: 40, score })
        .play(tracker({ confirmScore: 0.7 }), { until: 40 });
      expect(story(looks)[0]).toBe('0: t1 tentative');
      expect(at(looks, 40)).toMatchObject([{ id: 't1', state: 'confirmed', score: 0.35, bestScore: 0.72 }]);
    });

    test('one clear picture alone confirms nothing, and is forgotten soon', () => {
      const looks = tracks().stands({ box: car, from: 0, to: 0, score: 0.9 }).play(tracker(), { until: 8 });
      expect(story(looks)).toEqual(['0: t1 tentative', '2: t1 lost', '4: t1 lost', '6: t1 removed', '8: ']);
    });

    test('below 0.3 a detection is nothing', () => {
      const score = (second: number) => (second < 4 ? 0.8 : 0.29);
      const looks = tracks().stands({ box: car, from: 0, to: 8, score }).play(tracker(), { until: 8 });
      expect(at(looks, 8)).toMatchObject([{ id: 't1', state: 'lost' }]);
    });
  });

  describe('classes', () => {
    test('a van seen as car, truck and bus is one track with the class of its clear looks', () => {
      const kinds = ['car', 'truck', 'bus', 'truck'] as const;
      const looks = tracks()
        .stands({
          box: car,
          from: 0,
          to: 6,
          class: (second) => kinds[second / 2] ?? 'car',
          score: (second) => (second % 4 === 2 ? 0.9 : 0.7),
        })
        .play(tracker(), { until: 6 });
      expect(at(looks, 6)).toMatchObject([{ id: 't1', class: 'truck', hits: 4 }]);
    });

    test('one clear mistake does not name it for good', () => {
      const looks = tracks()
        .stands({
          box: car,
          from: 0,
          to: 20,
          class: (second) => (second === 10 ? 'bus' : 'car'),
          score: (second) => (second === 10 ? 0.95 : 0.75),
        })
        .play(tracker(), { until: 20 });
      expect(looks.map(({ tracks: [first] }) => first?.class)).toEqual(Array.from({ length: 11 }, () => 'car'));
    });

    test('a person where a car stood is somebody else', () => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 10, class: (second) => (second < 6 ? 'car' : 'person') })
        .play(tracker(), { until: 10 });
      expect(at(looks, 10)).toMatchObject([
        { id: 't1', class: 'car', state: 'lost' },
        { id: 't2', class: 'person' },
      ]);
    });
  });

  describe('moving objects', () => {
    const start: Box = [0.1, 0.4, 0.16, 0.7];
    const walker = (end: Box) => ({ start, end, from: 0, to: 10, class: 'person' as const });

    test('a walker without overlap between looks keeps the id', () => {
      const looks = tracks()
        .walks(walker([0.7, 0.4, 0.76, 0.7]))
        .play(tracker(), { until: 10 });
      expect(idsEver(looks)).toEqual(['t1']);
    });

    test('with reach 0 the same walker is someone new on every look', () => {
      const looks = tracks()
        .walks(walker([0.7, 0.4, 0.76, 0.7]))
        .play(tracker({ reach: 0 }), { until: 10 });
      expect(idsEver(looks)).toHaveLength(6);
    });

    test('id switch: two who pass each other keep their own', () => {
      const looks = tracks()
        .walks(walker([0.7, 0.4, 0.76, 0.7]))
        .walks({ start: [0.7, 0.42, 0.76, 0.72], end: [0.1, 0.42, 0.16, 0.72], from: 0, to: 10, class: 'person' })
        .play(tracker(), { until: 10 });
      expect(idsEver(looks)).toEqual(['t1', 't2']);
      const [one, two] = at(looks, 10);
      expect(one?.box[0]).toBeCloseTo(0.7);
      expect(two?.box[0]).toBeCloseTo(0.1);
    });

    test('a parked car stays itself when another drives by, and does not leave with it', () => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 20 })
        .walks({ start: shifted(car, -0.4), end: shifted(car, 0.4), from: 6, to: 12 })
        .play(tracker(), { until: 20 });
      expect(at(looks, 20)[0]).toMatchObject({ id: 't1', state: 'confirmed', firstSeenAt: 0 });
    });

    test('the parked car that has gone is not followed by the next one along', () => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 10 })
        .stands({ box: shifted(car, 0.2), from: 12, to: 20 })
        .play(tracker(), { until: 20 });
      expect(at(looks, 12)).toMatchObject([
        { id: 't1', state: 'lost' },
        { id: 't2', state: 'tentative' },
      ]);
    });
  });

  describe('looks that did not look for it', () => {
    /** A car seen for 20 s, overlooked for some seconds, then seen as told. */
    const again = (overlookedS: number, back: Box, overlooked: ObjectClass = 'car') => {
      const t = tracker();
      const car20 = (box: Box): Detection => ({ box, score: 0.8, class: 'car' });
      for (let second = 0; second <= 20; second += 2) t.update([car20(car)], second * 1000);
      const between: string[] = [];
      for (let second = 22; second <= 20 + overlookedS; second += 2) {
        for (const { id, state } of t.update([], second * 1000, new Set([overlooked]))) between.push(`${id} ${state}`);
      }
      const at = (22 + overlookedS) * 1000;
      const seen = t.update([car20(back)], at).find(({ lastSeenAt }) => lastSeenAt === at);
      return { id: seen?.id, between };
    };

    test.each([
      // IoU 0.55: between what is asked of one seen on the look before and of one that was lost.
      ['one look, and seen a little beside', 2, shifted(car, 0.05), 't1'],
      ['twenty seconds, and seen a little beside', 20, shifted(car, 0.05), 't2'],
      ['twenty seconds, and seen on its place', 20, shifted(car, 0.01), 't1'],
      ['just less than the longest gap', 598, car, 't1'],
      ['longer than that', 604, car, 't2'],
    ])('%s', (_, overlookedS, back, id) => {
      expect(again(overlookedS, back).id).toBe(id);
    });

    test('they do not lose it, and after the longest gap it is removed, once', () => {
      const { between } = again(640, car);
      expect(between.filter((each) => each === 't1 confirmed')).toHaveLength(300);
      expect(between.slice(300)).toEqual(['t1 removed']);
    });

    test('those that did not look for something else have missed it', () => {
      expect(again(20, car, 'flame').between.slice(0, 2)).toEqual(['t1 lost', 't1 lost']);
    });
  });

  describe('time', () => {
    test('a clock set back an hour costs no track and leaves no time in the future', () => {
      const looks = tracks()
        .stands({ box: car, from: 0, to: 40 })
        .clock((second) => 10_000_000 + second * 1000 - (second >= 20 ? 3_600_000 : 0))
        .play(tracker(), { until: 40 });
      expect(idsEver(looks)).toEqual(['t1']);
      expect(at(looks, 40)).toMatchObject([{ state: 'confirmed', firstSeenAt: 6_420_000, lastSeenAt: 6_440_000 }]);
    });

    test('the same look twice changes nothing but the hits', () => {
      const t = tracker();
      t.update([{ box: car, score: 0.8, class: 'car' }], 1000);
      expect(t.update([{ box: car, score: 0.8, class: 'car' }], 1000)).toMatchObject([{ id: 't1', hits: 2 }]);
    });

    test('a flood of detections is bounded', () => {
      const t = tracker();
      const crowd = Array.from({ length: 900 }, (_, index) => {
        const x = (index % 30) / 30;
        const y = Math.floor(index / 30) / 30;
        return { box: [x, y, x + 0.02, y + 0.02] as Box, score: 0.8, class: 'person' as const };
      });
      expect(t.update(crowd, 1000)).toHaveLength(500);
    });
  });

  describe('what a track tells', () => {
    test('share of the box and attributes of the last detection, and no older ones', () => {
      const t = tracker();
      const seen = { box: car, score: 0.8, class: 'person' as const };
      t.update([{ ...seen, fill: 0.6, attributes: { prone: 0.9 } }], 0);
      expect(t.update([{ ...seen, fill: 0.5, attributes: { prone: 0.2 } }], 2000)).toMatchObject([
        { fill: 0.5, attributes: { prone: 0.2 } },
      ]);
      const [track] = t.update([seen], 4000);
      expect([track?.fill, track?.attributes]).toEqual([undefined, undefined]);
    });

    test.each([
      ['one look in two seconds', 2],
      ['five a second', 0.2],
    ])('velocity in normalised units a second: %s', (_, everyS) => {
      const looks = tracks()
        .walks({ start: [0.1, 0.4, 0.16, 0.7], end: [0.7, 0.2, 0.76, 0.5], from: 0, to: 10, class: 'person' })
        .play(tracker(), { until: 10, everyS });
      const [x = 0, y = 0] = looks.at(-1)?.tracks[0]?.velocity ?? [];
      expect(x).toBeCloseTo(0.06, 2);
      expect(y).toBeCloseTo(-0.02, 2);
    });

    test('boxes that are none are passed over', () => {
      const t = tracker();
      const boxes: Box[] = [
        [Number.NaN, 0, 1, 1],
        [0, 0, Number.POSITIVE_INFINITY, 1],
        [0.5, 0.5, 0.4, 0.6],
        [0.5, 0.5, 0.5, 0.6],
      ];
      expect(
        t.update(
          boxes.map((box) => ({ box, score: 0.9, class: 'car' })),
          0,
        ),
      ).toEqual([]);
      expect(t.update([{ box: car, score: Number.NaN, class: 'car' }], 2000)).toEqual([]);
    });
  });

  describe('a restart', () => {
    /** A street as a tracker gets it: standing, passing, jittering, missed, dipping, of many classes. */
    const street = () =>
      tracks()
        .stands({ box: car, from: 0, to: 60, jitter: 0.01, missed: [14, 16, 40, 42, 44] })
        .stands({ box: shifted(car, -0.3), from: 4, to: 30, score: (second) => (second % 8 === 0 ? 0.35 : 0.8) })
        .walks({ start: shifted(car, -0.5), end: shifted(car, 0.5), from: 10, to: 16 })
        .walks({ start: [0.1, 0.4, 0.16, 0.7], end: [0.7, 0.4, 0.76, 0.7], from: 8, to: 20, class: 'person' })
        .walks({ start: [0.7, 0.42, 0.76, 0.72], end: [0.1, 0.42, 0.16, 0.72], from: 8, to: 20, class: 'person' });

    test.each([0, 2, 12, 18, 32, 46, 58])(
      'after the look at %i s it goes on exactly as if nothing had been',
      (last) => {
        const newId = countedIds();
        const config = trackSchema.parse({ kind });
        const played = street().play(createTracker({ config, newId: countedIds() }), { until: 60 });
        let current = createTracker({ config, newId });
        const restarted = street().play(
          {
            update: (detections, at) => {
              const found = current.update(detections, at);
              if (at === last * 1000) {
                const saved: unknown = JSON.parse(JSON.stringify(current.save()));
                current = createTracker({ config, newId });
                expect(current.restore(saved)).toBe(true);
              }
              return found;
            },
          },
          { until: 60 },
        );
        expect(restarted).toEqual(played);
      },
    );

    test('what is restored is not shared with what it was saved from', () => {
      const before = tracker();
      street().play(before, { until: 20 });
      const saved = before.save();
      const text = JSON.stringify(saved);
      const after = tracker();
      after.restore(saved);
      before.update([{ box: car, score: 0.8, class: 'car' }], 22_000);
      after.update([], 22_000);
      expect(JSON.stringify(saved)).toBe(text);
    });

    test('half an hour down: nobody is taken for who was there before, and who was there is removed', () => {
      const before = tracker();
      tracks().stands({ box: car, from: 0, to: 20 }).play(before, { until: 20 });
      const after = tracker();
      after.restore(JSON.parse(JSON.stringify(before.save())));
      const found = after.update([{ box: car, score: 0.8, class: 'car' }], 1_800_000);
      expect(found.map(({ state }) => state)).toEqual(['tentative', 'removed']);
    });

    test.each([
      ['nothing', undefined],
      ['text', 'tracks'],
      ['of another kind', { kind: 'other', tracks: [], objects: [] }],
      [
        'of the other tracker',
        createTracker({ config: trackSchema.parse({ kind: other }), newId: countedIds() }).save(),
      ],
      ['damaged', { kind, lastAt: 0, tracks: [{ record: {} }], objects: [{ record: {} }] }],
    ])('%s: it says so and begins with nobody', (_, saved) => {
      const t = tracker();
      expect(t.restore(saved)).toBe(false);
      expect(t.update([], 0)).toEqual([]);
    });
  });
});
