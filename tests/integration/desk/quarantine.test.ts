import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlertEvent } from '../../../src/contracts/alert-event.ts';
import type { AuditReport, TicketSummary } from '../../../src/contracts/desk-api.ts';
import type { QuarantineEntry } from '../../../src/contracts/quarantine.ts';
import { deliverConfig } from '../../../src/gateway/deliver/config.ts';
import { DeliverGateway } from '../../../src/gateway/deliver-gateway.ts';
import { encodeBatch } from '../../../src/gateway/transfer/batch-format.ts';
import { batchName } from '../../../src/gateway/transfer/batch-name.ts';
import { transferReceiveConfig } from '../../../src/gateway/transfer/config.ts';
import { TrustBook } from '../../../src/gateway/trust/trust-book.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { deskStacks, type RunningStack } from '../../support/desk-stacks.ts';
import { until } from '../../support/until.ts';

const gatewayKey = newSigningKey();
const strangerKey = newSigningKey();
const sender = `${gatewayKey.keyId}.00000001`;
const because = { note: 'the key was configured today' };

let stack: RunningStack | undefined;
let desk: DeskUnderTest;
let gateway: DeliverGateway | undefined;
let batches = 0;

beforeAll(async () => {
  stack = await deskStacks.at(-1)?.start();
  desk = await DeskUnderTest.create(stack?.config ?? {});
  for (const [name, key] of Object.entries({ node: desk.chain.key, gateway: gatewayKey, stranger: strangerKey })) {
    await writeFile(join(desk.dir, `${name}.pub`), key.publicPem());
  }
  await mkdir(inbox(), { recursive: true });
  desk.quarantineGate = () => gateway?.quarantine;
  await desk.start();
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await desk.remove();
  await stack?.remove();
});

const inbox = () => join(desk.dir, 'inbox');

/** The gateway anew, trusting these keys. */
async function deliver(nodeKey: 'node' | 'stranger', senderKey: 'gateway' | 'stranger' = 'gateway'): Promise<void> {
  await gateway?.stop();
  const transfer = transferReceiveConfig.parse({
    senderKeyFiles: [join(desk.dir, `${senderKey}.pub`)],
    inboxDir: inbox(),
    archiveDir: join(desk.dir, 'archive'),
    quarantineDir: join(desk.dir, 'quarantine'),
    pollMs: 20,
    settleMs: 0,
  });
  const { nodes, trust: trustOptions } = deliverConfig.parse({
    nodes: [{ node: desk.chain.node, publicKeyFile: join(desk.dir, `${nodeKey}.pub`) }],
  });
  const senders = [join(desk.dir, `${senderKey}.pub`)];
  const around = { clock: systemClock, log: createLogger('deliver'), metrics: new Metrics() };
  const trust = new TrustBook({ ...around, nodes, senders, trust: trustOptions });
  trust.load();
  gateway = new DeliverGateway({
    ...around,
    trust,
    transfer,
    evidence: desk.evidence,
    intake: desk.desk.intake,
    ledger: desk.desk.ledger,
  });
  await gateway.start(new AbortController().signal);
}

/** Puts a batch of these records into the inbox. */
async function send(...events: unknown[]): Promise<void> {
  batches += 1;
  const lines = events.map((event) => JSON.stringify({ type: 'alert', collectedAt: Date.now(), event }));
  const batch = { sender, number: batches, createdAt: Date.now(), lines, evidence: [] };
  const sealed = await encodeBatch(batch, gatewayKey);
  await writeFile(join(inbox(), batchName(sender, batches)), sealed.bytes);
}

const held = async (filter = 'state=held'): Promise<QuarantineEntry[]> =>
  (await desk.call(`/api/quarantine?${filter}`, { role: 'auditor' })).body;
const tickets = async (): Promise<TicketSummary[]> => (await desk.call('/api/tickets', { role: 'auditor' })).body;
const decide = (id: string, action: string, body: unknown = because, role: 'auditor' | 'responder' = 'auditor') =>
  desk.call(`/api/quarantine/${id}/${action}`, { role, body });
const untilHeld = (count: number) =>
  until(async () => ((await held()).length === count ? held() : undefined), { what: `${count} to be held` });
const nothing = () => until(async () => (await held()).length === 0, { what: 'an empty quarantine' });

