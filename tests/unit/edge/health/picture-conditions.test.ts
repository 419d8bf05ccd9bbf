import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PictureCondition } from '../../../../src/domain/picture-condition.ts';
import { pictureConditions } from '../../../../src/edge/health/picture-conditions.ts';
import { referenceMemoryBytes, restoreReference, saveReference } from '../../../../src/edge/health/reference-memory.ts';
import { blurred, type Change, flat, HealthStand, shifted, size, through } from './health-stand.ts';

function watching(): HealthStand {
  const camera = new HealthStand();
  camera.look(120);
  return camera;
}

function measured(change: Change): PictureCondition {
  const camera = watching();
  camera.look(2, change);
  if (camera.last === undefined) throw new Error('no look');
  return camera.last;
}

describe('what a picture measures', () => {
  test('as always: all of it is there', () => {
    const { reference, unchanged } = measured((picture) => picture);
    expect(reference?.likeness).toBeGreaterThan(0.95);
    expect(reference?.sharpness).toBeCloseTo(1, 1);
    expect(reference?.light).toBeCloseTo(1, 1);
    expect(reference?.shift).toBe(undefined);
    expect(unchanged).toBeLessThan(0.1);
  });

  test('a little light: as alike, and darker', () => {
    const { reference, mean } = measured(through((value) => value * 0.4));
    expect(reference?.likeness).toBeGreaterThan(0.9);
    expect(reference?.light).toBeCloseTo(0.43, 1);
    expect(mean).toBeLessThan(60);
  });

  test('fog takes contrast and no sharpness, a lens out of focus sharpness', () => {
    const fog = measured(through((value) => 0.35 * value + 100));
    const soft = measured(blurred(2));
    expect(fog.reference?.sharpness).toBeGreaterThan(0.8);
    expect(fog.contrast).toBeLessThan(25);
    expect(soft.reference?.sharpness).toBeLessThan(0.5);
    expect(soft.reference?.layout).toBeGreaterThan(0.9);
  });

  test.each([
    [9, 5],
    [-4, 3],
    [0, -12],
    [25, 0],
  ])('a view that went by %i, %i pixels is found there', (dx, dy) => {
    const { reference } = measured(shifted(dx, dy));
    expect(reference?.likeness).toBeLessThan(0.6);
    expect(reference?.shift).toEqual([dx / size.width, dy / size.height]);
  });

  test('a cover has nothing of it', () => {
    const { reference, structured } = measured((picture) => flat(90, 2, Math.random)(picture));
    expect(reference?.likeness).toBeLessThan(0.2);
    expect(reference?.structured).toBeLessThan(0.05);
    expect(structured).toBeLessThan(0.05);
  });

  test('the same picture again is unchanged, one with a grey more is not', () => {
    const camera = watching();
    const picture = camera.picture();
    const look = (luma: Uint8Array) => camera.inspector.measure(camera.memory, luma, camera.at, 'hold').unchanged;
    look(picture);
    expect(look(picture)).toBe(1);
    const other = Uint8Array.from(picture);
    other[5000] = (other[5000] ?? 0) ^ 1;
    expect(look(other)).toBe(1 - 1 / 160);
  });
});

describe('the reference', () => {
  test('goes on in another thread, and over a restart; 21 kB are enough to keep it', () => {
    const camera = watching();
    const saved = saveReference(camera.memory, size);
    expect(saved.length).toBeLessThan(21_000);
    const memory = new SharedArrayBuffer(referenceMemoryBytes(size));
    restoreReference(memory, saved, size);
    const { reference } = pictureConditions(size).measure(memory, camera.picture(), camera.at + 2000, 'follow');
    expect(reference?.likeness).toBeGreaterThan(0.95);
  });

  test.each([
    new Uint8Array(),
    new Uint8Array(7),
    saveReference(new SharedArrayBuffer(100_000), { width: 256, height: 144 }),
  ])('is not taken up from what is of another size', (saved) => {
    const camera = watching();
    restoreReference(camera.memory, saved, size);
    camera.look(2);
    expect(camera.last?.reference?.likeness).toBeGreaterThan(0.95);
  });

  test('holds still when told to, follows slowly when not', () => {
    const [held, followed] = [watching(), watching()];
    const drift = through((value, x, y) => value + 20 * Math.sin(x * 0.9) * Math.sin(y * 0.7));
    for (const [camera, order] of [
      [held, 'hold'],
      [followed, 'follow'],
    ] as const) {
      for (let look = 0; look < 60; look += 1) {
        camera.at += 10_000;
        camera.last = camera.inspector.measure(camera.memory, drift(camera.picture()), camera.at, order);
      }
    }
    expect(followed.last?.reference?.likeness).toBeGreaterThan((held.last?.reference?.likeness ?? 1) + 0.05);
  });

  test('is learnt anew by one order', () => {
    const camera = watching();
    camera.inspector.measure(camera.memory, shifted(20, 0)(camera.picture()), camera.at + 2000, 'replace');
    camera.at += 2000;
    camera.look(60, shifted(20, 0));
    expect(camera.last?.reference?.likeness).toBeGreaterThan(0.95);
  });

  test('whatever lies in it or comes in is survived', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.integer({ min: 0, max: 20_000 }), (seed, withHeader, length) => {
        const camera = watching();
        const bytes = new Uint8Array(camera.memory);
        let state = seed | 1;
        const next = () => {
          state = Math.imul(state, 1_664_525) + 1_013_904_223;
          return state >>> 24;
        };
        for (let at = withHeader ? 32 : 0; at < bytes.length; at += 1) bytes[at] = next();
        const luma = Uint8Array.from({ length }, next);
        for (const picture of [luma, camera.picture()]) {
          const { mean, reference } = camera.inspector.measure(camera.memory, picture, camera.at, 'follow');
          expect(mean).toBeGreaterThanOrEqual(0);
          expect(reference?.likeness ?? 0).toSatisfy(Number.isFinite);
        }
      }),
      { numRuns: 12 },
    );
    const tiny = new SharedArrayBuffer(100);
    expect(pictureConditions(size).measure(tiny, new Uint8Array(size.width * size.height), 0, 'follow')).toEqual({
      mean: 0,
      contrast: 0,
      structured: 0,
      unchanged: 0,
      reference: undefined,
    });
  });
});
