import { describe, expect, test } from 'vitest';
import type { CameraState } from '../../../src/domain/camera.ts';
import { CameraLife, type CameraLifeOptions } from '../../../src/edge/ingest/camera-life.ts';
import { ConnectGate } from '../../../src/edge/ingest/connect-gate.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const timing = { retryMinMs: 1_000, retryMaxMs: 8_000, unauthorizedRetryMs: 60_000, stalledAfterMs: 10_000 };
const breaker = { breakerFailures: 5, breakerPauseMs: 60_000, breakerPauseMaxMs: 200_000 };

function life(over: Partial<CameraLifeOptions> = {}) {
  const clock = new FakeClock();
  const states: CameraState[] = [];
  let tries = 0;
  const made = new CameraLife({
    timing,
    breaker,
    clock,
    random: () => 1,
    onConnect: () => {
      tries += 1;
    },
    onState: (state) => states.push(state),
    ...over,
  });
  return {
    clock,
    states,
    life: made,
    get tries() {
      return tries;
    },
    /** Waits out the wait it is in; how long that was. */
    waitOut(): number {
      const { state } = made;
      if (state.kind !== 'waiting') throw new Error(`it is ${state.kind}`);
      const ms = state.retryAt - clock.now();
      clock.advance(ms);
      return ms;
    },
  };
}

describe('the life of a camera', () => {
  test('idle → connecting → streaming → waiting → connecting, each with its facts', () => {
    const it = life();
    expect(it.life.state).toEqual({ kind: 'idle' });
    it.life.begin();
    it.life.begin();
    it.life.streaming(77);
    it.life.ended('closed-by-server', 'gone');
    it.clock.advance(1_000);
    expect(it.states).toEqual([
      { kind: 'connecting', attempt: 1 },
      { kind: 'streaming', since: 77 },
      { kind: 'waiting', reason: 'closed-by-server', detail: 'gone', attempt: 1, retryAt: expect.any(Number) },
      { kind: 'connecting', attempt: 2 },
    ]);
    expect(it.tries).toBe(2);
  });

  test('waits twice as long each time, up to the longest', () => {
    const it = life({ breaker: { ...breaker, breakerFailures: 100 } });
    it.life.begin();
    const waits = [1, 2, 3, 4, 5].map(() => {
      it.life.ended('unreachable', '');
      return it.waitOut();
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  test('a stream that lasted is a success; one that died at once is not', () => {
    const it = life();
    it.life.begin();
    for (const [lastedMs, wait] of [
      [9_999, 1_000],
      [9_999, 2_000],
      [10_000, 1_000],
    ]) {
      it.life.streaming(0);
      it.clock.advance(lastedMs ?? 0);
      it.life.ended('stalled', '');
      expect(it.waitOut()).toBe(wait);
    }
  });

  test('refused credentials wait long from the first', () => {
    const it = life();
    it.life.begin();
    it.life.ended('unauthorized', '');
    expect(it.waitOut()).toBe(90_000);
  });

  test('after many failures in a row it is tried seldom; the reason stays; one success ends that', () => {
    const it = life();
    it.life.begin();
    const waits: [number, boolean][] = [];
    for (let count = 0; count < 8; count += 1) {
      it.life.ended('unreachable', 'cannot connect');
      const open = it.life.state.kind === 'waiting' && it.life.state.breakerOpen === true;
      if (it.life.state.kind === 'waiting') expect(it.life.state.reason).toBe('unreachable');
      waits.push([it.waitOut(), open]);
    }
    expect(waits).toEqual([
      [1_000, false],
      [2_000, false],
      [4_000, false],
      [8_000, false],
      [60_000, true],
      [120_000, true],
      [200_000, true],
      [200_000, true],
    ]);
    expect(it.tries).toBe(9);
    it.life.streaming(0);
    it.clock.advance(10_000);
    it.life.ended('stalled', '');
    expect(it.life.state).not.toHaveProperty('breakerOpen');
    expect(it.waitOut()).toBe(1_000);
  });

  test('stop ends it at any point, once, and nothing comes after', () => {
    const stops = ['idle', 'connecting', 'streaming', 'waiting'].map((at) => {
      const it = life();
      if (at !== 'idle') it.life.begin();
      if (at === 'streaming') it.life.streaming(0);
      if (at === 'waiting') it.life.ended('stalled', '');
      it.life.stop();
      it.life.stop();
      it.life.begin();
      it.life.streaming(0);
      it.life.ended('stalled', '');
      it.clock.advance(1e6);
      expect(it.clock.pending).toBe(0);
      return it.states.filter(({ kind }) => kind === 'stopped').length + (it.states.at(-1)?.kind === 'stopped' ? 0 : 9);
    });
    expect(stops).toEqual([1, 1, 1, 1]);
  });

  test('waits for its turn at the gate, and gives it back when it streams, fails or stops', () => {
    const clock = new FakeClock();
    const gate = new ConnectGate({ clock, perSecond: 1_000, atOnce: 1 });
    const [a, b, c] = [life({ clock, gate }), life({ clock, gate }), life({ clock, gate })];
    for (const it of [a, b, c]) it.life.begin();
    expect([a, b, c].map((it) => it.life.state.kind)).toEqual(['connecting', 'queued', 'queued']);
    a.life.streaming(0);
    clock.advance(1);
    expect(b.life.state).toEqual({ kind: 'connecting', attempt: 1 });
    b.life.ended('unreachable', '');
    clock.advance(1);
    expect(c.life.state.kind).toBe('connecting');
    c.life.stop();
    expect(gate.counts).toMatchObject({ waiting: 0, underWay: 0 });
    clock.advance(1_000);
    expect(b.life.state).toEqual({ kind: 'connecting', attempt: 2 });
  });

  test('one that is stopped in the queue is not connected', () => {
    const clock = new FakeClock();
    const gate = new ConnectGate({ clock, perSecond: 1, atOnce: 100 });
    const [a, b] = [life({ clock, gate }), life({ clock, gate })];
    a.life.begin();
    clock.advance(1);
    b.life.begin();
    expect(b.life.state.kind).toBe('queued');
    b.life.stop();
    clock.advance(5_000);
    expect([b.tries, b.life.state.kind]).toEqual([0, 'stopped']);
  });
});
