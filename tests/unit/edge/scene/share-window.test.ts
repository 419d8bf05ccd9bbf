import { describe, expect, test } from 'vitest';
import { HeldShare } from '../../../../src/edge/scene/rule/held-share.ts';
import { ShareWindow } from '../../../../src/edge/scene/rule/share-window.ts';

const limits = { windowMs: 10_000, streamGapMs: 12_000 };

/** `1` seen, `0` not, one look every so many seconds. */
function windowOf(looks: string, everyS = 1): ShareWindow {
  const window = new ShareWindow(limits);
  for (const [index, look] of [...looks].entries()) window.add(index * everyS * 1000, look === '1');
  return window;
}

describe('share window', () => {
  test.each([
    ['nothing looked at yet', '1', 0, 0],
    ['half a window', '111111', 5_000, 1],
    ['a whole window', '11111111111', 10_000, 1],
    ['what is older falls out', '00000111111111111', 10_000, 1],
    ['the last look speaks for time to come', '11111111110', 10_000, 1],
    ['every other look', '10101010101', 10_000, 0.5],
    ['missed for three of ten', '11100011111', 10_000, 0.7],
  ])('%s', (_what, looks, lookedMs, share) => {
    const window = windowOf(looks);
    expect(window.lookedMs).toBe(lookedMs);
    expect(window.share).toBeCloseTo(share, 9);
  });

  test.each([0.2, 0.5, 1, 2.5, 5])('means the same with a look every %d s', (everyS) => {
    const window = new ShareWindow(limits);
    for (let ms = 0; ms <= 30_000; ms += everyS * 1000) window.add(ms, ms < 25_000);
    expect(window.share).toBeCloseTo(0.5, 9);
    expect(window.since).toBe(20_000);
    expect(window.sinceMs).toBe(10_000);
  });

  test('time in a gap of the stream counts for neither side', () => {
    const window = windowOf('111111');
    window.add(60_000, false);
    window.add(62_000, false);
    expect([window.lookedMs, window.share]).toEqual([7_000, 5 / 7]);
  });

  test('a clock that was set back begins anew', () => {
    const window = windowOf('11111111111');
    window.add(2_000, true);
    expect([window.lookedMs, window.since]).toEqual([0, 2_000]);
  });

  test.each([
    ['not enough seen', '00000011111', false],
    ['not enough looked at', '1111', false],
    ['seen for its share', '11110001111', true],
    ['seen for the whole of it', '11111111111', true],
  ])('%s', (_what, looks, holds) => expect(windowOf(looks).holds(0.7)).toBe(holds));

  test('goes on after a restart as it would have', () => {
    const looks = '110110111011101110111';
    for (let cut = 1; cut < looks.length; cut += 1) {
      const restored = ShareWindow.restore(JSON.parse(JSON.stringify(windowOf(looks.slice(0, cut)).save())), limits);
      for (let index = cut; index < looks.length; index += 1) restored.add(index * 1000, looks[index] === '1');
      expect(restored.save()).toEqual(windowOf(looks).save());
    }
  });

  test('looks that say the same cost no memory', () => {
    const window = new ShareWindow({ windowMs: 600_000, streamGapMs: 12_000 });
    for (let ms = 0; ms < 900_000; ms += 66) window.add(ms, true);
    expect(window.save().spans).toHaveLength(1);
  });
});

describe('held share', () => {
  const steady = { ...limits, share: 0.7 };
  const play = (looks: string, share = new HeldShare(steady)) =>
    [...looks].map((look, index) => {
      share.add(index * 1000, look === '1');
      return share.held !== undefined;
    });

  test('begins at the share and ends below half of it', () => {
    const held = play('1111111111111111111100000000000');
    expect([held.indexOf(true), held.lastIndexOf(true)]).toEqual([10, 26]);
  });

  test.each([
    ['not seen at all', '00000000000000', 10_000],
    ['seen for a while, after it was not', '0000000000000001111', 7_000],
    ['seen from the beginning, too seldom', '10000000011', 5_000],
    ['seen for its share, but only just', '11110001111', 0],
  ])('is due: %s', (_what, looks, dueInMs) => {
    const share = new HeldShare(steady);
    play(looks, share);
    expect(share.dueInMs).toBeCloseTo(dueInMs, 6);
  });

  test('does not end and begin again at the threshold', () => {
    const held = play('111111111110011111001111100111110011');
    expect(held.slice(10)).not.toContain(false);
  });

  test('knows since when and for how long, without what came before', () => {
    const share = new HeldShare(steady);
    play('0000011111111111111', share);
    expect(share.held).toEqual({ startedAt: 5_000, dwellMs: 13_000 });
  });

  test('what held before a restart holds until it is refuted', () => {
    const share = new HeldShare(steady, { startedAt: -60_000, dwellMs: 60_000 });
    expect(play('1111', share)).toEqual([true, true, true, true]);
    expect(share.held).toEqual({ startedAt: -60_000, dwellMs: 63_000 });
    const gone = new HeldShare(steady, { startedAt: -60_000, dwellMs: 60_000 });
    expect(play('000000000000', gone).indexOf(false)).toBe(10);
  });
});
