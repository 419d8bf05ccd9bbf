import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraState } from '../../../src/domain/camera.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { CoverageAccount } from '../../../src/edge/coverage-account.ts';
import { CoverageStore } from '../../../src/edge/publish/coverage-store.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const epoch = 1_760_000_000_000;
const a = 'cam-a' as CameraId;
const b = 'cam-b' as CameraId;
const log = createLogger('test');
const waiting = (reason: Extract<CameraState, { kind: 'waiting' }>['reason']): CameraState => ({
  kind: 'waiting',
  reason,
  detail: '',
  retryAt: 0,
  attempt: 1,
});
const streaming: CameraState = { kind: 'streaming', since: 0 };

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let store: CoverageStore;
let account: CoverageAccount;

function open(maxRecords?: number): void {
  store = new CoverageStore({ path: join(dir.path, 'coverage.db'), ...(maxRecords !== undefined && { maxRecords }) });
  store.open();
  account = new CoverageAccount({ store, clock, log });
}

type StepOf<A> = A extends fc.Arbitrary<infer S> ? S : never;

/** Records as text, times in seconds since the test began. */
const records = () =>
  store
    .after(0, 1000)
    .map(({ camera, from, to, reason }) => `${camera} ${(from - epoch) / 1000}-${(to - epoch) / 1000} ${reason}`);

/** As SIGKILL: nothing more is written. */
function kill(): void {
  store.close();
}

beforeEach(async () => {
  dir = await tempDir('coverage');
  clock = new FakeClock(epoch);
  open();
});

afterEach(async () => {
  store.close();
  await dir.remove();
});

