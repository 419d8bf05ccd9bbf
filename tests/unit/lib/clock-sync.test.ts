import { beforeEach, describe, expect, test } from 'vitest';
import {
  readAdjtimex,
  readChrony,
  readNtpd,
  readPtp,
  readTimedatectl,
  type SourceWord,
} from '../../../src/lib/clock-sources.ts';
import { type ClockStep, ClockSync } from '../../../src/lib/clock-sync.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('what the programs that keep time answer', () => {
  test.each([
    [
      'chrony that follows a server',
      readChrony(
        'C0A80001,192.168.0.1,3,1763860000.1,-0.000012,0.00001,0.00002,-1.2,0.001,0.03,0.002,0.001,64.2,Normal\n',
      ),
      { state: 'synchronised', offsetMs: -0.012 },
    ],
    [
      'chrony without a server',
      readChrony('00000000,,0,0.000000000,0.000000000,0,0,0,0,0,1,1,0.0,Not synchronised\n'),
      { state: 'unsynchronised', offsetMs: 0 },
    ],
    ['something else under the name of chronyc', readChrony('506 Cannot talk to daemon\n'), undefined],
    ['ntpd that follows', readNtpd('leap=00, stratum=2, offset=-0.512\n'), { state: 'synchronised', offsetMs: -0.512 }],
    ['ntpd in alarm', readNtpd('leap=11, stratum=16, offset=0.000\n'), { state: 'unsynchronised', offsetMs: 0 }],
    ['no ntpd', readNtpd('ntpq: read: Connection refused'), undefined],
    [
      'a locked PTP clock',
      readPtp('\tmaster_offset  -52\n\tgmPresent   true\n'),
      { state: 'synchronised', offsetMs: -0.000052 },
    ],
    [
      'a PTP clock without a grandmaster',
      readPtp('\tmaster_offset 0\n\tgmPresent false\n'),
      { state: 'unsynchronised', offsetMs: 0 },
    ],
    ['a kernel that is told', readTimedatectl('NTPSynchronized=yes\n'), { state: 'synchronised' }],
    ['a kernel that is not', readTimedatectl('NTPSynchronized=no\n'), { state: 'unsynchronised' }],
    ['adjtimex in order', readAdjtimex('         mode: 0\n       status: 8193\n'), { state: 'synchronised' }],
    ['adjtimex with STA_UNSYNC', readAdjtimex('       status: 64\n'), { state: 'unsynchronised' }],
  ])('%s', (_name, read, expected) => {
    if (expected === undefined) expect(read).toBeUndefined();
    else {
      expect(read?.state).toBe(expected.state);
      if ('offsetMs' in expected) expect(read?.offsetMs).toBeCloseTo(expected.offsetMs ?? 0, 9);
    }
  });
});

describe('the state of the clock', () => {
  let clock: FakeClock;
  let word: SourceWord | undefined;
  let asked: number;
  let metrics: Metrics;
  let sync: ClockSync;

  beforeEach(async () => {
    clock = new FakeClock();
    word = { source: 'chrony', state: 'synchronised' };
    asked = 0;
    metrics = new Metrics();
    const ask = async () => {
      asked += 1;
      return word;
    };
    sync = new ClockSync({ clock, log: createLogger('test'), metrics, ask });
    await sync.start(new AbortController().signal);
    await Promise.resolve();
  });

  /** Lets an answer arrive. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('is what the sources say, asked about once a minute', async () => {
    await settled();
    expect(sync.state).toBe('synchronised');
    expect(sync.problem).toBeUndefined();
    word = { source: 'chrony', state: 'unsynchronised' };
    clock.advance(63_000);
    await settled();
    expect([sync.state, asked]).toEqual(['synchronised', 1]);
    clock.advance(2_000);
    await settled();
    expect([sync.state, asked]).toEqual(['unsynchronised', 2]);
    expect(sync.problem).toContain('follows no reference (chrony)');
  });

  test('is unknown where nobody keeps it', async () => {
    word = undefined;
    clock.advance(65_000);
    await settled();
    expect(sync.report).toMatchObject({ state: 'unknown', source: undefined });
    expect(sync.problem).toBeUndefined();
  });

  test.each([3_600_000, -86_400_000, 120, -100])(
    'a jump of %i ms counts at once, and for five minutes',
    async (byMs) => {
      await settled();
      const steps: ClockStep[] = [];
      sync.onStep((step) => steps.push(step));
      clock.jump(byMs);
      expect(sync.state).toBe('unsynchronised');
      expect(steps).toEqual([{ at: clock.now(), byMs }]);
      expect(sync.problem).toContain(`jumped by ${byMs} ms`);
      clock.advance(299_000);
      await settled();
      expect(sync.state).toBe('unsynchronised');
      clock.advance(2_000);
      await settled();
      expect(sync.state).toBe('synchronised');
      expect(sync.report.lastStep?.byMs).toBe(byMs);
      const text = await metrics.registry.metrics();
      expect(text).toContain(`maplebridge_clock_steps_total{direction="${byMs > 0 ? 'forward' : 'back'}"} 1`);
      expect(text).toContain(`maplebridge_clock_last_step_ms ${byMs}`);
      expect(text).toContain('maplebridge_clock_state{state="synchronised"} 1');
    },
  );

  test('what NTP slews is no jump', async () => {
    await settled();
    for (let second = 0; second < 600; second += 1) {
      clock.advance(1_000);
      clock.jump(0.5);
    }
    await settled();
    expect(sync.report).toMatchObject({ state: 'synchronised', lastStep: undefined });
  });

  test('a source that hangs is not asked twice', async () => {
    await sync.stop();
    let questions = 0;
    const ask = () => {
      questions += 1;
      return new Promise<undefined>(() => {});
    };
    const pending = new ClockSync({ clock, log: createLogger('test'), metrics: new Metrics(), ask });
    await pending.start(new AbortController().signal);
    clock.advance(600_000);
    await pending.stop();
    expect(questions).toBe(1);
    expect(pending.state).toBe('unknown');
  });

  test('stops, twice over', async () => {
    await sync.stop();
    await sync.stop();
    expect(clock.pending).toBe(0);
  });
});
