import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyHolder } from '../../src/contracts/key-rotation.ts';
import {
  noRevocations,
  type RevocationList,
  revocationText,
  withRevocation,
} from '../../src/contracts/revocation-list.ts';
import type { AlertDraft } from '../../src/domain/alert.ts';
import { TrustBook } from '../../src/gateway/trust/trust-book.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { SigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { type Broker, brokers } from '../support/brokers.ts';
import { CollectEnd, DeliverEnd, EdgeEnd, newSigningKey } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { holderNode, rotationText } from '../support/trust.ts';
import { until } from '../support/until.ts';

const gateway: KeyHolder = { kind: 'gateway' };
const dayMs = 86_400_000;

describe('over Mosquitto, keys change while alerts cross', () => {
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let broker: Broker;
  let edge: EdgeEnd;
  let collect: CollectEnd;
  let deliver: DeliverEnd;
  let books: { collect: TrustBook; deliver: TrustBook };
  const list: Record<'collect' | 'deliver', RevocationList> = { collect: noRevocations, deliver: noRevocations };

  beforeEach(async () => {
    dir = await tempDir('key-life');
    broker = await brokers[1].make();
    await broker.start();
    edge = new EdgeEnd({ dir: dir.path, url: broker.url });
    await writeFile(join(dir.path, 'edge-1.pub'), edge.key.publicPem());
    const first = newSigningKey();
    await writeFile(join(dir.path, 'gateway.pub'), first.publicPem());
    books = { collect: await book('collect'), deliver: await book('deliver') };
    const { collect: near, deliver: far } = books;
    collect = new CollectEnd({ dir: dir.path, url: broker.url, keys: near.nodeKeys, gapGraceMs: 1_200 });
    collect.key = first;
    deliver = new DeliverEnd({ dir: dir.path, inbox: collect.drop, keys: far.nodeKeys, sender: far.senderKeys });
    await edge.open();
    await collect.open();
    await deliver.open();
  });

  afterEach(async () => {
    await edge.close();
    await collect.close();
    await deliver.close();
    await books.collect.stop();
    await books.deliver.stop();
    await broker.kill();
    if (broker instanceof Mosquitto) await broker.stop();
    await dir.remove();
  });

  /** A side's own view of whom to believe, from files that change under it. */
  async function book(side: 'collect' | 'deliver'): Promise<TrustBook> {
    await mkdir(join(dir.path, side, 'rotations'), { recursive: true });
    list[side] = noRevocations;
    const file = join(dir.path, side, 'revocations.json');
    await writeFile(file, revocationText(noRevocations, undefined), { mode: 0o600 });
    const made = new TrustBook({
      nodes: [{ node: 'edge-1', publicKeyFile: join(dir.path, 'edge-1.pub') }],
      senders: side === 'deliver' ? [join(dir.path, 'gateway.pub')] : [],
      trust: { rotationsDir: join(dir.path, side, 'rotations'), revocations: { file, administratorKeyFiles: [] } },
      clock: systemClock,
      log: createLogger('test'),
      metrics: new Metrics(),
    });
    await made.start(new AbortController().signal);
    return made;
  }

  async function rotate(old: SigningKey, holder: KeyHolder, overlapMs = dayMs): Promise<SigningKey> {
    const next = newSigningKey();
    const from = Date.now() - dayMs;
    const text = rotationText({ old, next }, holder, { from, overlapUntil: Date.now() + overlapMs });
    for (const side of ['collect', 'deliver'] as const) {
      await writeFile(join(dir.path, side, 'rotations', `${old.keyId}.rotation.json`), text);
      if (holder === gateway && side === 'collect') continue;
      await until(() => books[side].keys.some(({ keyId }) => keyId === next.keyId), { what: `${side} knows the key` });
    }
    return next;
  }

  async function revoke(side: 'collect' | 'deliver', key: SigningKey, at = Date.now()): Promise<void> {
    list[side] = withRevocation(list[side], { keyId: key.keyId, at, reason: 'stolen' }, Date.now());
    await writeFile(join(dir.path, side, 'revocations.json'), revocationText(list[side], undefined));
    const isKnown = () => books[side].keys.some(({ keyId, revoked }) => keyId === key.keyId && revoked !== undefined);
    await until(isKnown, { what: `${side} knows the revocation` });
  }

  const freed = () =>
    until(() => edge.outbox.status().alerts + edge.outbox.status().evidence === 0, {
      what: 'outbox freed',
      timeoutMs: 20_000,
    });
  const kinds = () => new Set(deliver.intake.integrity.map(({ kind }) => kind));

  async function allArrived(drafts: readonly AlertDraft[]): Promise<void> {
    const { intake } = deliver;
    await until(() => intake.taken.length >= drafts.length, { what: 'all alerts', timeoutMs: 20_000 });
    await freed();
    expect(intake.taken.map(({ event }) => event.id)).toEqual(drafts.map(({ alertId }) => alertId));
    expect(intake.duplicates).toBe(0);
  }

  test('rotations of node and gateway in the middle of a stream lose, double and break nothing', async () => {
    const drafts = await edge.append(12);
    const next = await rotate(edge.key, holderNode('edge-1'));
    edge.outbox.signWith(next);
    drafts.push(...(await edge.append(12)));
    const nextGateway = await rotate(collect.key, gateway);
    await collect.close();
    collect.key = nextGateway;
    drafts.push(...(await edge.append(6)));
    await collect.open();
    await edge.close();
    edge.key = next;
    await edge.open();
    drafts.push(...(await edge.append(6)));
    await allArrived(drafts);
    expect(deliver.intake.integrity).toEqual([]);
    const signers = deliver.intake.taken.map(({ event }) => event.data.signature.keyId);
    expect(new Set(signers)).toEqual(new Set([signers[0], next.keyId]));
    expect(signers.lastIndexOf(signers[0] ?? '')).toBe(11);
  });

  test('a revoked key’s alerts become no tickets, and the node goes on with its next key', async () => {
    const before = await edge.append(3);
    await allArrived(before);
    await revoke('collect', edge.key);
    await edge.append(20);
    await until(() => collect.journal.quarantined(100).length === 20, { what: 'quarantine', timeoutMs: 20_000 });
    expect(collect.journal.quarantined(1)[0]?.reason).toMatch(/^revoked-key: alert 23 signed by/);
    const fresh = newSigningKey();
    books.collect.nodeKeys.add(edge.node, fresh.publicPem());
    books.deliver.nodeKeys.add(edge.node, fresh.publicPem());
    edge.outbox.signWith(fresh);
    const after = await edge.append(3);
    await allArrived([...before, ...after]);
    expect(kinds()).toEqual(new Set(['revoked-key', 'gap']));
  });

  test('what the gateway still let through, the far side refuses: taken in after the theft', async () => {
    const before = await edge.append(2);
    await allArrived(before);
    const theft = Date.now();
    await revoke('deliver', edge.key, theft);
    await edge.append(2);
    await until(() => deliver.intake.integrity.length >= 2, { what: 'incidents', timeoutMs: 20_000 });
    await freed();
    expect(kinds()).toEqual(new Set(['revoked-key']));
    expect(deliver.intake.integrity.map(({ node, alerts }) => [node, alerts?.from])).toEqual([
      ['edge-1', 3],
      ['edge-1', 4],
    ]);
    expect(deliver.intake.taken).toHaveLength(2);
  });

  test('after the overlap the old key speaks for nobody, and holds nothing up', async () => {
    const next = await rotate(edge.key, holderNode('edge-1'), -1);
    await edge.append(5);
    await until(() => collect.journal.quarantined(100).length === 5, { what: 'quarantine', timeoutMs: 20_000 });
    edge.outbox.signWith(next);
    const after = await edge.append(2);
    await allArrived(after);
    expect(kinds()).toEqual(new Set(['expired-key', 'gap']));
  });

  test('batches of a revoked gateway key go to quarantine', async () => {
    await revoke('deliver', collect.key);
    await edge.append(2);
    await until(() => deliver.receiver.status().quarantined > 0, { what: 'quarantine', timeoutMs: 20_000 });
    expect(kinds()).toEqual(new Set(['revoked-key']));
    expect(deliver.intake.taken).toEqual([]);
  });
});
