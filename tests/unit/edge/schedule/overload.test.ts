import { describe, expect, test } from 'vitest';
import type { CameraId } from '../../../../src/domain/ids.ts';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import { scheduleSchema } from '../../../../src/edge/schedule/config.ts';
import { LookScheduler } from '../../../../src/edge/schedule/look-scheduler.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { Happenings, keyframeOf, LookBox } from '../../../support/look-box.ts';

/** A node of one decoder thread and one detector with cameras that send a keyframe every 2 s. */
function node(cameras: Readonly<Record<Severity, number>>, everyMs = 2_000) {
  const clock = new FakeClock();
  const happenings = new Happenings(clock);
  const box = new LookBox(happenings, { decoder: 1, detector: 1 });
  const told = new Map<CameraId, { everyMs: number; handedOn: number }>();
  const changes: string[] = [];
  const blind = new Set<CameraId>();
  const scheduler = new LookScheduler({
    slots: 2,
    config: scheduleSchema.parse({}),
    clock,
    log: createLogger('test', { write: () => {} }),
    metrics: new Metrics(),
    perform: box.perform,
    // As ingest does: a keyframe comes when the next one would be too late, and at once when the pace was raised.
    pace: (camera, ms) => {
      const before = told.get(camera);
      const raised = before === undefined || ms <= before.everyMs;
      told.set(camera, { everyMs: ms, handedOn: raised ? Number.NEGATIVE_INFINITY : before.handedOn });
    },
    onBlind: (camera, reason) => void (reason === undefined ? blind.delete(camera) : blind.add(camera)),
    onChange: () => changes.push(`${Math.round(clock.monotonic() / 1000)} ${scheduler.status().problems.join('; ')}`),
  });
  const live = new Set<CameraId>();
  const tick = (camera: CameraId) => {
    if (!live.has(camera)) return;
    happenings.in(2_000, () => tick(camera));
    const pace = told.get(camera);
    const now = clock.monotonic();
    if (pace === undefined || now + 2_000 - pace.handedOn <= pace.everyMs + 250) return;
    if (pace.everyMs === Number.POSITIVE_INFINITY) return;
    pace.handedOn = now;
    scheduler.offer(keyframeOf(camera, clock.now()));
  };
  const join = (severity: Severity, count: number, prefix = 'cam') => {
    for (let n = 0; n < count; n += 1) {
      const camera = `${prefix}-${severity}-${n}` as CameraId;
      live.add(camera);
      scheduler.add(camera, { severity, everyMs, continuous: false });
      happenings.in((n * 2_000) / count, () => {
        scheduler.connected(camera, true);
        tick(camera);
      });
    }
  };
  const leave = (prefix: string) => {
    for (const camera of live) {
      if (!camera.startsWith(prefix)) continue;
      live.delete(camera);
      scheduler.remove(camera);
    }
  };
  for (const severity of [1, 2, 3, 4] as const) join(severity, cameras[severity]);
  const looks = (severity: Severity) => scheduler.status().classes[severity].looks;
  return { clock, happenings, box, scheduler, changes, join, leave, looks, blind };
}

