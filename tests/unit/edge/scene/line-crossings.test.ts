import { describe, expect, test } from 'vitest';
import type { Box, TriggeringAnchor } from '../../../../src/domain/geometry.ts';
import type { TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { Track } from '../../../../src/domain/track.ts';
import type { CrossingDirection, Zone } from '../../../../src/domain/zone.ts';
import { LineCrossings } from '../../../../src/edge/scene/rule/line-crossings.ts';

/** Drawn from left to right: `in` is down over it. */
function gate(direction?: CrossingDirection, id = 'gate'): Zone {
  const points = [
    [0.2, 0.5],
    [0.8, 0.5],
  ] as const;
  return { id: id as ZoneId, kind: 'line', points, tags: [], ...(direction !== undefined && { direction }) };
}

const height = 0.2;

/** Somebody whose feet are at `y`. */
function walker(y: number, at: number, { id = 't1', x = 0.5 }: { id?: string; x?: number } = {}): Track {
  return {
    id: id as TrackId,
    state: 'confirmed',
    class: 'person',
    box: [x - 0.02, y - height, x + 0.02, y] satisfies Box,
    score: 0.9,
    bestScore: 0.9,
    firstSeenAt: 0,
    lastSeenAt: at,
    hits: 5,
    velocity: [0, 0],
  };
}

const maxGapMs = 12_000;
const crossings = (zones: readonly Zone[] = [gate()], anchor?: TriggeringAnchor) =>
  new LineCrossings(zones, { maxGapMs, ...(anchor !== undefined && { anchor }) });

/** Feet at these heights, a look every two seconds; undefined: not seen. Tells `in@4` for a crossing seen at 4 s. */
function walk(ys: readonly (number | undefined)[], rule = crossings(), everyMs = 2_000): string[] {
  return ys.flatMap((y, index) => {
    const at = index * everyMs;
    const found = rule.update(y === undefined ? [] : [walker(y, at)], at);
    return found.map(({ direction }) => `${direction}@${at / 1000}`);
  });
}

describe('crossing a line zone', () => {
  test.each([
    ['down over it', [0.4, 0.6], ['in@2']],
    ['up over it', [0.6, 0.4], ['out@2']],
    ['there and back', [0.4, 0.6, 0.4], ['in@2', 'out@4']],
    ['up to it and back', [0.4, 0.49, 0.4], []],
    ['slowly, in steps too small to count by themselves', [0.48, 0.49, 0.495, 0.505, 0.51, 0.52], ['in@6']],
    ['standing beyond it from the first', [0.6, 0.61, 0.62], []],
    ['trembling on it', [0.495, 0.505, 0.495, 0.508, 0.494, 0.507], []],
    ['trembling on it after a crossing', [0.4, 0.505, 0.495, 0.506, 0.494], ['in@2']],
    ['hidden for a moment on it', [0.4, undefined, undefined, 0.6], ['in@6']],
    ['hidden for too long', [0.4, undefined, undefined, undefined, undefined, undefined, undefined, 0.6], []],
    ['a step just too small', [0.4905, 0.51], []],
    ['a step just large enough', [0.4895, 0.51], ['in@2']],
  ])('%s', (_what, ys, expected) => expect(walk(ys)).toEqual(expected));

  test('says where it came from, and when', () => {
    const rule = crossings();
    for (const [at, y] of [
      [0, 0.3],
      [2_000, 0.45],
      [4_000, 0.6],
    ] as const) {
      const [found] = rule.update([walker(y, at)], at);
      if (at < 4_000) expect(found).toBeUndefined();
      else expect(found).toMatchObject({ zone: { id: 'gate' }, direction: 'in', from: [0.5, 0.45], fromAt: 2_000 });
    }
  });

  test.each([
    ['in', [0.4, 0.6, 0.4], ['in@2']],
    ['out', [0.4, 0.6, 0.4], ['out@4']],
    [undefined, [0.4, 0.6, 0.4], ['in@2', 'out@4']],
  ] as const)('a line of direction %s tells only its own', (direction, ys, expected) => {
    expect(walk(ys, crossings([gate(direction)]))).toEqual(expected);
  });

  test('an id that appears beyond the line did not cross it', () => {
    const rule = crossings();
    expect(rule.update([walker(0.4, 0)], 0)).toEqual([]);
    expect(rule.update([walker(0.6, 2_000, { id: 't2' })], 2_000)).toEqual([]);
    expect(rule.update([walker(0.4, 4_000, { id: 't2' })], 4_000)).toMatchObject([{ direction: 'out' }]);
  });

  test('everybody by themselves, and every line', () => {
    const rule = crossings([gate('in', 'a'), gate('out', 'b'), { ...gate(undefined, 'c'), kind: 'polygon' }]);
    rule.update([walker(0.4, 0), walker(0.6, 0, { id: 't2', x: 0.3 })], 0);
    const found = rule.update([walker(0.6, 2_000), walker(0.4, 2_000, { id: 't2', x: 0.3 })], 2_000);
    expect(found.map(({ zone, track }) => [zone.id, track.id])).toEqual([
      ['a', 't1'],
      ['b', 't2'],
    ]);
  });

  test.each([
    ['bottom', [0.4, 0.6], ['in@2']],
    ['bottom', [0.6, 0.8], []],
    ['centre', [0.4, 0.59], []],
    ['centre', [0.55, 0.65], ['in@2']],
    ['top', [0.65, 0.75], ['in@2']],
    ['top', [0.55, 0.65], []],
  ] as const)('by the %s of the box', (anchor, ys, expected) => {
    expect(walk(ys, crossings([gate()], anchor))).toEqual(expected);
  });
});

describe('gaps and clocks', () => {
  test.each([
    ['a gap just short enough', maxGapMs, ['in@12']],
    ['a gap just too long', maxGapMs + 1, []],
  ])('%s', (_what, gapMs, expected) => expect(walk([0.4, 0.6], crossings(), gapMs)).toEqual(expected));

  test('a clock set back begins anew', () => {
    const rule = crossings();
    rule.update([walker(0.4, 60_000)], 60_000);
    expect(rule.update([walker(0.6, 50_000)], 50_000)).toEqual([]);
    expect(rule.update([walker(0.4, 52_000)], 52_000)).toMatchObject([{ direction: 'out' }]);
  });

  test('who is gone is forgotten', () => {
    const rule = crossings();
    for (let index = 0; index < 50; index += 1) {
      rule.update([walker(0.4, index * 2_000, { id: `t${index}` })], index * 2_000);
    }
    expect(rule.save().seen.length).toBeLessThanOrEqual(maxGapMs / 2_000 + 1);
  });

  test('another instance goes on where one was saved', () => {
    const [one, other] = [crossings(), crossings()];
    walk([0.3, 0.48, 0.492], one);
    other.restore(JSON.parse(JSON.stringify(one.save())));
    const next = [walker(0.505, 6_000)];
    expect(other.update(next, 6_000)).toEqual(one.update(next, 6_000));
    expect(other.save()).toEqual(one.save());
    expect(crossings().update(next, 6_000)).toEqual([]);
  });
});
