import { describe, expect, test } from 'vitest';
import { FarmCamera } from '../../../src/simulator/farm-camera.ts';
import { FaultSchedule } from '../../../src/simulator/fault-schedule.ts';
import { type FaultSpec, parseFault } from '../../../src/simulator/fault-spec.ts';
import { seededRandom } from '../../../src/simulator/seeded-random.ts';

const fault = (text: string): FaultSpec => {
  const spec = parseFault(text);
  if (typeof spec === 'string') throw new Error(spec);
  return spec;
};

describe('fault on the command line', () => {
  test('is read with its defaults', () => {
    expect(fault('loss')).toEqual({
      kind: 'loss',
      share: 1,
      everyMs: undefined,
      forMs: 5000,
      rate: 0.02,
      byMs: 3_600_000,
    });
    expect(fault('stall:share=0.1,every=1.5m,for=500ms')).toMatchObject({ share: 0.1, everyMs: 90_000, forMs: 500 });
    expect(fault('drop:every=60s,for=9s')).toMatchObject({ everyMs: 60_000, forMs: 0 });
    expect(fault('clock-jump:every=1h,by=2s')).toMatchObject({ everyMs: 3_600_000, byMs: 2000, forMs: 0 });
  });

  test.each([
    ['smoke', /"smoke" is no fault; known are drop, stall/],
    ['drop', /drop needs every/],
    ['loss:rate=2', /rate must be 0–1/],
    ['loss:share=', /share must be 0–1/],
    ['stall:every=soon', /expected a duration/],
    ['stall:every=0s', /expected a duration/],
    ['stall:speed=3s', /unknown key "speed"/],
  ])('%s is refused with what is wrong', (text, message) => {
    expect(parseFault(text)).toMatch(message);
  });
});

describe('fault schedule', () => {
  const times = (spec: FaultSpec, seed: number, untilMs: number) => {
    const schedule = new FaultSchedule([spec], { startMs: 1000, random: seededRandom(seed) });
    const found: { at: number; phase: string }[] = [];
    for (let at = 1000; at <= untilMs; at += 10) {
      for (const { phase } of schedule.advance(at)) found.push({ at, phase });
    }
    return found;
  };

  test('is the same for the same seed, and another for another', () => {
    const spec = fault('stall:every=10s,for=2s');
    expect(times(spec, 7, 100_000)).toEqual(times(spec, 7, 100_000));
    expect(times(spec, 7, 100_000)).not.toEqual(times(spec, 8, 100_000));
  });

  test('begins and ends in turn, each lasting its time, at the interval asked for on average', () => {
    const found = times(fault('stall:every=10s,for=2s'), 1, 1_201_000);
    expect(found.map(({ phase }) => phase)).toEqual(found.map((_, index) => (index % 2 === 0 ? 'begin' : 'end')));
    for (let index = 1; index < found.length; index += 2) {
      expect(Math.abs((found[index]?.at ?? 0) - (found[index - 1]?.at ?? 0) - 2000)).toBeLessThanOrEqual(10);
    }
    expect(found.length / 2).toBeGreaterThan(90);
    expect(found.length / 2).toBeLessThan(110);
  });

  test('a moment only begins; a fault without an interval is there from the start and stays', () => {
    expect(new Set(times(fault('drop:every=1s'), 1, 60_000).map(({ phase }) => phase))).toEqual(new Set(['begin']));
    expect(times(fault('loss'), 1, 60_000)).toEqual([{ at: 1000, phase: 'begin' }]);
  });

  test('hits the share of the cameras', () => {
    const spec = fault('drop:every=1s,share=0.25');
    const hit = Array.from(
      { length: 1000 },
      (_, seed) => new FaultSchedule([spec], { startMs: 0, random: seededRandom(seed) }),
    );
    const count = hit.filter((schedule) => !schedule.empty).length;
    expect(count).toBeGreaterThan(210);
    expect(count).toBeLessThan(290);
  });
});

describe('camera with faults', () => {
  const packed = { clip: { sps: [], pps: [], units: [], duration: 90_000 }, units: [] };
  const other = { ...packed };
  const access = { realm: 'r', username: 'u', password: 'p' };
  const camera = (faults: string[], more: { startAfterMs?: number } = {}) =>
    new FarmCamera({
      ...more,
      path: '/a',
      loop: true,
      clip: packed,
      other,
      access,
      live: undefined,
      faults: faults.map(fault),
      startMs: 0,
      random: seededRandom(3),
    });

  test('asks for another password while it was changed', () => {
    const cam = camera(['wrong-auth:every=10s,for=5s']);
    expect(cam.access).toBe(access);
    const seen = new Set<unknown>();
    for (let at = 0; at < 60_000; at += 100) {
      cam.advance(at);
      seen.add(cam.access?.password);
    }
    expect(seen.size).toBe(2);
  });

  test('stalls, loses, reorders, shows another clip, and sets its clock there and back', () => {
    const cam = camera(['stall', 'loss:rate=0.5', 'reorder:rate=0.25', 'resolution', 'clock-jump:every=10s,by=1m']);
    expect([...cam.advance(0)].sort()).toEqual(['loss', 'reorder', 'resolution', 'stall']);
    expect(cam.condition).toMatchObject({ stalled: true, loss: 0.5, reorder: 0.25, source: other });
    const shifts = new Set<number>();
    for (let at = 0; at < 100_000; at += 100) {
      cam.advance(at);
      shifts.add(Math.abs(cam.condition.clockShiftMs));
    }
    expect(shifts).toEqual(new Set([0, 60_000]));
  });

  test.each([
    [{}, 500],
    [{ startAfterMs: 300 }, 800],
  ])('begins for each client by itself, after the time it takes: %j', (more, beginsMs) => {
    const { monotonicMs, utcMs } = camera([], more).timeline({ monotonicMs: 500, utcMs: 10_500 });
    expect({ monotonicMs, utcMs }).toEqual({ monotonicMs: beginsMs, utcMs: beginsMs + 10_000 });
  });
});
