import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExposure } from '../../scripts/footage/exposure.ts';
import { pictureSize } from '../../scripts/footage/picture-size.ts';
import { scatterMomentS, scatterRounds } from '../../scripts/footage/scatter-rounds.ts';
import { type DrawnPicture, StageBrowser } from '../../scripts/footage/stage-browser.ts';
import type { StageReport } from '../../scripts/footage/stage-order.ts';

const { width, height } = pictureSize;
const order = { scene: 'illegal_parking', take: 'fires', seed: 5, light: 'day', ...pictureSize } as const;

/** Pixels that two pictures do not share, 1 a pixel. */
function changedPixels(one: DrawnPicture, other: DrawnPicture): Uint8Array {
  const changed = new Uint8Array(width * height);
  for (let pixel = 0; pixel < changed.length; pixel += 1) {
    const differences = [0, 1, 2].map((channel) =>
      Math.abs((one.rgb[pixel * 3 + channel] ?? 0) - (other.rgb[pixel * 3 + channel] ?? 0)),
    );
    changed[pixel] = Math.max(...differences) > 12 ? 1 : 0;
  }
  return changed;
}

/** Share of a box's pixels that are set. */
function filled(pixels: Uint8Array, [x1, y1, x2, y2]: readonly [number, number, number, number]): number {
  let count = 0;
  for (let y = y1; y < y2; y += 1) for (let x = x1; x < x2; x += 1) count += pixels[y * width + x] ?? 0;
  return count / ((x2 - x1) * (y2 - y1));
}

describe('the stage in a browser', () => {
  const browsers = [new StageBrowser(), new StageBrowser()] as const;
  const [browser, other] = browsers;
  let report: StageReport;

  beforeAll(async () => {
    for (const each of browsers) await each.start();
    report = await browser.load(order);
    await other.load(order);
  });
  afterAll(async () => {
    for (const each of browsers) await each.stop();
  });

  test('reports the place: zones in the picture, and when the scene goes on', () => {
    expect(report.zones.length).toBeGreaterThan(0);
    for (const { points } of report.zones) {
      expect(points.length).toBeGreaterThan(1);
      for (const value of points.flat()) expect(value).toSatisfy((each: number) => each >= 0 && each <= 1);
    }
    for (const { fromS, toS } of report.intervals)
      expect([0 <= fromS, fromS < toS, toS <= report.lengthS]).not.toContain(false);
    expect(report.intervals.length).toBeGreaterThan(0);
  });

  test('the box of a parked car goes round its pixels', async () => {
    const [{ fromS, toS } = { fromS: 0, toS: 0 }] = report.intervals;
    const middle = await browser.draw((fromS + toS) / 2);
    const empty = await browser.draw(report.lengthS - 0.1);
    const parked = middle.boxes.filter((one) => !empty.boxes.some(({ id }) => id === one.id));
    const car = parked.filter(({ class: name, ignore }) => name === 'car' && ignore !== true).at(0);
    const [x1, y1, x2, y2] = car?.box ?? [0, 0, 0, 0];
    const changed = changedPixels(middle, empty);
    expect(x2 - x1).toBeGreaterThan(20);
    expect(filled(changed, [x1, y1, x2, y2])).toBeGreaterThan(0.5);
    // Each side touches the car: something changed along it.
    const sides = [
      [x1, y1, x1 + 3, y2],
      [x2 - 3, y1, x2, y2],
      [x1, y1, x2, y1 + 3],
      [x1, y2 - 3, x2, y2],
    ] as const;
    for (const side of sides) expect(filled(changed, side)).toBeGreaterThan(0.05);
    // Above a car there is neither car nor shadow.
    expect(filled(changed, [x1, Math.max(0, y1 - 4), x2, Math.max(1, y1 - 1)])).toBeLessThan(0.1);
  });

  test('two browsers give the same bytes, clean, smeared and as a camera delivers them', async () => {
    const timeS = report.intervals[0]?.fromS ?? 0;
    for (const shutterS of [0, 1 / 25]) {
      const [one, same] = [await browser.draw(timeS, shutterS), await other.draw(timeS, shutterS)];
      expect(Buffer.from(one.rgb).equals(same.rgb)).toBe(true);
      expect(one.boxes).toEqual(same.boxes);
      for (const each of [one, same]) createExposure(5, 'day').expose(each, 3, timeS);
      expect(Buffer.from(one.rgb).equals(same.rgb)).toBe(true);
    }
  });

  test('what moves is smeared, what stands is not', async () => {
    const timeS = (report.intervals[0]?.fromS ?? 0) - 1;
    const [sharp, smeared] = [await browser.draw(timeS), await browser.draw(timeS, 1 / 10)];
    expect(smeared.boxes).toEqual(sharp.boxes);
    const changed = changedPixels(sharp, smeared);
    expect(changed).toContain(1);
    expect(filled(changed, [0, 0, width, height])).toBeLessThan(0.2);
  });

  test('scattered castings are different pictures with labels of their own', async () => {
    await browser.load({ scene: 'illegal_parking', seed: 1234, ...pictureSize });
    const castings: (readonly number[])[] = [];
    for (let round = 0; round < scatterRounds; round += 1)
      castings.push((await browser.draw(scatterMomentS(round))).boxes.map(({ id }) => id));
    const ids = castings.flat();
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a scene without a place is refused, and the browser goes on', async () => {
    await expect(other.load({ ...order, scene: 'volcano' })).rejects.toThrow(/no place for scene "volcano"/);
    expect((await other.load(order)).lengthS).toBe(report.lengthS);
  });
});
