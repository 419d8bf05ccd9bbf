import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import type { QuarantineRequest } from '../../../src/contracts/quarantine.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { AlertRegister } from '../../../src/gateway/collect/alert-register.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const key = newSigningKey();
const graceMs = 60_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let keys: NodeKeys;
/** The running gateway's, and the command's own. */
let journal: Journal;
let other: Journal;
let register: AlertRegister;

beforeEach(async () => {
  dir = await tempDir('quarantine');
  clock = new FakeClock();
  const path = join(dir.path, 'journal.db');
  journal = new Journal({ path, clock });
  journal.open();
  other = new Journal({ path, clock });
  other.open();
  keys = new NodeKeys();
  const options = {
    site,
    keys,
    journal,
    gapGraceMs: graceMs,
    clock,
    log: createLogger('test'),
    metrics: new Metrics(),
  };
  register = new AlertRegister(options);
});

afterEach(async () => {
  register.close();
  journal.close();
  other.close();
  await dir.remove();
});

const topic = `mb/v1/${site}/${node}/alert/illegal_parking`;
const alertAfter = (before?: Alert) =>
  sealAlert(alertDraft(), { node, n: (before?.sequence.n ?? 0) + 1, prevHash: before?.sequence.hash ?? zeroHash }, key);
const payloadOf = (alert: Alert) => Buffer.from(JSON.stringify(toAlertEvent(site, alert)));
const take = (...payloads: Buffer[]) => register.take(payloads.map((payload) => ({ node, topic, payload })));
const written = () =>
  (journal.peek({ records: 100, bytes: 1e9 })?.records ?? []).map(({ line }) => {
    const record = JSON.parse(line);
    return record.type === 'alert' ? record.event.data.sequence.n : record.incident.kind;
  });
const wish: QuarantineRequest = { action: 'release', by: 'li', note: 'key configured', override: false };

/** Orders it as another process would, has it carried out, and says what came of it. */
function decide(over: Partial<QuarantineRequest> = {}, entry = other.refused.list({ limit: 1 })[0]) {
  const order = other.refused.order('m', Number(entry?.id.slice(2)), { ...wish, ...over }, clock.now());
  register.carryOut();
  return other.refused.outcome(order);
}

describe('a refused alert', () => {
  test('of an unknown key is released once the key is there, and crosses once', () => {
    const alert = alertAfter();
    take(payloadOf(alert));
    expect(decide()).toMatchObject({ kind: 'refused', detail: expect.stringContaining('configure it') });
    keys.add(node, key.publicPem());
    expect(decide()).toEqual({ kind: 'released', detail: 'alert 1 of edge-1' });
    expect(written()).toEqual(['unknown-key', 1, 'quarantine-decision']);
    expect(journal.head(node)).toEqual({ n: 1, hash: alert.sequence.hash });
    // Its node sends it again, and somebody releases it again.
    take(payloadOf(alert));
    expect(decide()).toMatchObject({ kind: 'refused', detail: 'it was released before' });
    expect(written().filter((each) => each === 1)).toHaveLength(1);
    expect(other.refused.list({ limit: 9 })).toMatchObject([
      { state: 'released', decision: { by: 'li', note: 'key configured', outcome: { kind: 'released' } } },
    ]);
  });

  test('of a revoked key takes an override, and its reason is on record', () => {
    keys.add(node, key.publicPem(), { revokedAt: clock.now() - 1 });
    take(payloadOf(alertAfter()));
    expect(decide()).toMatchObject({ kind: 'refused', detail: expect.stringContaining('--override') });
    expect(decide({ override: true, note: 'seen on the camera ourselves' })).toMatchObject({ kind: 'released' });
    const line = journal.peek({ records: 100, bytes: 1e9 })?.records.at(-1)?.line ?? '{}';
    expect(JSON.parse(line).incident).toMatchObject({ kind: 'quarantine-decision', node });
    expect(JSON.parse(line).incident.detail).toContain('by override by li: seen on the camera ourselves');
    expect(written()).toEqual(['revoked-key', 1, 'quarantine-decision']);
  });

  test('that was passed over comes late, and moves nobody back', () => {
    keys.add(node, key.publicPem(), { revokedAt: clock.now() - 1 });
    const [first, fresh] = [alertAfter(), newSigningKey()];
    take(payloadOf(first));
    clock.advance(graceMs);
    take(payloadOf(first));
    keys.add(node, fresh.publicPem());
    const second = sealAlert(alertDraft(), { node, n: 2, prevHash: first.sequence.hash }, fresh);
    take(payloadOf(second));
    expect(decide({ override: true })).toMatchObject({ kind: 'released' });
    expect(journal.head(node).n).toBe(2);
    expect(written().filter((each) => typeof each === 'number')).toEqual([2, 1]);
  });

  test.each([
    ['forged', (alert: Alert) => ({ ...alert, severity: 1 })],
    ['signed by nobody', (alert: Alert) => ({ ...alert, signature: { ...alert.signature, value: 'AAAA' } })],
    ['malformed', (alert: Alert) => ({ ...alert, extra: 1 })],
  ])('that is %s is never released, whatever is asked; discarding it says why', (_name, spoil) => {
    keys.add(node, key.publicPem());
    const event = toAlertEvent(site, alertAfter());
    take(Buffer.from(JSON.stringify({ ...event, data: spoil(event.data as Alert) })));
    const before = written();
    expect(decide({ override: true })).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('never released'),
    });
    expect(written()).toEqual(before);
    expect(other.refused.list({ limit: 9, state: 'held' })).toHaveLength(1);
    expect(decide({ action: 'discard', note: 'a test of ours' })).toMatchObject({ kind: 'discarded' });
    expect(written()).toEqual([...before, 'quarantine-decision']);
    expect(other.refused.list({ limit: 9, state: 'held' })).toEqual([]);
    expect(journal.head(node).n).toBe(0);
  });

  test('ahead of its turn waits for those before it', () => {
    const first = alertAfter();
    take(payloadOf(alertAfter(first)));
    keys.add(node, key.publicPem());
    expect(decide()).toMatchObject({ kind: 'refused', detail: expect.stringContaining('still missing') });
    take(payloadOf(first));
    expect(decide()).toMatchObject({ kind: 'released' });
    expect(written().filter((each) => typeof each === 'number')).toEqual([1, 2]);
  });

  test('that is not there, or without a reason, is refused', () => {
    take(payloadOf(alertAfter()));
    expect(decide({ note: ' ' })).toMatchObject({ kind: 'refused', detail: 'a decision needs a reason' });
    const order = other.refused.order('m', 77, wish, clock.now());
    register.carryOut();
    expect(other.refused.outcome(order)).toMatchObject({ kind: 'refused', detail: 'it is no longer in quarantine' });
  });
});