describe('the blindness account', () => {
  test('has every interval with its reason, and none while the camera is seen', () => {
    account.begin([a]);
    account.update(a, { kind: 'connecting', attempt: 1 });
    clock.advance(2_000);
    account.update(a, streaming);
    clock.advance(8_000);
    account.update(a, waiting('stalled'));
    clock.advance(3_000);
    account.update(a, { kind: 'queued', attempt: 1 });
    account.update(a, { kind: 'connecting', attempt: 1 });
    clock.advance(1_000);
    account.update(a, waiting('unreachable'));
    clock.advance(5_000);
    account.update(a, streaming);
    clock.advance(1_000);
    expect(records()).toEqual(['cam-a 0-2 starting', 'cam-a 10-14 stalled', 'cam-a 14-19 unreachable']);
    expect(account.open.size).toBe(0);
  });

  test('writes many changes at once', () => {
    const writes: number[] = [];
    store.onWritten(() => writes.push(clock.monotonic()));
    const many = Array.from({ length: 1200 }, (_, index) => `cam-${index}` as CameraId);
    account.begin(many);
    clock.advance(500);
    for (const camera of many) account.update(camera, streaming);
    clock.advance(5_000);
    expect(writes).toEqual([1_000]);
    expect(store.waiting).toBe(1200);
  });

  test('a clean stop and start: stopped in between', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(10_000);
    account.update(a, { kind: 'stopped' });
    account.end();
    store.close();
    clock.advance(60_000);
    open();
    account.begin([a]);
    clock.advance(1_000);
    account.update(a, streaming);
    clock.advance(1_000);
    expect(records()).toEqual(['cam-a 10-70 stopped', 'cam-a 70-71 starting']);
  });

  test('a kill: what was open is closed, and nobody saw anything until the next start', () => {
    account.begin([a, b]);
    account.update(a, streaming);
    account.update(b, waiting('unreachable'));
    clock.advance(25_000);
    kill();
    clock.advance(100_000);
    open();
    account.begin([a, b]);
    expect(records().sort()).toEqual(['cam-a 21-125 node-down', 'cam-b 0-21 unreachable', 'cam-b 21-125 node-down']);
  });

  test('a kill before a change was written: it is inside node-down', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(5_000);
    account.update(a, waiting('stalled'));
    kill();
    clock.advance(5_000);
    open();
    account.begin([a]);
    const [only] = records();
    expect(records()).toHaveLength(1);
    expect(only).toMatch(/^cam-a 1-10 node-down$/);
  });

  test('a camera that is configured no longer is closed and forgotten', () => {
    account.begin([a, b]);
    account.update(a, streaming);
    clock.advance(10_000);
    kill();
    open();
    account.begin([a]);
    expect(records().filter((line) => line.startsWith('cam-b'))).toEqual(['cam-b 0-1 starting']);
    expect([...store.remember().cameras.keys()]).toEqual([a]);
  });

  test('a start that fails before it began leaves the last life’s end as it was', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(1_000);
    kill();
    clock.advance(50_000);
    open();
    account.end();
    store.close();
    clock.advance(50_000);
    open();
    account.begin([a]);
    expect(records()).toEqual(['cam-a 1-101 node-down']);
  });

  test('a blind spell that lasts is told of every hour, without a hole', () => {
    account.begin([a]);
    account.update(a, waiting('unauthorized'));
    clock.advance(9_000_000);
    expect(records()).toEqual(['cam-a 0-3600 unauthorized', 'cam-a 3600-7200 unauthorized']);
    expect(account.open.get(a)?.from).toBe(epoch + 7_200_000);
  });

  test('a clock set back makes no interval that ends before it began', () => {
    account.begin([a]);
    clock.advance(2_000);
    clock.jump(-3_600_000);
    account.update(a, streaming);
    clock.advance(2_000);
    expect(records()).toEqual([]);
  });

  test('a camera that is not looked at: since its last look, until its next', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(30_000);
    account.lookState(a, 'overloaded', clock.now() - 20_000);
    expect(account.open.get(a)).toEqual({ from: epoch + 10_000, reason: 'overloaded' });
    clock.advance(5_000);
    account.lookState(a, undefined);
    clock.advance(1_000);
    expect(records()).toEqual(['cam-a 10-35 overloaded']);
  });

  test('no interval reaches back into the one before', () => {
    account.begin([a]);
    clock.advance(2_000);
    account.update(a, streaming);
    clock.advance(3_000);
    account.lookState(a, 'no-keyframe', clock.now() - 60_000);
    clock.advance(1_000);
    account.lookState(a, 'undecodable', clock.now() - 60_000);
    clock.advance(1_000);
    account.lookState(a, undefined);
    clock.advance(2_000);
    expect(records()).toEqual(['cam-a 0-2 starting', 'cam-a 2-6 no-keyframe', 'cam-a 6-7 undecodable']);
  });

  test('of several causes the connection counts, then the models, then the scheduler, without hole or overlap', () => {
    account.begin([a]);
    account.update(a, streaming);
    account.lookState(a, 'overloaded', clock.now());
    clock.advance(1_000);
    account.lookState(a, 'model-unavailable', clock.now(), 'models');
    clock.advance(1_000);
    account.update(a, waiting('stalled'));
    clock.advance(1_000);
    account.update(a, { kind: 'connecting', attempt: 1 });
    account.lookState(a, undefined, undefined, 'models');
    clock.advance(1_000);
    account.update(a, streaming);
    clock.advance(1_000);
    account.lookState(a, undefined);
    clock.advance(2_000);
    expect(records()).toEqual([
      'cam-a 0-1 overloaded',
      'cam-a 1-2 model-unavailable',
      'cam-a 2-4 stalled',
      'cam-a 4-5 overloaded',
    ]);
  });

  test('pictures that cannot be trusted are blindness from when that began, before the scheduler’s reasons', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(5_000);
    account.lookState(a, 'covered', clock.now() - 3_000, 'health');
    clock.advance(1_000);
    account.lookState(a, 'overloaded', clock.now());
    clock.advance(1_000);
    account.lookState(a, 'black', clock.now() - 5_000, 'health');
    clock.advance(1_000);
    account.lookState(a, undefined, undefined, 'health');
    clock.advance(1_000);
    account.lookState(a, undefined);
    clock.advance(2_000);
    expect(records()).toEqual(['cam-a 2-7 covered', 'cam-a 7-8 black', 'cam-a 8-9 overloaded']);
  });

  test('a kill while a camera is shed: shed until the last write, then node-down', () => {
    account.begin([a]);
    account.update(a, streaming);
    clock.advance(5_000);
    account.lookState(a, 'overloaded', clock.now());
    clock.advance(30_000);
    kill();
    clock.advance(10_000);
    open();
    account.begin([a]);
    expect(records()).toEqual(['cam-a 5-26 overloaded', 'cam-a 26-45 node-down']);
  });

  test('whatever happens, a camera’s intervals lie one after the other and cover what its causes say', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
      fc.record({ do: fc.constant('state' as const), up: fc.boolean() }),
      fc.record({
        do: fc.constant('look' as const),
        reason: fc.constantFrom('overloaded' as const, 'undecodable' as const, undefined),
        source: fc.constantFrom('schedule' as const, 'models' as const),
        agoMs: fc.integer({ min: 0, max: 8_000 }),
      }),
    );
    const note = (causes: Set<string>, cause: string, there: boolean) =>
      void (there ? causes.add(cause) : causes.delete(cause));
    const take = (each: Exclude<StepOf<typeof step>, { do: 'wait' }>, causes: Set<string>) => {
      if (each.do === 'state') {
        note(causes, 'connection', !each.up);
        account.update(a, each.up ? streaming : waiting('stalled'));
      } else {
        note(causes, each.source, each.reason !== undefined);
        account.lookState(a, each.reason, clock.now() - each.agoMs, each.source);
      }
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        store.close();
        clock = new FakeClock(epoch);
        store = new CoverageStore({ path: ':memory:' });
        store.open();
        account = new CoverageAccount({ store, clock, log });
        account.begin([a]);
        account.update(a, streaming);
        const causes = new Set<string>();
        const blind: [number, number][] = [];
        for (const each of steps) {
          if (each.do === 'wait') {
            if (causes.size > 0) blind.push([clock.now(), clock.now() + each.ms]);
            clock.advance(each.ms);
          } else take(each, causes);
        }
        account.update(a, streaming);
        account.lookState(a, undefined);
        account.lookState(a, undefined, undefined, 'models');
        account.end();
        const all = store.after(0, 1_000);
        for (const [index, { from, to }] of all.entries()) {
          expect(to).toBeGreaterThan(from);
          expect(from).toBeGreaterThanOrEqual(all[index - 1]?.to ?? epoch);
        }
        for (const [from, to] of blind) {
          const covered = all.reduce(
            (sum, each) => sum + Math.max(0, Math.min(each.to, to) - Math.max(each.from, from)),
            0,
          );
          expect(covered).toBe(to - from);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a disk that takes nothing: everything is kept and written later', () => {
    account.begin([a]);
    store.close();
    clock.advance(1_500);
    account.update(a, streaming);
    clock.advance(5_000);
    store.open();
    clock.advance(1_000);
    expect(records()).toEqual(['cam-a 0-1.5 starting']);
  });
});

