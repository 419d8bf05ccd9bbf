import { describe, expect, test } from 'vitest';
import { ConnectGate, type ConnectTurn } from '../../../src/edge/ingest/connect-gate.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function gateWith(perSecond: number, atOnce: number) {
  const clock = new FakeClock();
  return { clock, gate: new ConnectGate({ clock, perSecond, atOnce }) };
}

describe('the connect gate', () => {
  test('spreads 1,200 cameras that start together over the time the pace asks for', () => {
    const { clock, gate } = gateWith(100, 10_000);
    const at: number[] = [];
    for (let camera = 0; camera < 1200; camera += 1) gate.enter(() => at.push(clock.monotonic()));
    clock.advance(11_980);
    expect(at).toHaveLength(1199);
    clock.advance(20);
    expect(at).toHaveLength(1200);
    const perSecond = Array.from({ length: 12 }, (_, second) => at.filter((ms) => Math.floor(ms / 1000) === second));
    expect(Math.max(...perSecond.map((each) => each.length))).toBe(100);
  });

  test('lets no more be under way at once than it may', () => {
    const { clock, gate } = gateWith(1_000, 5);
    const turns: ConnectTurn[] = [];
    for (let camera = 0; camera < 20; camera += 1) turns.push(gate.enter(() => undefined));
    clock.advance(500);
    expect(gate.counts).toEqual({ waiting: 15, underWay: 5, granted: 5 });
    turns[0]?.release();
    turns[0]?.release();
    clock.advance(10);
    expect(gate.counts).toEqual({ waiting: 14, underWay: 5, granted: 6 });
  });

  test('a try that takes long holds up nobody for longer than a second', () => {
    const { clock, gate } = gateWith(1_000, 5);
    const turns = Array.from({ length: 20 }, () => gate.enter(() => undefined));
    clock.advance(3_100);
    expect(gate.counts).toEqual({ waiting: 0, underWay: 5, granted: 20 });
    for (const turn of turns) turn.release();
    expect(gate.counts.underWay).toBe(0);
    clock.advance(5_000);
    expect(gate.counts.underWay).toBe(0);
  });

  test('is fair: a camera that fails at once and asks again does not pass one that waits', () => {
    const { clock, gate } = gateWith(100, 1);
    const order: string[] = [];
    const failing = () => {
      const turn: ConnectTurn = gate.enter(() => {
        order.push('failing');
        clock.after(1, () => {
          turn.release();
          failing();
        });
      });
    };
    failing();
    for (const name of ['a', 'b', 'c']) {
      const turn: ConnectTurn = gate.enter(() => {
        order.push(name);
        clock.after(1, () => turn.release());
      });
    }
    clock.advance(45);
    expect(order.slice(0, 5)).toEqual(['failing', 'a', 'b', 'c', 'failing']);
  });

  test('one that gives up while it waits takes nobody’s turn', () => {
    const { clock, gate } = gateWith(10, 100);
    const granted: number[] = [];
    const turns = Array.from({ length: 5 }, (_, index) => gate.enter(() => granted.push(index)));
    turns[2]?.release();
    expect(gate.counts.waiting).toBe(3);
    clock.advance(1_000);
    expect(granted).toEqual([0, 1, 3, 4]);
    for (const turn of turns) turn.release();
    expect(gate.counts).toEqual({ waiting: 0, underWay: 0, granted: 4 });
    expect(clock.pending).toBe(0);
  });

  test('a late timer does not let the missed ones through in a bunch', () => {
    const { clock, gate } = gateWith(10, 100);
    gate.enter(() => undefined);
    clock.advance(10_000);
    const at: number[] = [];
    for (let camera = 0; camera < 4; camera += 1) gate.enter(() => at.push(clock.monotonic() - 10_000));
    clock.advance(1_000);
    expect(at).toEqual([0, 0, 100, 200]);
  });
});
