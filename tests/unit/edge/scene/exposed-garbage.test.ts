import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { ZoneId } from '../../../../src/domain/ids.ts';
import { notesAt, playScene, type ScenePlay, storyOf, storyOverRestart } from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const kerb = {
  id: 'kerb' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.3, 0.3],
    [1, 0.3],
    [1, 1],
    [0.3, 1],
  ] as const,
  tags: [],
};

const garbage: ScenePlay = {
  scene: 'exposed_garbage',
  zones: [kerb],
  config: { clearAfterMs: 6_000, updateEveryMs: 3_600_000 },
};
const withConfig = (more: Record<string, unknown>): ScenePlay => ({
  ...garbage,
  config: { ...garbage.config, ...more },
});

/** 0.0056 of the picture. */
const heap: Box = [0.5, 0.6, 0.57, 0.68];
/** 0.0048. */
const smaller: Box = [0.5, 0.6, 0.56, 0.68];

const lies = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  new SceneTimeline().stands('bag', { box: heap, from: 0, to: 900, class: 'garbage_bag', ...more });
const every = (seconds: number, of: number) =>
  Array.from({ length: 900 }, (_, second) => second).filter((second) => second % of < seconds);
/** 0.0024 of the picture each. */
const bag = (x: number): Box => [x, 0.6, x + 0.03, 0.68];

describe('exposed_garbage', () => {
  test('raises once after ten minutes and clears when it is taken away', () => {
    expect(storyOf(garbage, lies(), 1000)).toEqual(['raised@600', 'cleared@904']);
    const [raised] = playScene(garbage, lies(), 600);
    expect(raised?.details?.['areaShare']).toBeCloseTo(0.0056, 6);
    expect(raised).toMatchObject({ severity: 4, startedAt: 0 });
  });

  test.each<[string, SceneTimeline, string[]]>([
    ['just long enough', lies({ to: 602 }), ['raised@600', 'cleared@606']],
    ['just too short', lies({ to: 600 }), []],
    ['large enough', lies(), ['raised@600', 'cleared@904']],
    ['too small an area', lies({ box: smaller }), []],
    ['an overflowing bin', lies({ class: 'overflowing_bin' }), ['raised@600', 'cleared@904']],
    ['something else', lies({ class: 'goods' }), []],
    ['outside the zone', lies({ box: [0.1, 0.6, 0.2, 0.7] }), []],
    ['not confirmed', lies({ state: 'tentative' }), []],
    ['never clear', lies({ score: 0.55, bestScore: 0.69 }), []],
    ['score dips', lies({ score: (second) => (second % 8 === 0 ? 0.2 : 0.8) }), ['raised@602', 'cleared@904']],
    ['leaves and shadows that come and go', lies({ missed: every(4, 10) }), []],
    ['missed on every fourth look', lies({ missed: every(2, 8) }), ['raised@602', 'cleared@904']],
    ['leaves that fill a fifth of their box', lies({ fill: 0.2, box: [0.5, 0.6, 0.7, 0.8] }), []],
    ['a bag that fills most of its box', lies({ fill: 0.9 }), ['raised@600', 'cleared@904']],
    ['a mask that leaves too little', lies({ fill: 0.85 }), []],
    ['a stream gap', lies().gap(100, 200), ['raised@702', 'cleared@904']],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(garbage, timeline, 1000)).toEqual(expected);
  });

  test('bags that lie together are one heap, by their area together', () => {
    const three = () =>
      new SceneTimeline()
        .stands('a', { box: bag(0.5), from: 0, to: 900, class: 'garbage_bag', missed: every(2, 12) })
        .stands('b', { box: bag(0.535), from: 0, to: 900, class: 'garbage_bag' })
        .stands('c', { box: bag(0.57), from: 0, to: 900, class: 'garbage_bag', missed: every(2, 14) });
    const events = playScene(garbage, three(), 1000);
    expect(events.map(({ phase }) => phase)).toEqual(['raised', 'cleared']);
    expect(events[0]?.subjects.length).toBeGreaterThan(1);
    const apart = new SceneTimeline();
    for (const x of [0.4, 0.6, 0.8]) {
      apart.stands(`bag ${x}`, { box: bag(x), from: 0, to: 900, class: 'garbage_bag' });
    }
    expect(storyOf(garbage, apart, 1000)).toEqual([]);
    expect(notesAt(garbage, apart, 700)).toContain('ignored small-heap');
  });

  test('under another track id, and while no track was there, it stays the same case', () => {
    const switched = lies({ to: 620 }).stands('other', {
      box: [0.505, 0.6, 0.575, 0.68],
      from: 624,
      to: 900,
      class: 'garbage_bag',
    });
    expect(storyOf(garbage, switched, 1000)).toEqual(['raised@600', 'cleared@904']);
    const early = lies({ to: 300 }).stands('other', { box: heap, from: 310, to: 900, class: 'garbage_bag' });
    expect(storyOf(garbage, early, 1000)).toEqual(['raised@600', 'cleared@904']);
  });

  test('a bag that is carried through is none', () => {
    const carried = new SceneTimeline().moves('b', {
      ...{ from: 0, to: 900, class: 'garbage_bag' as const },
      ...{ start: [0.3, 0.6, 0.37, 0.68] as Box, end: [0.9, 0.6, 0.97, 0.68] as Box },
    });
    expect(storyOf(garbage, carried, 1000)).toEqual([]);
  });

  test.each([
    ['put out to be collected', [{ from: '06:00', to: '09:00' }], []],
    ['left after the collection', [{ from: '06:00', to: '08:05' }], ['raised@900']],
    ['on other days', [{ days: ['sun'], from: '06:00', to: '09:00' }], ['raised@600']],
  ])('hours: %s', (_what, collectionHours, expected) => {
    const morning = lies({ to: 1100 }).startsAt('2026-05-06T08:00:00+08:00');
    expect(storyOf(withConfig({ collectionHours }), morning, 1000)).toEqual(expected);
  });

  test('says why', () => {
    expect(notesAt(garbage, lies(), 100)).toEqual(['waits seen-share']);
    expect(notesAt(garbage, lies(), 700)).toEqual(['fires seen-enough']);
    expect(notesAt(garbage, lies({ fill: 0.1 }), 100)).toEqual(['ignored thin-fill']);
  });

  test.each([2, 310, 598, 600, 902])('a restart at second %d changes nothing', (restartS) => {
    const timeline = () =>
      lies({ missed: every(2, 8) }).stands('b', { box: bag(0.575), from: 50, to: 900, class: 'garbage_bag' });
    expect(storyOverRestart(garbage, timeline(), 1000, restartS)).toEqual(storyOf(garbage, timeline(), 1000));
  });
});
