import { expect, test } from 'vitest';
import { CircuitBreaker } from '../../../src/lib/circuit-breaker.ts';

const breaker = () => new CircuitBreaker({ failures: 3, pauseMs: 1_000, pauseMaxMs: 5_000, random: () => 1 });

test('opens after so many failures in a row, and not before', () => {
  const one = breaker();
  expect([one.failed(), one.failed()]).toEqual([0, 0]);
  one.succeeded();
  expect([one.failed(), one.failed(), one.state]).toEqual([0, 0, 'closed']);
  expect([one.failed(), one.state]).toEqual([1_000, 'open']);
});

test('lets one probe through; each that fails doubles the rest up to the longest', () => {
  const one = breaker();
  for (let count = 0; count < 3; count += 1) one.failed();
  const rests: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    one.trying();
    expect(one.state).toBe('half-open');
    rests.push(one.failed());
    expect(one.state).toBe('open');
  }
  expect(rests).toEqual([2_000, 4_000, 5_000, 5_000]);
});

test('a probe that succeeds closes it, and the next rest is the first again', () => {
  const one = breaker();
  for (let count = 0; count < 4; count += 1) one.failed();
  one.trying();
  one.succeeded();
  expect(one.state).toBe('closed');
  expect([one.failed(), one.failed(), one.failed()]).toEqual([0, 0, 1_000]);
});

test('rests are spread over the last quarter', () => {
  const rest = (random: number) =>
    new CircuitBreaker({ failures: 1, pauseMs: 1_000, pauseMaxMs: 1_000, random: () => random }).failed();
  expect([rest(0), rest(0.5)]).toEqual([750, 875]);
});