describe('what was refused on the government side', () => {
  test('a record under a key that is missing is released once the key is there: one ticket, and who let it', async () => {
    await deliver('stranger');
    const event = desk.chain.event({ observedAt: Date.now() });
    await send(event);
    const [entry] = await untilHeld(1);
    const id = entry?.id ?? '';
    expect(entry).toMatchObject({ what: 'record', reason: 'unknown-key', source: `batch 1 of ${sender}` });
    expect(await tickets()).toEqual([]);
    expect((await desk.call(`/api/quarantine/${id}`, { role: 'auditor' })).body.payload).toContain(event.id);

    expect(await decide(id, 'release')).toMatchObject({ status: 409, body: { code: 'MB_QUARANTINE_REFUSED' } });
    expect(await decide(id, 'release', { note: 'no' })).toMatchObject({ status: 400 });
    expect(await decide(id, 'release', because, 'responder')).toMatchObject({ status: 403 });
    expect(await desk.call('/api/quarantine')).toMatchObject({ status: 401 });
    expect(await tickets()).toEqual([]);

    await deliver('node');
    expect(await decide(id, 'release')).toMatchObject({ status: 200, body: { outcome: 'released' } });
    expect(await tickets()).toHaveLength(1);
    expect(await decide(id, 'release')).toMatchObject({ status: 409 });
    // Its node sends it once more, under the key that is known now.
    await send(event);
    await until(async () => (await desk.desk.intake.position(sender))?.batch === 2, { what: 'batch 2' });
    expect(await tickets()).toHaveLength(1);
    expect(await held('state=released')).toMatchObject([
      { id, decision: { action: 'release', by: 'auditor', note: because.note } },
    ]);
    const [ticket] = await tickets();
    await desk.untilState(ticket?.id ?? '', 'DISPATCHED');
  });

  test.each([
    ['forged', (event: AlertEvent) => ({ ...event, data: { ...event.data, severity: 1 } })],
    ['malformed', (event: AlertEvent) => ({ ...event, surplus: 1 })],
  ])('what is %s is never released, and can be discarded', async (_name, spoil) => {
    const before = (await tickets()).length;
    await send(spoil(desk.chain.event({ observedAt: Date.now() })));
    const [entry] = await untilHeld(1);
    const id = entry?.id ?? '';
    const answer = await decide(id, 'release', { ...because, override: true });
    expect(answer).toMatchObject({ status: 409, body: { message: expect.stringContaining('never released') } });
    expect(await decide(id, 'discard')).toMatchObject({ status: 200, body: { outcome: 'discarded' } });
    await nothing();
    expect(await tickets()).toHaveLength(before);
  });

  test('a batch file of an unknown sender goes back into the inbox once its key is there', async () => {
    await deliver('node', 'stranger');
    const before = (await tickets()).length;
    await send(desk.chain.event({ observedAt: Date.now() }));
    const [entry] = await untilHeld(1);
    const id = entry?.id ?? '';
    expect(entry).toMatchObject({ what: 'batch-file', reason: 'unknown-key', source: batchName(sender, batches) });
    expect((await desk.call(`/api/quarantine/${id}`, { role: 'auditor' })).body.payload).toContain(
      'maplebridge-batch 1',
    );
    expect(await decide(id, 'release')).toMatchObject({ status: 409 });
    await deliver('node');
    expect(await decide(id, 'release')).toMatchObject({ status: 200, body: { outcome: 'released' } });
    await until(async () => (await tickets()).length === before + 1, { what: 'its ticket' });
    expect(await readdir(join(desk.dir, 'quarantine'))).toEqual([]);
  });

  test('a damaged batch file is only discarded', async () => {
    batches += 1;
    await writeFile(join(inbox(), batchName(sender, batches)), 'maplebridge-batch 1\nrubbish\n');
    const [entry] = await untilHeld(1);
    expect(await decide(entry?.id ?? '', 'release')).toMatchObject({ status: 409 });
    expect(await decide(entry?.id ?? '', 'discard')).toMatchObject({ status: 200 });
    await nothing();
    expect(await decide(entry?.id ?? '', 'discard')).toMatchObject({ status: 404 });
    expect(await decide('f-..%2F..%2Fx', 'discard')).toMatchObject({ status: 400 });
  });

  test('the log holds with all of it', async () => {
    const report: AuditReport = (await desk.call('/api/audit/verify', { role: 'admin' })).body;
    expect(report).toMatchObject({ verified: true, problems: [] });
  });
});
