import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../../src/domain/ids.ts';
import type { LookNeeds, LookOutcome, LookPriority } from '../../../../src/domain/look.ts';
import { scheduleSchema } from '../../../../src/edge/schedule/config.ts';
import { LookScheduler } from '../../../../src/edge/schedule/look-scheduler.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { keyframeOf, settle } from '../../../support/look-box.ts';

interface Begun {
  readonly unit: AccessUnit;
  readonly priority: LookPriority;
  readonly decoded: () => void;
  readonly signal: AbortSignal;
  readonly end: (outcome?: Partial<LookOutcome>) => Promise<void>;
  readonly reject: (error: unknown) => Promise<void>;
}

let clock: FakeClock;
let begun: Begun[];
let paces: string[];
let blind: string[];
let scheduler: LookScheduler;

const id = (name: string) => name as CameraId;
const needs = (severity: LookNeeds['severity'], everyMs = 2_000): LookNeeds => ({
  severity,
  everyMs,
  continuous: false,
});

function make(
  slots = 1,
  config: object = {},
  onBlind?: ConstructorParameters<typeof LookScheduler>[0]['onBlind'],
): void {
  const epoch = clock.now();
  scheduler = new LookScheduler({
    slots,
    config: scheduleSchema.parse(config),
    clock,
    log: createLogger('test'),
    metrics: new Metrics(),
    perform: (unit, priority, decoded, signal) =>
      new Promise((resolve, fail) => {
        const end = async (outcome: Partial<LookOutcome> = {}) => {
          resolve({ result: 'decided', at: unit.receivedAt, decodeMs: 5, detectMs: 0, ...outcome });
          await settle();
        };
        const reject = async (error: unknown) => {
          fail(error);
          await settle();
        };
        begun.push({ unit, priority, decoded, signal, end, reject });
      }),
    pace: (camera, everyMs) => paces.push(`${camera} ${everyMs}`),
    onBlind:
      onBlind ?? ((camera, reason, since) => blind.push(`${camera} ${reason ?? 'seen'} ${(since - epoch) / 1000}`)),
  });
}

beforeEach(async () => {
  clock = new FakeClock();
  begun = [];
  paces = [];
  blind = [];
  make();
  await scheduler.start(new AbortController().signal);
});

afterEach(() => {
  void scheduler.stop();
});

/** Offers a keyframe of each and returns them by name. */
function offer(...cameras: string[]): void {
  for (const camera of cameras) scheduler.offer(keyframeOf(id(camera), clock.now()));
}

/** Ends every look as it begins, and says in which order the cameras had theirs. */
async function order(): Promise<string[]> {
  const seen: string[] = [];
  for (let at = 0; at < begun.length; at += 1) {
    const look = begun[at];
    seen.push(look?.unit.cameraId ?? '');
    await look?.end();
  }
  return seen;
}

const looks = (severity: 1 | 2 | 3 | 4) => scheduler.status().classes[severity].looks;

describe('the order of looks', () => {
  test('severity first, whoever came first; inside it the earliest deadline', async () => {
    scheduler.add(id('busy'), needs(4));
    for (const [camera, severity] of [
      ['d', 4],
      ['c', 3],
      ['a', 1],
      ['b', 2],
    ] as const) {
      scheduler.add(id(camera), needs(severity));
    }
    scheduler.add(id('soon'), needs(3, 500));
    offer('busy', 'd', 'c', 'soon', 'b', 'a');
    expect(await order()).toEqual(['busy', 'a', 'b', 'soon', 'c', 'd']);
  });

  test('the newest picture of a camera takes the place of the one that waits, and keeps its turn', async () => {
    for (const camera of ['busy', 'a', 'b']) scheduler.add(id(camera), needs(2));
    offer('busy', 'a');
    clock.advance(100);
    offer('b');
    clock.advance(100);
    offer('a');
    expect(scheduler.status().waiting).toBe(2);
    expect(await order()).toEqual(['busy', 'a', 'b']);
    expect(begun[1]?.unit.receivedAt).toBe(clock.now());
  });

  test('one look of a camera at a time, however many slots there are; the next one follows it', async () => {
    make(8);
    scheduler.add(id('a'), needs(2));
    offer('a', 'a', 'a');
    expect(begun).toHaveLength(1);
    begun[0]?.decoded();
    offer('a');
    expect(begun).toHaveLength(1);
    await begun[0]?.end();
    expect(begun).toHaveLength(2);
  });

  test('a slot is free again once the picture is decoded', () => {
    make(2);
    for (const camera of ['a', 'b', 'c']) scheduler.add(id(camera), needs(2));
    offer('a', 'b', 'c');
    expect(begun).toHaveLength(2);
    begun[0]?.decoded();
    begun[0]?.decoded();
    expect(begun).toHaveLength(3);
    expect(scheduler.status()).toMatchObject({ decoding: 2, undecided: 1, waiting: 0 });
  });

  test('past the decoder there is room for so many, and a part of it for severity 1 alone', () => {
    make(8, { maxUndecided: 4 });
    const others = ['a', 'b', 'c', 'd', 'e'];
    for (const camera of others) scheduler.add(id(camera), needs(3));
    for (const camera of ['x', 'y']) scheduler.add(id(camera), needs(1));
    for (const camera of others) {
      offer(camera);
      begun.at(-1)?.decoded();
    }
    expect(begun.map(({ unit }) => unit.cameraId)).toEqual(['a', 'b', 'c']);
    offer('x');
    begun.at(-1)?.decoded();
    offer('y');
    expect(begun.map(({ unit }) => unit.cameraId)).toEqual(['a', 'b', 'c', 'x']);
  });

  test('a camera that becomes more urgent while it waits goes first', async () => {
    for (const camera of ['busy', 'a', 'b']) scheduler.add(id(camera), needs(3));
    offer('busy', 'a', 'b');
    scheduler.update(id('b'), needs(1));
    expect(await order()).toEqual(['busy', 'b', 'a']);
  });

  test('inter frames and cameras that are not known are not looked at', () => {
    scheduler.add(id('a'), needs(1));
    scheduler.offer({ ...keyframeOf(id('a'), clock.now()), keyframe: false });
    offer('nobody');
    expect(begun).toEqual([]);
  });
});

