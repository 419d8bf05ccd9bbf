import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activityGate } from '../../../../src/edge/gate/activity-gate.ts';
import { holds, SyntheticCamera, type Thing } from './synthetic-camera.ts';

const person: Thing = { x: 60, y: 40, width: 5, height: 14, brighter: -50 };
const car: Thing = { x: 80, y: 50, width: 22, height: 12, brighter: 55 };

/** A camera that has watched a quiet street for some looks. */
function watching(looks = 10): SyntheticCamera {
  const camera = new SyntheticCamera();
  camera.looks(looks);
  return camera;
}

describe('what is activity', () => {
  test('a camera without a past is looked at in full', () => {
    expect(new SyntheticCamera().look()).toEqual({
      active: true,
      reason: 'first',
      changedShare: 1,
      regions: [[0, 0, 1, 1]],
    });
  });

  test('a quiet street is still', () => {
    const camera = watching(1);
    for (const { active, reason } of camera.looks(30))
      expect({ active, reason }).toEqual({ active: false, reason: 'still' });
  });

  test.each([
    { what: 'a person', thing: person },
    { what: 'a dark car', thing: { ...car, brighter: -40 } },
    { what: 'somebody far away', thing: { ...person, width: 4, height: 8 } },
    { what: 'somebody in grey', thing: { ...person, brighter: 26 } },
    { what: 'somebody in the hedge', thing: { ...person, x: 8, brighter: 70 } },
  ])('$what is seen, whole', ({ thing }) => {
    const camera = watching();
    const seen = camera.look({ things: [thing] });
    expect(seen).toMatchObject({ active: true, reason: 'changed' });
    expect(holds(seen.regions, camera.boxOf(thing))).toBe(true);
    expect(seen.changedShare).toBeLessThan(0.05);
  });

  test.each([
    { what: 'a bird', thing: { ...person, width: 2, height: 2 } },
    { what: 'a wire, or a streak of rain', thing: { ...person, width: 1, height: 30 } },
    { what: 'a stain hardly darker than the road', thing: { ...car, brighter: -6 } },
  ])('$what is not', ({ thing }) => {
    expect(watching().look({ things: [thing] }).active).toBe(false);
  });

  test('many things at once are at most eight regions that hold them all', () => {
    const camera = watching();
    const things = Array.from({ length: 24 }, (_, index): Thing => {
      const [x, y] = [6 + (index % 6) * 21, 4 + Math.floor(index / 6) * 20];
      return { x, y, width: 5, height: 9, brighter: 80 };
    });
    const { regions } = camera.look({ things });
    expect(regions.length).toBeLessThanOrEqual(8);
    for (const thing of things) expect(holds(regions, camera.boxOf(thing))).toBe(true);
  });
});

describe('what is only light', () => {
  test.each([
    { what: 'less light', through: (value: number) => value * 0.6 },
    { what: 'more light', through: (value: number) => value * 1.25 },
    { what: 'another gamma', through: (value: number) => 255 * (value / 255) ** 1.4 },
    { what: 'haze', through: (value: number) => 0.7 * value + 50 },
  ])('$what is no activity, and hides none', ({ through }) => {
    const camera = watching();
    expect(camera.look({ through })).toMatchObject({ active: false, reason: 'relit' });
    const seen = camera.look({ through, things: [person] });
    expect(seen.reason).toBe('changed');
    expect(holds(seen.regions, camera.boxOf(person))).toBe(true);
  });

  test('somebody who comes in with the light is seen at once', () => {
    const camera = watching();
    const seen = camera.look({ through: (value) => value * 0.6, things: [person] });
    expect(seen.reason).toBe('changed');
    expect(holds(seen.regions, camera.boxOf(person))).toBe(true);
  });

  test('dusk passes unnoticed, every 2 s and every 10 s', () => {
    for (const afterMs of [2000, 10_000]) {
      const camera = watching();
      for (let light = 1; light > 0.3; light *= 0.985) {
        expect(camera.look({ afterMs, through: (value) => value * light }).active).toBe(false);
      }
    }
  });

  test('a soft shadow that crosses the picture is no activity', () => {
    const camera = watching();
    for (let middle = -60; middle < 190; middle += 15) {
      const shade = (value: number, x: number) => value * (1 - 0.25 * Math.exp(-(((x - middle) / 35) ** 2)));
      expect(camera.look({ through: shade }).active).toBe(false);
    }
  });
});

describe('restlessness', () => {
  test('sudden noise of a sensor in the dark is no activity, and hides nobody', () => {
    const camera = watching();
    for (const { active } of camera.looks(10, { noise: 14 })) expect(active).toBe(false);
    expect(camera.look({ noise: 14, things: [person] }).reason).toBe('changed');
  });

  test('a hedge in the wind is learnt; who stands before the house is seen meanwhile', () => {
    const camera = watching();
    const wind = () => {
      const phase = camera.random() * 6;
      return (value: number, x: number, y: number) =>
        x < 30 && y > 30 ? value + 30 * Math.sin(phase + x * 1.1 + y * 0.7) : value;
    };
    const learning = Array.from({ length: 90 }, () => camera.look({ through: wind() }));
    expect(learning.slice(-30).filter(({ active }) => active).length).toBeLessThanOrEqual(2);
    const seen = camera.look({ through: wind(), things: [person] });
    expect(holds(seen.regions, camera.boxOf(person))).toBe(true);
  });

  test('a sign that blinks is seen at first and learnt', () => {
    const camera = watching();
    const sign: Thing = { x: 100, y: 10, width: 8, height: 5, brighter: 45 };
    const seen = Array.from({ length: 120 }, (_, index) => camera.look({ things: index % 2 === 0 ? [sign] : [] }));
    expect(seen[0]?.active).toBe(true);
    expect(seen.slice(-20).filter(({ active }) => active).length).toBeLessThanOrEqual(2);
  });
});

