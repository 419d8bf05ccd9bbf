import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { HeldShare, type SavedHeldShare } from '../../../../src/edge/scene/rule/held-share.ts';
import { Spots } from '../../../../src/edge/scene/rule/spots.ts';

const zone = {
  id: 'zone' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const,
  tags: [],
};
const limits = {
  enterScore: 0.7,
  stayScore: 0.3,
  minBoxHeight: 0,
  occlusionMs: 3_000,
  streamGapMs: 12_000,
  clearAfterMs: 30_000,
};
const share = { windowMs: 10_000, share: 0.7, streamGapMs: 12_000 };

const spots = () =>
  new Spots({
    ...{ classes: ['garbage_bag'], limits, around: { zones: [zone], exclusions: [] }, reach: 0.5, minOverlap: 0.5 },
    ...{ rank: ({ box }: Track) => -(box[2] - box[0]), forgetMs: 20_000 },
    begin: () => new HeldShare(share),
    restore: (saved) => HeldShare.restore(saved as SavedHeldShare, share),
  });

const at = (x: number, y = 0.5, size = 0.05): Box => [x, y - size, x + size, y];
const look = (second: number, ...boxes: readonly Box[]) => ({
  at: second * 1000,
  aspect: 1,
  tracks: boxes.map((box, index): Track => {
    const id = `${second}-${index}` as TrackId;
    const seen = { firstSeenAt: second * 1000, lastSeenAt: second * 1000, hits: 1, velocity: [0, 0] as const };
    return { id, state: 'confirmed', class: 'garbage_bag', box, score: 0.8, bestScore: 0.8, ...seen };
  }),
});

describe('spots', () => {
  test('are places, whoever sees them: each look here has tracks of its own', () => {
    const these = spots();
    for (let second = 0; second < 20; second += 2) {
      const seen = these.update(look(second, at(0.1), at(0.6)));
      expect(seen.map(({ id }) => id)).toEqual(['0-0', '0-1']);
    }
  });

  test.each([
    ['seen once, kept through a short occlusion', 0, 2, 1],
    ['seen once, and gone', 0, 8, 0],
    ['seen for ten seconds, kept as long', 10, 20, 1],
    ['and no longer', 10, 28, 0],
    ['seen for long, kept for twenty seconds', 60, 80, 1],
    ['and no longer than that', 60, 90, 0],
  ])('%s', (_what, seenS, lookAtS, kept) => {
    const these = spots();
    for (let second = 0; second <= seenS; second += 2) these.update(look(second, at(0.1)));
    for (let second = seenS + 2; second < lookAtS; second += 2) these.update(look(second));
    expect(these.update(look(lookAtS))).toHaveLength(kept);
  });

  test('what moves on leaves its spot, and time in a gap ages nothing', () => {
    const these = spots();
    these.update(look(0, at(0.1)));
    expect(these.update(look(2, at(0.12)))).toHaveLength(1);
    expect(these.update(look(4, at(0.17)))).toHaveLength(2);
    expect(these.update(look(300))).toHaveLength(2);
  });

  test('what was seen together belongs to the place while the rest is missed', () => {
    const these = spots();
    these.update(look(0, at(0.1), at(0.17, 0.5, 0.04)));
    const [spot, ...more] = these.update(look(2, at(0.17, 0.5, 0.04)));
    expect([spot?.tracks.length, more.length]).toEqual([1, 0]);
  });

  test('are bounded: the one unseen for longest makes room', () => {
    const these = spots();
    const grid = Array.from({ length: 64 }, (_, index) => at((index % 8) / 8, 0.1 + Math.floor(index / 8) / 9, 0.02));
    these.update(look(0, ...grid));
    these.update(look(1, ...grid.slice(1)));
    const seen = these.update(look(2, ...grid.slice(2), at(0.06, 0.99, 0.02)));
    expect(seen).toHaveLength(64);
    expect(seen.map(({ id }) => id)).not.toContain('0-0');
    expect(seen.map(({ id }) => id)).toContain('0-1');
    const full = these.update(look(3, ...grid.slice(1), at(0.06, 0.99, 0.02), at(0.2, 0.99, 0.02)));
    expect(full).toHaveLength(64);
  });
});