describe('looks that go wrong', () => {
  test('one that rejects frees its slot and is counted as failed', async () => {
    scheduler.add(id('a'), needs(2));
    scheduler.add(id('b'), needs(2));
    offer('a', 'b');
    await begun[0]?.reject(new Error('no'));
    expect(begun.map(({ unit }) => unit.cameraId)).toEqual(['a', 'b']);
  });

  test('one that never ends is given up, told so, and what comes of it later counts for nothing', async () => {
    scheduler.add(id('a'), needs(2));
    offer('a');
    clock.advance(14_000);
    offer('a');
    expect(begun).toHaveLength(1);
    clock.advance(1_000);
    expect(begun[0]?.signal.aborted).toBe(true);
    expect(begun).toHaveLength(2);
    await begun[0]?.end();
    begun[0]?.decoded();
    expect(scheduler.status()).toMatchObject({ decoding: 1, undecided: 0 });
    expect(looks(2).onTime).toBe(0);
  });

  test('a camera removed in the middle of a look frees its slot when that ends', async () => {
    scheduler.add(id('a'), needs(2));
    scheduler.add(id('b'), needs(2));
    offer('a', 'b');
    scheduler.remove(id('a'));
    offer('a');
    await begun[0]?.end();
    expect(begun.map(({ unit }) => unit.cameraId)).toEqual(['a', 'b']);
    scheduler.remove(id('b'));
    await begun[1]?.end();
    expect(scheduler.status()).toMatchObject({ decoding: 0, undecided: 0, waiting: 0 });
    expect(looks(2).due).toBe(0);
  });

  test('after a damaged picture the very next one is asked for, once', async () => {
    scheduler.add(id('a'), needs(4, 10_000));
    offer('a');
    await begun[0]?.end({ result: 'corrupt' });
    offer('a');
    await begun[1]?.end({ result: 'corrupt' });
    expect(paces).toEqual(['a 10000', 'a 10000']);
  });

  test('a stop lets the looks under way end, and begins no more', async () => {
    scheduler.add(id('a'), needs(2));
    scheduler.add(id('b'), needs(2));
    offer('a', 'b');
    let stopped = false;
    const stopping = scheduler.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    await begun[0]?.end();
    await stopping;
    offer('a');
    expect(begun).toHaveLength(1);
  });

  test('a stop does not wait for ever for a look that hangs', async () => {
    scheduler.add(id('a'), needs(2));
    offer('a');
    const stopping = scheduler.stop();
    clock.advance(15_000);
    await stopping;
    expect(begun[0]?.signal.aborted).toBe(true);
  });
});

