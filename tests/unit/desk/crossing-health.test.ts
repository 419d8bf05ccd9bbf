import { expect, test } from 'vitest';
import type { TransferStall } from '../../../src/contracts/transfer.ts';
import { crossingHealth } from '../../../src/desk/crossing/crossing-health.ts';

const status = (...stalls: TransferStall[]) => ({ taken: 9, quarantined: 2, gaps: {}, stalls });
const stall = (forMs: number): TransferStall => ({ sender: 'a.1', number: 7, reason: 'gap', forMs });

test('a sender that waits for a minute is a stalled crossing, and is named; a short wait is only named', () => {
  expect(crossingHealth(status())).toEqual({ state: 'up', quarantined: 2, stalls: [] });
  expect(crossingHealth(status(stall(59_999)))).toMatchObject({ state: 'up', stalls: [{ number: 7 }] });
  expect(crossingHealth(status(stall(0), stall(60_000)))).toMatchObject({ state: 'stalled' });
});
