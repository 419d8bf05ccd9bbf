import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { wallDraft } from '../../../src/edge/alert/wall-draft.ts';
import { CoverageAccount } from '../../../src/edge/coverage-account.ts';
import { FrameClock } from '../../../src/edge/frame-clock.ts';
import { CameraMemory } from '../../../src/edge/memory/camera-memory.ts';
import { shiftTimes } from '../../../src/edge/memory/shift-times.ts';
import { CoverageStore } from '../../../src/edge/publish/coverage-store.ts';
import { Dwell } from '../../../src/edge/scene/rule/dwell.ts';
import { SiteCalendar } from '../../../src/edge/scene/rule/site-calendar.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { SteadyClock } from '../../../src/lib/steady-clock.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const epoch = 1_760_000_000_000;
const log = createLogger('test');
const camera = 'cam-a' as CameraId;
const jumps = [3_600_000, -3_600_000, 86_400_000, -86_400_000] as const;

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let steady: SteadyClock;

beforeEach(async () => {
  dir = await tempDir('jumps');
  clock = new FakeClock(epoch);
  steady = new SteadyClock(clock);
});

afterEach(() => dir.remove());

describe.each(jumps)('a wall clock that is set by %i ms', (byMs) => {
  test('neither fires nor ends a stay', () => {
    const frames = new FrameClock();
    const dwell = new Dwell(frames.timeOf(unit(0)), { occlusionMs: 5_000, streamGapMs: 10_000, clearAfterMs: 60_000 });
    for (let second = 1; second <= 60; second += 1) {
      clock.advance(1_000);
      if (second === 30) clock.jump(byMs);
      dwell.present(frames.timeOf(unit(second * 1_000)));
    }
    expect(dwell.save()).toMatchObject({ dwellMs: 60_000, startedAt: epoch });
  });

  test('leaves every blind interval as long as it was', () => {
    const store = new CoverageStore({ path: join(dir.path, 'coverage.db') });
    store.open();
    const account = new CoverageAccount({ store, clock: steady, time: steady, log });
    account.begin([camera]);
    clock.advance(2_000);
    account.update(camera, { kind: 'streaming', since: steady.now() });
    clock.advance(10_000);
    account.lookState(camera, 'overloaded');
    clock.advance(5_000);
    clock.jump(byMs);
    clock.advance(5_000);
    account.lookState(camera, undefined);
    account.end();
    const lengths = store.after(0, 10).map(({ from, to, reason }) => [reason, to - from]);
    expect(lengths).toEqual([
      ['starting', 2_000],
      ['overloaded', 10_000],
    ]);
    expect(store.after(0, 10).at(-1)?.to).toBe(clock.now());
    store.close();
  });

  test('moves the times of an alert along, all by the same', () => {
    const draft = alertDraft({ startedAt: epoch - 60_000, observedAt: epoch });
    expect(wallDraft(draft, steady)).toBe(draft);
    clock.jump(byMs);
    const told = wallDraft(draft, steady);
    expect([told.startedAt, told.observedAt]).toEqual([epoch - 60_000 + byMs, epoch + byMs]);
    expect(told.trace.hops.map(({ at }) => at)).toEqual(draft.trace.hops.map(({ at }) => at + byMs));
    expect(told.trace.ntpMs).toBe(draft.trace.ntpMs);
  });

  test('hours of the day follow it', () => {
    const calendar = new SiteCalendar({ timeZone: 'UTC', holidays: [], workdays: [] }, steady);
    const hourOf = (at: number) => new Date(at).toISOString().slice(11, 13);
    clock.jump(byMs);
    const from = `${hourOf(clock.now())}:00`;
    const to = `${hourOf(clock.now() + 3_600_000)}:00`;
    expect(calendar.isWithin([{ from, to }], steady.now())).toBe(true);
  });

  test('what a camera remembers of its stays lasts through the restart after it', () => {
    const path = join(dir.path, 'memory.db');
    const options = { config: { path, saveEveryMs: 1_000, maxAgeMs: 60_000 }, clock: steady, time: steady, log };
    clock.jump(byMs);
    const at = steady.now();
    const scenes = { stays: [{ startedAt: at - 40_000, dwellMs: 40_000, box: [0.1, 0.2, 0.3, 0.4] }] };
    const before = new CameraMemory(options);
    before.open();
    before.changed({ id: camera, remember: () => ({ at, tracker: { n: 3 }, scenes }) });
    before.close();
    // Another process: its steady time begins at the wall clock as it is.
    const next = new SteadyClock(clock);
    const after = new CameraMemory({ ...options, clock: next, time: next });
    after.open();
    expect(after.recall(camera)).toEqual({
      at: clock.now(),
      tracker: { n: 3 },
      scenes: { stays: [{ startedAt: clock.now() - 40_000, dwellMs: 40_000, box: [0.1, 0.2, 0.3, 0.4] }] },
    });
    after.close();
  });
});

test('times are told from other figures', () => {
  const value = { since: epoch - 5, count: 12, score: 0.5, hash: 'abc', deep: [null, { at: epoch + 5 }], big: 2 ** 52 };
  expect(shiftTimes(value, epoch, 1_000)).toEqual({
    ...{ since: epoch + 995, count: 12, score: 0.5, hash: 'abc', deep: [null, { at: epoch + 1_005 }], big: 2 ** 52 },
  });
  expect(shiftTimes({ at: 5 }, 10, 1_000)).toEqual({ at: 5 });
});

/** A picture the camera took that long after its first; it arrives at once. */
function unit(ptsMs: number): AccessUnit {
  return {
    ...{ cameraId: camera, codec: 'h264', keyframe: true, data: Buffer.alloc(0), rtpTimestamp: ptsMs * 90, ptsMs },
    ...{ ntpMs: undefined, receivedAt: steady.now() },
  };
}