describe('looks on time', () => {
  const take = async (afterMs: number) => {
    offer('a');
    clock.advance(afterMs);
    await begun.at(-1)?.end();
  };

  test('one due look an interval, taken in time', async () => {
    scheduler.add(id('a'), needs(1));
    for (let n = 0; n < 5; n += 1) {
      await take(300);
      clock.advance(1_700);
    }
    expect(looks(1)).toMatchObject({ due: 5, onTime: 5, late: 0 });
  });

  test('decided after its deadline: late', async () => {
    scheduler.add(id('a'), needs(1));
    await take(2_000);
    await take(2_001);
    expect(looks(1)).toMatchObject({ due: 2, onTime: 1, late: 1 });
  });

  test('pictures too far apart: as many missed looks as intervals passed; the one that ends the gap is the last', async () => {
    scheduler.add(id('a'), needs(1));
    await take(0);
    clock.advance(2_500);
    await take(0);
    expect(looks(1)).toMatchObject({ due: 2, onTime: 2 });
    clock.advance(2_501);
    await take(0);
    expect(looks(1)).toMatchObject({ due: 3, onTime: 2, missed: { 'no-picture': 1 } });
    clock.advance(9_000);
    await take(0);
    expect(looks(1)).toMatchObject({ due: 7, onTime: 2, missed: { 'no-picture': 5 } });
  });

  test('a camera that shows nothing any more misses looks while it does', async () => {
    scheduler.add(id('a'), needs(1));
    await take(0);
    clock.advance(20_000);
    const counted = looks(1).missed['no-picture'];
    expect(counted).toBeGreaterThanOrEqual(7);
    await take(0);
    expect(looks(1).missed['no-picture']).toBe(9);
  });

  test('while a camera is not connected nothing is due', async () => {
    scheduler.add(id('a'), needs(1));
    await take(0);
    scheduler.connected(id('a'), false);
    clock.advance(60_000);
    scheduler.connected(id('a'), true);
    clock.advance(1_000);
    await take(0);
    expect(looks(1)).toMatchObject({ due: 2, onTime: 2 });
  });

  test('a shorter interval holds from when it is asked for', async () => {
    scheduler.add(id('a'), needs(3, 10_000));
    await take(0);
    clock.advance(9_000);
    scheduler.update(id('a'), needs(3, 2_000));
    clock.advance(2_000);
    await take(0);
    expect(looks(3)).toMatchObject({ due: 2, onTime: 2 });
  });

  test('continuous decode: looks taken by their owner count alike', () => {
    scheduler.add(id('a'), { severity: 1, everyMs: 200, continuous: true });
    for (let n = 0; n < 10; n += 1) {
      scheduler.looked(id('a'), { result: 'decided', at: clock.now(), decodeMs: 3, detectMs: 9 });
      clock.advance(200);
    }
    expect(looks(1)).toMatchObject({ due: 10, onTime: 10 });
  });
});

describe('blindness', () => {
  test('since when is told in whole milliseconds, though the machine counts finer', async () => {
    // As the machine's clocks: one in whole milliseconds, the other finer, and not quite as fast.
    clock = new (class extends FakeClock {
      override monotonic = () => super.monotonic() * 1.000_1;
    })();
    const since: number[] = [];
    make(1, {}, (_, __, at) => since.push(at));
    await scheduler.start(new AbortController().signal);
    scheduler.add(id('a'), needs(2));
    scheduler.connected(id('a'), true);
    clock.advance(60_000);
    expect(since.length).toBeGreaterThan(0);
    expect(since.map(Number.isInteger)).not.toContain(false);
  });

  test('a camera without a look for two of its intervals, from its last look until its next', async () => {
    scheduler.add(id('a'), needs(2));
    scheduler.add(id('hog'), needs(1, 60_000));
    offer('a');
    await begun[0]?.end();
    offer('hog');
    clock.advance(2_000);
    offer('a');
    clock.advance(2_500);
    expect(blind).toEqual([]);
    clock.advance(500);
    expect(blind).toEqual(['a overloaded 0']);
    await begun[1]?.end();
    await begun[2]?.end();
    expect(blind).toEqual(['a overloaded 0', 'a seen 2']);
  });

  test('only damaged keyframes; a model that fails; no keyframes at all', async () => {
    for (const camera of ['corrupt', 'failed', 'nothing']) scheduler.add(id(camera), needs(2));
    offer('nothing');
    await begun.at(-1)?.end();
    for (let n = 0; n < 4; n += 1) {
      for (const result of ['corrupt', 'failed'] as const) {
        offer(result);
        await begun.at(-1)?.end({ result });
      }
      clock.advance(2_000);
    }
    expect(blind).toEqual(['corrupt undecodable 0', 'failed model-unavailable 0', 'nothing no-keyframe 0']);
  });

  test('a camera that is forgotten is no longer in the account, whatever it was in for', async () => {
    scheduler.add(id('a'), needs(2));
    offer('a');
    await begun[0]?.end();
    clock.advance(6_000);
    scheduler.remove(id('a'));
    expect(blind.map((line) => line.replace(/ \d+$/, ''))).toEqual(['a no-keyframe', 'a seen']);
  });

  test('a camera that is to be looked at all the time, and is at each keyframe, misses looks and is not blind', async () => {
    scheduler.add(id('a'), needs(1, 200));
    for (let n = 0; n < 10; n += 1) {
      offer('a');
      await begun.at(-1)?.end();
      clock.advance(2_000);
    }
    expect(looks(1).missed['no-picture']).toBeGreaterThan(50);
    expect(blind).toEqual([]);
  });

  test('a look that ends after its camera’s connection has gone makes nothing due', async () => {
    scheduler.add(id('a'), needs(2));
    offer('a');
    scheduler.connected(id('a'), false);
    await begun[0]?.end();
    clock.advance(60_000);
    expect(looks(2).due).toBe(0);
    expect(blind).toEqual([]);
  });

  test('a camera that is not connected is no matter of looks', async () => {
    scheduler.add(id('a'), needs(2));
    offer('a');
    await begun[0]?.end();
    clock.advance(6_000);
    expect(blind).toEqual(['a no-keyframe 0']);
    scheduler.connected(id('a'), false);
    expect(blind.at(-1)).toMatch(/^a seen/);
    clock.advance(60_000);
    expect(blind).toHaveLength(2);
  });
});
