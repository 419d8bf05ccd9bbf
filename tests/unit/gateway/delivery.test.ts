import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import type { TransferBatch } from '../../../src/contracts/transfer.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { NodeId } from '../../../src/domain/ids.ts';
import { Delivery } from '../../../src/gateway/deliver/delivery.ts';
import { decodeBatch, encodeBatch } from '../../../src/gateway/transfer/batch-format.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { sha256, zeroHash } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryTicketIntake } from '../../support/memory-ticket-intake.ts';
import { tempDir } from '../../support/temp-dir.ts';

const node = 'edge-1' as NodeId;
const nodeKey = newSigningKey();
const gatewayKey = newSigningKey();
const sender = `${gatewayKey.keyId}.00000001`;
const picture = Buffer.from('picture');

let dir: Awaited<ReturnType<typeof tempDir>>;
let intake: MemoryTicketIntake;
let evidence: ContentStore;
let delivery: Delivery;

beforeEach(async () => {
  dir = await tempDir('delivery');
  intake = new MemoryTicketIntake();
  evidence = new ContentStore(dir.path);
  const keys = new NodeKeys([{ node, pem: nodeKey.publicPem() }]);
  const common = { clock: new FakeClock(), log: createLogger('test'), metrics: new Metrics() };
  delivery = new Delivery({ intake, keys, evidence: new ContentStore(join(dir.path)), ...common });
});

afterEach(() => dir.remove());

function chain(count: number, after?: Alert): Alert[] {
  const alerts: Alert[] = [];
  let last = after?.sequence;
  for (let index = 0; index < count; index += 1) {
    const place = { node, n: (last?.n ?? 0) + 1, prevHash: last?.hash ?? zeroHash };
    const alert = sealAlert(alertDraft(), place, nodeKey);
    alerts.push(alert);
    last = alert.sequence;
  }
  return alerts;
}

const line = (event: unknown) => JSON.stringify({ type: 'alert', collectedAt: 1, event });
const lineOf = (alert: Alert) => line(toAlertEvent('site-1', alert));

async function batch(number: number, lines: readonly string[]): Promise<TransferBatch> {
  const files = [{ sha256: sha256(picture), bytes: picture }];
  const sealed = await encodeBatch({ sender, number, createdAt: 2, lines, evidence: files }, gatewayKey);
  const decoded = await decodeBatch(Buffer.from(sealed.bytes), new KeyRing([gatewayKey.publicPem()]), 1e9);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.batch;
}

const kinds = () => intake.integrity.map((incident) => incident.kind);
const numbers = () => intake.taken.map(({ event }) => event.data.sequence.n);

describe('a batch', () => {
  test('becomes records with the times of their crossing, evidence first', async () => {
    const first = await batch(1, chain(2).map(lineOf));
    expect(await delivery.take(first)).toBe('taken');
    expect(numbers()).toEqual([1, 2]);
    expect(intake.taken[0]).toMatchObject({ collectedAt: 1, batchedAt: 2, batch: { number: 1, sha256: first.sha256 } });
    expect(await evidence.get(sha256(picture))).toEqual(picture);
    expect(intake.arrived.has(sha256(picture))).toBe(true);
    expect((await intake.position(sender))?.batch).toBe(1);
  });

  test('that comes again has no effect but tells of its evidence', async () => {
    const first = await batch(1, chain(2).map(lineOf));
    await delivery.take(first);
    intake.arrived.clear();
    expect(await delivery.take(first)).toBe('replayed');
    expect(numbers()).toEqual([1, 2]);
    expect(intake.duplicates).toBe(0);
    expect(intake.arrived.size).toBe(1);
  });

  test('is refused as a whole while the desk cannot take it', async () => {
    intake.down = true;
    const first = await batch(1, chain(2).map(lineOf));
    await expect(delivery.take(first)).rejects.toMatchObject({ code: 'MB_DATABASE_UNREACHABLE' });
    intake.down = false;
    await delivery.take(first);
    expect(numbers()).toEqual([1, 2]);
  });

  test('carries the other side’s incidents on', async () => {
    const incident = { kind: 'unknown-key', node, detail: 'alert 3', at: 9 };
    await delivery.take(await batch(1, [JSON.stringify({ type: 'integrity', incident })]));
    expect(intake.integrity).toEqual([incident]);
  });
});

