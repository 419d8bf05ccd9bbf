import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Detection } from '../../../../src/domain/detection.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import type { Picture } from '../../../../src/domain/picture.ts';
import type { Thing } from '../../../../src/domain/redaction.ts';
import { believed } from '../../../../src/edge/redact/believed.ts';
import { coverBetween } from '../../../../src/edge/redact/cover-between.ts';
import { faceRegion } from '../../../../src/edge/redact/face-regions.ts';
import { redactPicture } from '../../../../src/edge/redact/redact-picture.ts';
import type { Region } from '../../../../src/edge/redact/region.ts';
import { type RedactionPlan, regionsOf } from '../../../../src/edge/redact/regions-of.ts';

const size = { width: 400, height: 200 };
const thing = (name: ObjectClass, box: Box): Thing => ({ class: name, box });
const plan = (over: Partial<RedactionPlan> = {}): RedactionPlan => ({
  ...{ method: 'heads', subjects: [], seen: [], readablePlates: false },
  ...over,
});

/** Every pixel differs from its neighbours, so that nothing that was covered can look as it was. */
const noise = (): Picture => ({
  ...{ ...size, format: 'rgb24', sourceWidth: size.width, sourceHeight: size.height },
  data: Uint8Array.from({ length: size.width * size.height * 3 }, (_, at) => (at * 7919) % 251),
});

const covers = (region: Region, [x, y]: readonly [number, number]) =>
  x >= region.left && x <= region.left + region.width && y >= region.top && y <= region.top + region.height;

/** Share of the pixels of a normalised box that are no longer as they were. */
function changed(picture: Picture, box: Box): number {
  const before = noise();
  let [all, other] = [0, 0];
  for (let y = Math.ceil(box[1] * size.height); y < Math.floor(box[3] * size.height); y += 1) {
    for (let x = Math.ceil(box[0] * size.width); x < Math.floor(box[2] * size.width); x += 1) {
      const at = (y * size.width + x) * 3;
      all += 1;
      if ([0, 1, 2].some((channel) => picture.data[at + channel] !== before.data[at + channel])) other += 1;
    }
  }
  return other / all;
}

function redact(found: readonly Thing[], over: Partial<RedactionPlan> = {}) {
  const picture = noise();
  const order = plan(over);
  return { picture, note: redactPicture(picture, regionsOf(found, order, size), order.method) };
}

describe('where a head may be', () => {
  test('who stands: the upper third, the feet stay', () => {
    const region = faceRegion([0.4, 0.1, 0.5, 0.9], size);
    expect(covers(region, [180, 20])).toBe(true);
    expect(covers(region, [180, 65])).toBe(true);
    expect(covers(region, [180, 120])).toBe(false);
  });

  test('who sits or is cut off: more than half', () =>
    expect(covers(faceRegion([0.4, 0.1, 0.6, 0.7], size), [200, 85])).toBe(true));

  test('who lies: either end', () => {
    const region = faceRegion([0.1, 0.6, 0.6, 0.9], size);
    for (const end of [
      [42, 178],
      [238, 178],
      [42, 122],
      [238, 122],
    ] as const)
      expect(covers(region, end)).toBe(true);
  });

  test('whatever the box, the region reaches over its upper edge and both its sides, and a head is at least one square', () => {
    const side = fc.double({ min: 0.02, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const box: Box = [0.05, 0.05, 0.05 + width, 0.05 + height];
        const region = faceRegion(box, size);
        expect(region.left).toBeLessThan(box[0] * size.width);
        expect(region.left + region.width).toBeGreaterThan(box[2] * size.width);
        expect(region.top).toBeLessThan(box[1] * size.height);
        expect(region.cell).toBeGreaterThan((height * size.height) / 13);
      }),
    );
  });
});

