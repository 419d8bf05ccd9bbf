import { expect, test } from 'vitest';
import type { IntegrityIncident, IntegrityKind } from '../../../src/contracts/ticket-intake.ts';
import { type CaseRow, caseOf, matching, quietMs, withReport } from '../../../src/desk/integrity/case-row.ts';
import type { NodeId } from '../../../src/domain/ids.ts';

const row = (over: Partial<CaseRow> = {}): CaseRow => ({
  id: 'id',
  number: 1,
  kind: 'gap',
  node: 'edge-1',
  sender: null,
  severity: 2,
  state: 'open',
  first_at: 0,
  last_at: 0,
  count: 1,
  from_n: 5,
  to_n: 9,
  detail: '',
  ...over,
});
const incident = (kind: IntegrityKind, from?: number, to?: number): IntegrityIncident => ({
  kind,
  node: 'edge-1' as NodeId,
  alerts: from === undefined || to === undefined ? undefined : { from, to },
  detail: '',
  at: 0,
});

test.each([
  ['overlapping', incident('fork', 9, 12), true],
  ['adjacent after', incident('fork', 10, 12), true],
  ['adjacent before', incident('expired-key', 1, 4), true],
  ['just apart', incident('fork', 11, 12), false],
  ['the same kind anywhere', incident('gap', 90, 91), true],
  ['of no place in the chain', incident('bad-schema'), false],
  ['another kind whose place is not known', incident('fork'), false],
])('%s', (_what, report, joins) => {
  expect(matching([row()], report) !== undefined).toBe(joins);
});

test('an acknowledged case that was quiet for an hour calls people again, one that was not goes on', () => {
  const known = row({ state: 'acknowledged' });
  expect(withReport(known, incident('gap', 9, 12), 'd', quietMs - 1)).toMatchObject({
    state: 'acknowledged',
    to_n: 12,
  });
  expect(withReport(known, incident('gap', 9, 12), 'd', quietMs)).toMatchObject({ state: 'open', count: 2 });
});

test('a graver kind names the case, a lesser one does not', () => {
  expect(withReport(row(), incident('revoked-key', 5, 5), 'd', 1)).toMatchObject({ kind: 'revoked-key', severity: 1 });
  expect(withReport(row(), incident('expired-key', 5, 5), 'd', 1)).toMatchObject({ kind: 'gap', severity: 2 });
});

test('a case of no node says whose batches it is about', () => {
  expect(caseOf(row({ node: null, sender: 'gateway-1' }))).toMatchObject({ node: undefined, sender: 'gateway-1' });
});
