import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import { matchSpot } from '../../../../src/edge/scene/rule/spot-match.ts';

/** As wide as told, a tenth high. */
const wide = (from: number, to: number): Box => [from, 0.5, to, 0.6];
const old = { name: 'old', learnt: true, place: wide(0.1, 0.15), extent: wide(0.1, 0.2) };
const beside = { name: 'beside', learnt: true, place: wide(0.25, 0.35), extent: wide(0.25, 0.35) };
const later = { name: 'later', learnt: false, place: wide(0.1, 0.3), extent: wide(0.1, 0.4) };

const match = (spots: readonly (typeof old)[], ...boxes: readonly Box[]) => {
  const { spot, beneath } = matchSpot(spots, boxes, { minOverlap: 0.5, isLearnt: ({ learnt }) => learnt });
  return [spot?.name, beneath.map(({ name }) => name)];
};

describe('what is seen together', () => {
  test.each<[string, readonly (typeof old)[], readonly Box[], [string | undefined, string[]]]>([
    ['belongs where it lies', [old, beside], [wide(0.26, 0.34)], ['beside', []]],
    ['is new elsewhere', [old, beside], [wide(0.5, 0.6)], [undefined, []]],
    ['belongs to what was once seen together with that place', [old], [wide(0.17, 0.2)], ['old', []]],
    ['in two spots belongs to the older', [old, later], [wide(0.1, 0.2)], ['old', []]],
    ['is still what was learnt when hardly larger', [old], [wide(0.1, 0.249)], ['old', []]],
    ['is new when it is clearly larger', [old], [wide(0.1, 0.251)], [undefined, ['old']]],
    ['which the spot of that takes', [old, later], [wide(0.1, 0.251)], ['later', ['old']]],
    ['counts what it covers, not the gaps', [old], [wide(0.1, 0.2), wide(0.25, 0.299)], ['old', []]],
    ['of two learnt spots is compared with both', [old, beside], [wide(0.1, 0.35)], ['old', []]],
    ['that grew beyond both lies on both', [old, beside], [wide(0.1, 0.41)], [undefined, ['old', 'beside']]],
    ['only outgrows what was learnt', [later], [wide(0.1, 0.9)], ['later', []]],
  ])('%s', (_what, spots, boxes, expected) => {
    expect(match(spots, ...boxes)).toEqual(expected);
  });
});