describe('the store', () => {
  const interval = (camera: CameraId, from: number) => ({ camera, from, to: from + 1, reason: 'stalled' as const });
  const write = (...closed: ReturnType<typeof interval>[]) => store.write({ closed, cameras: new Map(), at: 0 });

  test('frees what is acknowledged, for its own account only, and never numbers anew', () => {
    write(interval(a, 1), interval(a, 3));
    const { account: id } = store.head();
    expect(store.acknowledge('0000000000000000', 2)).toBe(0);
    expect(store.acknowledge(id, 99)).toBe(0);
    expect(store.acknowledge(id, 2)).toBe(2);
    write(interval(a, 5));
    expect(store.after(0, 10).map(({ n }) => n)).toEqual([3]);
    expect(store.head()).toEqual({ account: id, acked: 2 });
  });

  test('beyond its bound joins a camera’s intervals: never less blindness, never more records', () => {
    store.close();
    open(3);
    write(interval(a, 10), interval(b, 20), interval(a, 30));
    write(interval(a, 40), interval(b, 50));
    expect(store.after(0, 10).map(({ n, camera, from, to }) => [n, camera, from, to])).toEqual([
      [1, a, 10, 11],
      [4, a, 30, 41],
      [5, b, 20, 51],
    ]);
  });
});