describe('records that do not hold', () => {
  test.each<[string, (alert: Alert) => string, string]>([
    ['no JSON', () => '{', 'bad-schema'],
    ['an unknown type', () => '{"type":"other"}', 'bad-schema'],
    ['a field more', (alert) => line({ ...toAlertEvent('site-1', alert), plate: 'x' }), 'bad-schema'],
    ['changed data', (alert) => lineOf({ ...alert, severity: 4 }), 'bad-hash'],
    [
      'an envelope that says otherwise',
      (alert) => line({ ...toAlertEvent('site-1', alert), subject: 'x' }),
      'bad-schema',
    ],
    [
      'a node without key',
      (alert) =>
        lineOf(sealAlert(alertDraft(), { node: 'x' as NodeId, n: alert.sequence.n, prevHash: zeroHash }, nodeKey)),
      'unknown-key',
    ],
  ])('%s: an incident, and the rest is taken', async (_what, forge, kind) => {
    const [one, two] = chain(2) as [Alert, Alert];
    await delivery.take(await batch(1, [lineOf(one), forge(two)]));
    expect(numbers()).toEqual([1]);
    expect(kinds()).toEqual([kind]);
  });

  test('a stranger’s signature', async () => {
    const alert = sealAlert(alertDraft(), { node, n: 1, prevHash: zeroHash }, newSigningKey());
    await delivery.take(await batch(1, [lineOf(alert)]));
    expect(kinds()).toEqual(['unknown-key']);
  });
});

describe('continuity', () => {
  test('holds over batches', async () => {
    const alerts = chain(4);
    await delivery.take(await batch(1, alerts.slice(0, 2).map(lineOf)));
    await delivery.take(await batch(2, alerts.slice(2).map(lineOf)));
    expect(kinds()).toEqual([]);
  });

  test('a hole is a gap, and what follows is taken', async () => {
    const alerts = chain(5);
    await delivery.take(
      await batch(
        1,
        [alerts[0], alerts[3], alerts[4]].map((alert) => lineOf(alert as Alert)),
      ),
    );
    expect(numbers()).toEqual([1, 4, 5]);
    expect(intake.integrity).toMatchObject([{ kind: 'gap', node, detail: 'alerts 2 to 3 are missing' }]);
  });

  test('a broken link is a fork', async () => {
    const alerts = chain(1);
    const branch = chain(1, chain(1)[0]);
    await delivery.take(await batch(1, [...alerts, ...branch].map(lineOf)));
    expect(numbers()).toEqual([1, 2]);
    expect(kinds()).toEqual(['fork']);
  });

  test('a chain that starts anew is one fork, and then holds', async () => {
    await delivery.take(await batch(1, chain(3).map(lineOf)));
    const anew = chain(5);
    await delivery.take(await batch(2, anew.slice(0, 2).map(lineOf)));
    await delivery.take(await batch(3, anew.slice(2).map(lineOf)));
    expect(kinds()).toEqual(['fork']);
  });

  test('stragglers are one incident a batch', async () => {
    const alerts = chain(6);
    const order = [0, 4, 1, 2, 3, 5].map((index) => lineOf(alerts[index] as Alert));
    await delivery.take(await batch(1, order));
    expect(intake.integrity.map((incident) => incident.detail)).toEqual([
      'alerts 2 to 4 are missing',
      'alerts 2 to 4 came after alert 5: late, or a branch of the chain',
    ]);
  });

  test('the same alert in a later batch is the desk’s duplicate', async () => {
    const alerts = chain(2).map(lineOf);
    await delivery.take(await batch(1, alerts));
    await delivery.take(await batch(2, alerts.slice(1)));
    expect(numbers()).toEqual([1, 2]);
    expect(intake.duplicates).toBe(1);
    expect(kinds()).toEqual([]);
  });
});