describe('another picture', () => {
  test('a camera that is turned is transformed once, then still', () => {
    const camera = watching();
    expect(camera.look({ turned: 23 })).toMatchObject({ reason: 'transformed', regions: [[0, 0, 1, 1]] });
    for (const { reason } of camera.looks(5, { turned: 23 })) expect(reason).toBe('still');
  });

  test('a camera that is covered, and one that is uncovered', () => {
    const camera = watching();
    const cover = () => 35;
    expect(camera.look({ through: cover }).reason).toBe('transformed');
    expect(camera.look({ through: cover }).active).toBe(false);
    expect(camera.look().reason).toBe('transformed');
  });
});

describe('what comes to stay', () => {
  test.each([250, 2000, 7000, 10_000])(
    'is reported for its first minute, looked at every %i ms, then belongs',
    (afterMs) => {
      const camera = watching();
      const activeMs = [];
      for (let ms = 0; ms <= 100_000; ms += afterMs) {
        if (camera.look({ afterMs, things: [car] }).active) activeMs.push(ms);
      }
      expect(activeMs[0]).toBe(0);
      expect(activeMs.at(-1)).toBeGreaterThanOrEqual(40_000);
      expect(activeMs.at(-1)).toBeLessThanOrEqual(80_000);
      expect(activeMs.length).toBe((activeMs.at(-1) ?? 0) / afterMs + 1);
    },
  );

  test('and is missed when it leaves, where it stood', () => {
    const camera = watching();
    camera.looks(60, { things: [car] });
    const gone = camera.look();
    expect(gone.reason).toBe('changed');
    expect(holds(gone.regions, camera.boxOf(car))).toBe(true);
    camera.looks(60);
    expect(camera.look().active).toBe(false);
  });

  test('who creeps in is seen before he is in', () => {
    const camera = watching();
    const active = [];
    for (let x = 126; x > 100; x -= 0.25) {
      const creeping = { ...person, x: Math.floor(x), width: 12 };
      active.push(camera.look({ things: [creeping] }).active);
    }
    expect(active.slice(0, 24)).toContain(true);
  });

  test('a car that is standing does not hide a person who gets out', () => {
    const camera = watching();
    camera.looks(60, { things: [car] });
    const seen = camera.look({ things: [car, person] });
    expect(holds(seen.regions, camera.boxOf(person))).toBe(true);
  });
});

describe('memory', () => {
  test('another thread goes on where one left off', () => {
    const camera = watching();
    const other = activityGate(camera.config);
    expect(other.inspect(camera.memory, camera.picture(), camera.at + 2000).reason).toBe('still');
  });

  test('after a long gap it says nothing', () => {
    expect(watching().look({ afterMs: 700_000 }).reason).toBe('first');
  });

  test('a slow change of brightness is followed at five pictures a second as well', () => {
    const camera = watching();
    for (let look = 0; look < 400; look += 1) {
      const darker = (value: number, x: number) => (x > 100 ? value - look / 10 : value);
      expect(camera.look({ afterMs: 200, through: darker }).active).toBe(false);
    }
  });

  test.each([-86_400_000, -2000, 0])('a clock that jumps by %i ms does no harm', (afterMs) => {
    const camera = watching();
    expect(camera.look({ afterMs }).active).toBe(false);
    expect(camera.look({ things: [person] }).reason).toBe('changed');
  });

  test('too small a memory or picture, and a time that is none, are looks without a past', () => {
    const { gate, memory, at } = watching();
    const luma = new Uint8Array(gate.width * gate.height);
    expect(gate.inspect(new SharedArrayBuffer(100), luma, at).reason).toBe('first');
    expect(gate.inspect(memory, luma.subarray(1), at).reason).toBe('first');
    expect(gate.inspect(memory, luma, Number.NaN).reason).toBe('first');
  });

  test('whatever lies in it is survived and learnt away', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, withHeader) => {
        const camera = watching(1);
        const bytes = new Uint8Array(camera.memory);
        let state = seed | 1;
        for (let at = withHeader ? 32 : 0; at < bytes.length; at += 1) {
          state = Math.imul(state, 1_664_525) + 1_013_904_223;
          bytes[at] = state >>> 24;
        }
        for (const { regions } of camera.looks(3)) {
          expect(regions.length).toBeLessThanOrEqual(8);
          for (const side of regions.flat()) expect(side).toSatisfy((value: number) => value >= 0 && value <= 1);
        }
        camera.looks(20, { afterMs: 10_000 });
        expect(camera.look().active).toBe(false);
      }),
      { numRuns: 8 },
    );
  });
});
