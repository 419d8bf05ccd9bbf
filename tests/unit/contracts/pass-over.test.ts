import { expect, test } from 'vitest';
import { passOverSchema } from '../../../src/contracts/transfer-documents.ts';

test.each([
  [[[2, 100_001]], true],
  [[[2, 100_002]], false],
  [
    [
      [2, 60_000],
      [70_000, 120_000],
    ],
    false,
  ],
  [[[5, 999_999_999_999]], false],
])('a decision to go on without batches %j: believed %s', (batches, isBelieved) => {
  const decision = {
    ...{ kind: 'pass-over', format: 1, sender: '0123456789abcdef.01234567', batches },
    ...{ operator: '王建国', reason: 'disk replaced', at: 1 },
  };
  const result = passOverSchema.safeParse(decision);
  expect(result.success).toBe(isBelieved);
  if (!isBelieved) expect(result.error?.issues[0]?.message).toMatch(/more than 100000 batches/);
});