describe('a picture', () => {
  const person = thing('person', [0.4, 0.1, 0.5, 0.9]);
  const car = thing('car', [0.6, 0.4, 0.9, 0.8]);
  const plate: Box = [0.7, 0.62, 0.8, 0.75];

  test('heads are covered, all else stays as it is', () => {
    const { picture, note } = redact([person]);
    expect(changed(picture, [0.4, 0.1, 0.5, 0.3])).toBeGreaterThan(0.98);
    expect(changed(picture, [0, 0, 0.35, 1])).toBe(0);
    expect(changed(picture, [0.4, 0.6, 0.5, 0.9])).toBe(0);
    expect(note).toEqual({ faces: 'blurred', plates: 'none-found', regions: 1, method: 'heads-1' });
  });

  test('a covered head has so few colours left that no face is among them', () => {
    const { picture } = redact([person]);
    const colours = new Set<string>();
    // A seventh of the height, and as wide.
    for (let y = 20; y < 43; y += 1)
      for (let x = 168; x < 191; x += 1) {
        const at = (y * size.width + x) * 3;
        colours.add(picture.data.slice(at, at + 3).join());
      }
    expect(colours.size).toBeLessThanOrEqual(9);
  });

  test('who the look saw, and who the case is about, is covered without being found again', () => {
    const { picture } = redact([], { seen: [person], subjects: [thing('person', [0.1, 0.1, 0.2, 0.9])] });
    for (const head of [
      [0.4, 0.1, 0.5, 0.3],
      [0.1, 0.1, 0.2, 0.3],
    ] as const)
      expect(changed(picture, head)).toBeGreaterThan(0.98);
  });

  test('plates are covered', () => {
    const { picture, note } = redact([car]);
    expect(changed(picture, plate)).toBeGreaterThan(0.98);
    expect(note).toMatchObject({ faces: 'none-found', plates: 'blurred' });
  });

  test('where the scene needs it, the subject’s plate stays, and no other', () => {
    const other = thing('car', [0.05, 0.4, 0.35, 0.8]);
    const { picture, note } = redact([car, other], { subjects: [car], readablePlates: true });
    expect(changed(picture, plate)).toBe(0);
    expect(changed(picture, [0.15, 0.62, 0.25, 0.75])).toBeGreaterThan(0.98);
    expect(note.plates).toBe('kept');
  });

  test('persons: all of them', () =>
    expect(changed(redact([person], { method: 'persons' }).picture, person.box)).toBeGreaterThan(0.98));

  test('outside: all but the thing it is about, and people before that', () => {
    const pile = thing('garbage_bag', [0.3, 0.3, 0.7, 0.9]);
    const { picture, note } = redact([person], { method: 'outside', subjects: [pile] });
    expect(changed(picture, [0.55, 0.4, 0.7, 0.85])).toBeLessThan(0.02);
    expect(changed(picture, [0.4, 0.3, 0.5, 0.32])).toBeGreaterThan(0.95);
    for (const rest of [
      [0, 0, 0.29, 1],
      [0.71, 0, 1, 1],
    ] as const)
      expect(changed(picture, rest)).toBeGreaterThan(0.95);
    expect(note.faces).toBe('blurred');
  });

  test.each(['outside', 'whole'] as const)('%s: a person that the case is about stays covered', (method) =>
    expect(changed(redact([], { method, subjects: [person] }).picture, [0, 0, 1, 1])).toBeGreaterThan(0.95),
  );
});

describe('what is believed', () => {
  const found = (score: number, box: Box, name: ObjectClass = 'person') => ({ class: name, box, score }) as Detection;
  const kept = (...all: Detection[]) => believed(all, 0.1).map(({ score }) => score);

  test('far away a slight suspicion is enough, near it is not', () =>
    expect(
      kept(found(0.1, [0.1, 0.1, 0.12, 0.2]), found(0.2, [0.2, 0.1, 0.6, 0.9]), found(0.31, [0, 0, 0.4, 1])),
    ).toEqual([0.1, 0.31]));
  test('a weak box around a sure person is that person', () =>
    expect(kept(found(0.8, [0.3, 0.3, 0.4, 0.5]), found(0.2, [0.28, 0.28, 0.45, 0.55]))).toEqual([0.8]));
  test('a weak box beside one is somebody else', () =>
    expect(kept(found(0.8, [0.3, 0.3, 0.4, 0.5]), found(0.2, [0.4, 0.3, 0.5, 0.5]))).toEqual([0.8, 0.2]));
});

test('between two looks the way from one place to the next is covered', () => {
  const from = thing('person', [0.1, 0.2, 0.15, 0.6]);
  const to = thing('person', [0.2, 0.2, 0.25, 0.6]);
  const between = coverBetween([from], [to], undefined);
  for (let x = 0.1; x <= 0.25; x += 0.005)
    expect(
      between.some(({ box }) => box[0] - 0.01 <= x && x <= box[2] + 0.01),
      `at ${x}`,
    ).toBe(true);
});