// One decoder thread takes 200 looks of 5 ms a second: 400 cameras.
describe('within what the box can do', { timeout: 60_000 }, () => {
  test('every look is on time and nothing is shed, up to nine tenths of it', async () => {
    const { happenings, scheduler, changes, looks } = node({ 1: 50, 2: 100, 3: 100, 4: 100 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(120_000);
    expect(changes).toEqual([]);
    for (const severity of [1, 2, 3, 4] as const) expect(looks(severity).onTime).toBe(looks(severity).due);
  });

  test('cameras of one severity are served alike', async () => {
    const { happenings, scheduler, box } = node({ 1: 0, 2: 0, 3: 100, 4: 0 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(60_000);
    const counts = new Map<CameraId, number>();
    for (const { camera } of box.taken) counts.set(camera, (counts.get(camera) ?? 0) + 1);
    expect(counts.size).toBe(100);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });
});

describe('twice what the box can do', { timeout: 60_000 }, () => {
  test('ten minutes of too many cameras: bounded, the most severe untouched, and whole again soon after', async () => {
    const { happenings, scheduler, box, changes, join, leave, looks, blind, clock } = node({
      1: 100,
      2: 100,
      3: 0,
      4: 0,
    });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(60_000);
    expect(changes).toEqual([]);
    join(3, 200, 'more');
    join(4, 400, 'more');
    let mostWaiting = 0;
    for (let second = 0; second < 600; second += 1) {
      await happenings.pass(1_000);
      mostWaiting = Math.max(mostWaiting, scheduler.status().waiting);
    }
    expect([...changes]).toEqual([
      '65 overloaded: severity 4: looked at every 6× their interval',
      '70 overloaded: severity 3: looked at every 2× their interval; overloaded: severity 4: not looked at (400 cameras)',
    ]);
    // One a camera at most, and that only until the first measures took hold.
    expect(mostWaiting).toBeLessThan(600);
    expect(scheduler.status().waiting).toBeLessThan(20);
    expect(box.mostUnderWay).toBeLessThanOrEqual(4);
    expect(clock.pending).toBe(1);
    for (const severity of [1, 2] as const)
      expect(looks(severity)).toMatchObject({ late: 0, onTime: looks(severity).due });
    expect([...blind].every((camera) => camera.startsWith('more-4'))).toBe(true);
    expect(blind.size).toBe(400);
    leave('more');
    await happenings.pass(30_000);
    expect(changes.at(-1)).toMatch(/^66\d $/);
    expect(scheduler.status()).toMatchObject({ problems: [], usable: 1 });
  });

  test('pictures that cost twice as much: shed from below, and all taken up again within 30 s of their end', async () => {
    const { happenings, scheduler, box, changes, looks, blind } = node({ 1: 50, 2: 50, 3: 80, 4: 120 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(60_000);
    box.decodeMs = 10;
    await happenings.pass(600_000);
    expect(changes.map((change) => change.replace(/^\d+ /, ''))).toEqual([
      'overloaded: severity 4: looked at every 4× their interval',
      'overloaded: severity 4: looked at every 6× their interval, 72 of 120 cameras not looked at, by turns',
      'overloaded: severity 4: not looked at (120 cameras)',
    ]);
    for (const severity of [1, 2] as const)
      expect(looks(severity)).toMatchObject({ late: 0, onTime: looks(severity).due });
    expect(looks(3).onTime / looks(3).due).toBeGreaterThan(0.99);
    expect([...blind].every((camera) => camera.startsWith('cam-4'))).toBe(true);
    box.decodeMs = 5;
    await happenings.pass(30_000);
    expect(scheduler.status().problems).toEqual([]);
    expect(blind.size).toBe(0);
  });

  test('a box slower than its costs say: the looks themselves tell, and only the least severe pay for the trials', async () => {
    const { happenings, scheduler, box, changes, looks } = node({ 1: 50, 2: 50, 3: 60, 4: 140 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(60_000);
    box.hiddenMs = 5;
    await happenings.pass(600_000);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.some((change) => change.includes('severity 3'))).toBe(false);
    for (const severity of [1, 2] as const)
      expect(looks(severity)).toMatchObject({ late: 0, onTime: looks(severity).due });
    expect(looks(3).onTime / looks(3).due).toBeGreaterThan(0.98);
    box.hiddenMs = 0;
    await happenings.pass(45_000);
    expect(scheduler.status().problems).toEqual([]);
  });

  test('a model without room for its part of the looks is told by them, though they are decided in time', async () => {
    const { happenings, scheduler, box, changes } = node({ 1: 50, 2: 50, 3: 50, 4: 50 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(60_000);
    expect(changes).toEqual([]);
    box.partly = 'failed';
    await happenings.pass(60_000);
    expect(changes).toEqual([]);
    box.partly = 'overloaded';
    await happenings.pass(60_000);
    expect(changes[0]).toMatch(/^\d+ overloaded: severity 4: /);
    box.partly = undefined;
    await happenings.pass(120_000);
    expect(scheduler.status().problems).toEqual([]);
  });

  test('threads that slow each other down: it settles, and does not flap', async () => {
    const { happenings, scheduler, box, changes, looks } = node({ 1: 50, 2: 50, 3: 100, 4: 200 });
    box.slowdown = 0.6;
    await scheduler.start(new AbortController().signal);
    await happenings.pass(600_000);
    for (const severity of [1, 2] as const)
      expect(looks(severity)).toMatchObject({ late: 0, onTime: looks(severity).due });
    expect(changes.length).toBeLessThan(30);
  });

  test('one severity alone, eleven times too much: every camera has its turn, none more than another', async () => {
    const { happenings, scheduler, box, clock } = node({ 1: 0, 2: 0, 3: 0, 4: 2000 });
    await scheduler.start(new AbortController().signal);
    await happenings.pass(400_000);
    const counts = new Map<CameraId, number>();
    for (const { camera } of box.taken) counts.set(camera, (counts.get(camera) ?? 0) + 1);
    expect(counts.size).toBe(2000);
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.4);
    expect(scheduler.status().utilisation.decoder).toBeGreaterThan(0.6);
    expect(clock.pending).toBe(1);
  });
});
