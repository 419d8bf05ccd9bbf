import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectAttributes } from '../../../../src/domain/detection.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import { objectClasses } from '../../../../src/domain/object-class.ts';
import { recordableTrack } from '../../../../src/domain/recordable-track.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { decodeBlock } from '../../../../src/edge/observe/block-decoder.ts';
import { BlockEncoder } from '../../../../src/edge/observe/block-encoder.ts';
import { type ObservationRecord, trackStates } from '../../../../src/edge/observe/block-format.ts';

const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const coordinate = fc.double({ min: -0.5, max: 1.5, noNaN: true });
const track: fc.Arbitrary<Track> = fc.record(
  {
    // Few ids, so that tracks meet themselves again.
    id: fc.constantFrom(
      '33050200001320000001-mgk2x3-1',
      '33050200001320000001-mgk2x3-12',
      'x',
      '',
    ) as fc.Arbitrary<TrackId>,
    state: fc.constantFrom(...trackStates),
    class: fc.constantFrom(...objectClasses),
    box: fc.tuple(coordinate, coordinate, coordinate, coordinate),
    score: share,
    bestScore: share,
    firstSeenAt: at,
    lastSeenAt: at,
    hits: fc.nat(),
    velocity: fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
    fill: share,
    attributes: fc.record(Object.fromEntries(objectAttributes.map((name) => [name, share])), { requiredKeys: [] }),
  },
  {
    requiredKeys: [
      'id',
      'state',
      'class',
      'box',
      'score',
      'bestScore',
      'firstSeenAt',
      'lastSeenAt',
      'hits',
      'velocity',
    ],
  },
);
const look = fc
  .tuple(at, fc.uniqueArray(track, { selector: ({ id }) => id }), fc.constantFrom(16 / 9, 4 / 3, 0.1))
  .map(([at, tracks, aspect]): ObservationRecord => {
    // Half of them seen on this very look.
    const seen = tracks.map((each, index) => (index % 2 === 0 ? { ...each, lastSeenAt: at } : each));
    return { kind: 'look', look: { at, tracks: seen.map(recordableTrack), aspect } };
  });
const record = fc.oneof(
  { weight: 8, arbitrary: look },
  at.map((at): ObservationRecord => ({ kind: 'snapshot', at })),
  at.map((at): ObservationRecord => ({ kind: 'note', note: { kind: '施工', at } })),
);

function encode(records: readonly ObservationRecord[]): Uint8Array {
  const encoder = new BlockEncoder();
  for (const record of records) {
    if (record.kind === 'look') encoder.look(record.look);
    else if (record.kind === 'note') encoder.note(record.note);
    else encoder.snapshot(record.at);
  }
  return encoder.bytes();
}

const parked = (more: Partial<Track> = {}): Track =>
  recordableTrack({
    id: '33050200001320000001-mgk2x3-17' as TrackId,
    state: 'confirmed',
    class: 'car',
    box: [0.5, 0.5, 0.6, 0.6],
    score: 0.81,
    bestScore: 0.92,
    firstSeenAt: 0,
    lastSeenAt: 0,
    hits: 1,
    velocity: [0, 0],
    ...more,
  });

describe('a block of observations', () => {
  test('gives back what was written, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        expect([...decodeBlock(encode(records))]).toEqual(records);
      }),
    );
  });

  test('cut off anywhere gives back the whole records before the cut', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 10 }), fc.nat(), (records, seed) => {
        const bytes = encode(records);
        const read = [...decodeBlock(bytes.subarray(0, seed % bytes.length))];
        expect(read.length).toBeLessThan(records.length);
        expect(read).toEqual(records.slice(0, read.length));
      }),
    );
  });

  test('any bytes at all are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([...decodeBlock(Uint8Array.of(1, ...bytes))].length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('of another version is not read', () => {
    const bytes = encode([{ kind: 'snapshot', at: 7 }]);
    bytes[0] = 99;
    expect([...decodeBlock(bytes)]).toEqual([]);
  });

  test.each([
    ['idle looks at an even pace', (n: number) => 10_000 * n, 2.05],
    ['idle looks that jitter', (n: number) => 10_000 * n + ((n * 7919) % 400), 4],
  ])('%s take few bytes', (_what, timeOf, most) => {
    const count = 1000;
    const base = 1_790_000_000_000;
    const looks = Array.from({ length: count }, (_, n): ObservationRecord => {
      return { kind: 'look', look: { at: base + timeOf(n), tracks: [], aspect: 16 / 9 } };
    });
    expect(encode(looks).length / count).toBeLessThanOrEqual(most);
  });

  test('a parked car whose box trembles takes few bytes a look', () => {
    const count = 500;
    const looks = Array.from({ length: count }, (_, n): ObservationRecord => {
      const shift = ((n * 7919) % 13) / 13 / 500;
      const box = [0.5 + shift, 0.5 - shift, 0.6 + shift, 0.6] as const;
      const seen = parked({ box, score: 0.8 + shift * 20, lastSeenAt: 2000 * n, hits: n + 1 });
      return { kind: 'look', look: { at: 2000 * n, tracks: [seen], aspect: 16 / 9 } };
    });
    expect(encode(looks).length / count).toBeLessThan(12);
  });
});

describe('recordableTrack', () => {
  test('is nearer than a pixel, and the same when applied again', () => {
    fc.assert(
      fc.property(track, (original) => {
        const rounded = recordableTrack(original);
        expect(recordableTrack(rounded)).toEqual(rounded);
        for (const side of [0, 1, 2, 3] as const) {
          expect(Math.abs(rounded.box[side] - original.box[side])).toBeLessThan(1 / 100_000);
        }
        expect(Math.abs(rounded.score - original.score)).toBeLessThanOrEqual(0.5 / 255 + 1e-12);
      }),
    );
  });

  test('what is not a number becomes 0, as the log knows none', () => {
    expect(parked({ box: [Number.NaN, 0, Number.POSITIVE_INFINITY, 1], velocity: [Number.NaN, -0] })).toMatchObject({
      box: [0, 0, 0, 1],
      velocity: [0, 0],
    });
  });

  test.each([0.3, 0.5, 0.7])('a score of exactly %d still reaches a threshold of that', (score) => {
    expect(parked({ score }).score).toBeGreaterThanOrEqual(score);
  });
});
