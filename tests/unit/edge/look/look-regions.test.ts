import { describe, expect, test } from 'vitest';
import type { Activity } from '../../../../src/domain/activity.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import type { Track, TrackState } from '../../../../src/domain/track.ts';
import { lookRegions as regionsOf } from '../../../../src/edge/look-regions.ts';

const corner: Box = [0, 0, 0.2, 0.2];
const activity = (more: Partial<Activity>): Activity => ({
  active: true,
  reason: 'changed',
  changedShare: 0.04,
  regions: [corner],
  ...more,
});
const track = (box: Box, state: TrackState = 'confirmed'): Track => ({
  id: 't' as TrackId,
  state,
  class: 'car',
  box,
  score: 0.8,
  bestScore: 0.8,
  firstSeenAt: 0,
  lastSeenAt: 0,
  hits: 3,
  velocity: [0, 0],
});

const lookRegions = (activity: Activity | undefined, tracks: readonly Track[], cut: readonly Box[] = []) =>
  regionsOf({ activity, tracks, cut, whole: false, area: undefined }).regions;

describe('regions of a look', () => {
  test('what changed, and around what is followed', () => {
    const regions = lookRegions(activity({}), [track([0.4, 0.4, 0.6, 0.5])]);
    expect(regions?.[0]).toEqual(corner);
    expect(regions?.[1]?.map((each) => Math.round(each * 100) / 100)).toEqual([0.3, 0.35, 0.7, 0.55]);
  });

  test('a still picture: only what is followed, and nothing where nobody is', () => {
    const still = activity({ active: false, reason: 'still', regions: [] });
    expect(lookRegions(still, [track([0.4, 0.4, 0.6, 0.5], 'lost')])).toHaveLength(1);
    expect(lookRegions(still, [track([0.4, 0.4, 0.6, 0.5], 'removed')])).toEqual([]);
    expect(lookRegions(still, [])).toEqual([]);
  });

  test('what a region cut through is looked at with more around it', () => {
    const still = activity({ active: false, reason: 'still', regions: [] });
    expect(lookRegions(still, [], [[0.4, 0.4, 0.6, 0.6]])?.[0]?.map((each) => Math.round(each * 10) / 10)).toEqual([
      0.3, 0.3, 0.7, 0.7,
    ]);
  });

  test('regions stay inside the picture', () => {
    const [region] = lookRegions(activity({ regions: [] }), [track([0.9, 0.9, 1, 1])]) ?? [];
    expect(region?.slice(2)).toEqual([1, 1]);
  });

  test.each(['first', 'transformed'] as const)('%s: the whole picture', (reason) => {
    expect(lookRegions(activity({ reason }), [])).toBeUndefined();
  });

  test('without a gate: the whole picture', () => {
    expect(lookRegions(undefined, [track(corner)])).toBeUndefined();
  });

  describe('with zones', () => {
    const area: readonly Box[] = [[0.5, 0.5, 1, 1]];
    const grounds = { activity: activity({}), tracks: [], cut: [], whole: false, area };

    test('what changed elsewhere does not count, and what changed at the edge as far as it lies inside', () => {
      expect(regionsOf(grounds)).toEqual({ full: false, regions: [] });
      expect(regionsOf({ ...grounds, activity: activity({ regions: [[0.4, 0.6, 0.7, 0.8]] }) }).regions).toEqual([
        [0.5, 0.6, 0.7, 0.8],
      ]);
    });

    test('the whole picture is what concerns the zones', () => {
      expect(regionsOf({ ...grounds, whole: true })).toEqual({ full: true, regions: area });
      expect(regionsOf({ ...grounds, activity: undefined })).toEqual({ full: true, regions: area });
    });

    test('who leaves towards somewhere else is followed no longer, who stands at the edge in full', () => {
      const edge = track([0.4, 0.6, 0.6, 0.8]);
      expect(regionsOf({ ...grounds, tracks: [track([0, 0, 0.1, 0.1]), edge] }).regions).toHaveLength(1);
      expect(regionsOf({ ...grounds, tracks: [edge] }).regions?.[0]?.[0]).toBeLessThan(0.4);
    });
  });
});
