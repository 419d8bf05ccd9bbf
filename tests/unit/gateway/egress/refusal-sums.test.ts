import { expect, test } from 'vitest';
import type { RecordRefusal } from '../../../../src/contracts/transfer.ts';
import type { NodeId } from '../../../../src/domain/ids.ts';
import { RefusalSums } from '../../../../src/gateway/transfer/egress/refusal-sums.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const refusal = (n: number, reason = 'field'): RecordRefusal => ({
  ...{ node: 'edge-1' as NodeId, n, alertId: undefined, scene: 'fire_smoke', reason, evidence: [] },
});
const minute = 60_000;

test('the first of a matter is told at once, the rest of its minute in one sum with what comes next', () => {
  const clock = new FakeClock();
  const sums = new RefusalSums({ clock });
  const tell = (...refusals: RecordRefusal[]) => {
    const { told, settle } = sums.add(refusals);
    settle();
    return told.map(({ count, numbers, reason }) => `${count} ${numbers?.from}–${numbers?.to} ${reason}`);
  };
  expect(tell(refusal(1), refusal(2))).toEqual(['2 1–2 field']);
  clock.advance(minute / 2);
  expect(tell(refusal(3))).toEqual([]);
  expect(tell(refusal(4), refusal(5, 'other'))).toEqual(['1 5–5 other']);
  clock.advance(minute / 2);
  // Also when what comes next is not refused.
  expect(tell()).toEqual(['2 3–4 field']);
  clock.advance(2 * minute);
  expect(tell()).toEqual([]);
  expect(tell(refusal(9))).toEqual(['1 9–9 field']);
});

test('what was not written is told again', () => {
  const sums = new RefusalSums({ clock: new FakeClock() });
  expect(sums.add([refusal(1)]).told).toHaveLength(1);
  expect(sums.add([refusal(1)]).told).toMatchObject([{ count: 1 }]);
});
