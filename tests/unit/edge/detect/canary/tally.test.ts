import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../../../src/domain/detection.ts';
import type { CameraId, Sha256 } from '../../../../../src/domain/ids.ts';
import { compareDetections } from '../../../../../src/edge/detect/canary/comparison.ts';
import {
  addComparison,
  emptyTally,
  evidenceOf,
  largestExamples,
  tallySchema,
  worstCameras,
} from '../../../../../src/edge/detect/canary/tally.ts';
import { detection } from '../../../../support/detections.ts';

const run = (latencyMs: number) => ({
  modelId: 'm',
  modelSha256: '0'.repeat(64) as Sha256,
  provider: 'cpu',
  inputWidth: 416,
  inputHeight: 416,
  latencyMs,
});

interface Seen {
  readonly camera?: string;
  readonly at?: number;
  readonly old?: readonly Detection[];
  readonly new?: readonly Detection[];
  readonly ms?: readonly [old: number, fresh: number];
}

function tallyOf(seen: readonly Seen[]) {
  const tally = emptyTally();
  for (const [index, { camera = 'cam-1', at = index, old = [], new: fresh = [], ms = [10, 10] }] of seen.entries()) {
    const look = { cameraId: camera as CameraId, at };
    addComparison(tally, look, compareDetections(old, fresh, 0.5), { old: run(ms[0]), new: run(ms[1]) });
  }
  return tally;
}

describe('what a comparison counts', () => {
  test('nothing seen: no share, no ratio', () => {
    const nothing = { pictures: 0, objects: 0, failures: 0, lostShare: 0, addedShare: 0, latencyRatio: undefined };
    expect(evidenceOf(emptyTally())).toEqual(nothing);
  });

  test('shares of what each model is confident of', () => {
    const far = detection('person', 0.9, [0.7, 0.7, 0.9, 0.9]);
    const tally = tallyOf([
      { old: [detection('person', 0.9), far], new: [detection('person', 0.8)] },
      { old: [detection('car', 0.9)], new: [detection('truck', 0.7), far, detection('boat', 0.6)] },
    ]);
    expect(evidenceOf(tally)).toMatchObject({ pictures: 2, objects: 3, lostShare: 1 / 3, addedShare: 0.5 });
    expect(tally.classes).toMatchObject({
      person: { agreed: 1, lost: 1, added: 1 },
      car: { agreed: 1, lost: 0, added: 0 },
      boat: { agreed: 0, lost: 0, added: 1 },
    });
    expect(tally.classes.car?.scoreShift).toBeCloseTo(-0.2);
  });

  test.each([
    ['twice as long each time', [[10, 20] as const, [20, 40] as const], 2],
    ['now this one, now that one longer', [[10, 20] as const, [20, 10] as const], 1],
    ['a clock that saw nothing', [[0, 0] as const], 1],
  ])('latency: %s', (_, all, ratio) => {
    expect(evidenceOf(tallyOf(all.map((ms) => ({ ms })))).latencyRatio).toBeCloseTo(ratio);
  });

  test('one stall of half a minute in 500 pictures does not decide', () => {
    const all = Array.from({ length: 500 }, (_, index) => ({ ms: [10, index === 7 ? 30_000 : 10] as const }));
    expect(evidenceOf(tallyOf(all)).latencyRatio).toBeLessThan(1.02);
  });

  test('the worst cameras first, those without a difference not at all', () => {
    const lost = { old: [detection('person', 0.9)] };
    const tally = tallyOf([
      { camera: 'a', ...lost },
      { camera: 'b', ...lost },
      { camera: 'b', ...lost },
      { camera: 'c' },
    ]);
    expect(worstCameras(tally, 10).map(({ camera, lost: count }) => [camera, count])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });

  test('examples: the largest differences, at most four of a camera and 32 in all', () => {
    const seen = Array.from({ length: 400 }, (_, index) => ({
      camera: `cam-${index % 20}`,
      at: index,
      old: [detection('person', 0.5 + index / 1000)],
    }));
    const examples = largestExamples(tallyOf(seen));
    expect(examples).toHaveLength(32);
    expect(examples[0]).toMatchObject({
      camera: 'cam-19',
      at: 399,
      lost: [{ class: 'person', box: [0.1, 0.1, 0.3, 0.5] }],
    });
    const perCamera = new Map<string, number>();
    for (const { camera } of examples) perCamera.set(camera, (perCamera.get(camera) ?? 0) + 1);
    expect(Math.max(...perCamera.values())).toBeLessThanOrEqual(4);
  });

  test('boxes that are a little off, or not numbers, can be read again', () => {
    const odd = [
      detection('person', 1.0001, [-0.001, 0, 1.002, 1]),
      detection('car', 0.9, [Number.NaN, 0, Number.POSITIVE_INFINITY, 1]),
    ];
    const tally = tallyOf([{ old: odd }, { new: odd, ms: [Number.NaN, Number.POSITIVE_INFINITY] }]);
    expect(tallySchema.parse(JSON.parse(JSON.stringify(tally)))).toEqual(tally);
  });

  test('stays small and goes through JSON unchanged, whatever cameras are called', () => {
    const names = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'a.b', ''), fc.string({ maxLength: 20 }));
    const boxes = fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, boxes), { maxLength: 60 }), (seen) => {
        const tally = tallyOf(
          seen.map(([camera, scores]) => ({ camera, old: scores.map((score) => detection('person', score)) })),
        );
        expect(tallySchema.parse(JSON.parse(JSON.stringify(tally)))).toEqual(tally);
        for (const { lost } of tally.examples) expect(lost.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