test('lists are filtered', () => {
  take(payloadOf(alertAfter()), Buffer.from('rubbish'));
  const list = (filter: object) => other.refused.list({ limit: 10, ...filter }).map(({ reason }) => reason);
  expect(list({})).toEqual(['bad-schema', 'unknown-key']);
  expect(list({ reason: 'bad-schema' })).toEqual(['bad-schema']);
  expect(list({ node: 'edge-2' })).toEqual([]);
  expect(list({ state: 'released' })).toEqual([]);
  expect(list({ limit: 1 })).toEqual(['bad-schema']);
  expect(other.refused.get(Number(other.refused.list({ limit: 1 })[0]?.id.slice(2)))?.payload.toString()).toBe(
    'rubbish',
  );
});

describe('a record that the border held back', () => {
  const hold = () => {
    keys.add(node, key.publicPem());
    take(payloadOf(alertAfter()));
    const seq = journal.peek({ records: 1, bytes: 1e9 })?.records[0]?.seq ?? 0;
    const refusal = { node, n: 1, alertId: undefined, scene: 'illegal_parking', reason: 'field details', evidence: [] };
    journal.holdBack([{ what: 'record', seq, refusal }], []);
    return other.refused.listHeldBack({ limit: 9 })[0];
  };
  const order = (over: Partial<QuarantineRequest> = {}, id = 1) => {
    const number = other.refused.order('e', id, { ...wish, ...over }, clock.now());
    register.carryOut();
    return other.refused.outcome(number);
  };

  test('goes to the border once more when it is released', () => {
    expect(hold()).toMatchObject({ id: 'e-1', node, reason: 'egress', detail: 'field details', state: 'held' });
    expect(written()).toEqual([]);
    expect(order({ note: '' })).toMatchObject({ kind: 'refused' });
    expect(order()).toMatchObject({ kind: 'released' });
    expect(written()).toEqual([1, 'quarantine-decision']);
    expect(other.refused.listHeldBack({ limit: 9 })).toEqual([]);
    expect(order()).toMatchObject({ kind: 'refused', detail: 'it is no longer in quarantine' });
  });

  test('never crosses when it is discarded', () => {
    hold();
    expect(order({ action: 'discard', note: 'not for the other side' })).toMatchObject({ kind: 'discarded' });
    expect(written()).toEqual(['quarantine-decision']);
    expect(other.refused.listHeldBack({ limit: 9 })).toEqual([]);
  });
});
