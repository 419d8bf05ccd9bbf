import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toAlertEvent } from '../../../../src/contracts/alert-event.ts';
import { sealAlert } from '../../../../src/contracts/seal.ts';
import type { SealedBatch, TransferBatch, TransferRecord } from '../../../../src/contracts/transfer.ts';
import type { AlertDraft } from '../../../../src/domain/alert.ts';
import type { NodeId, Sha256 } from '../../../../src/domain/ids.ts';
import { Journal } from '../../../../src/gateway/collect/journal.ts';
import { decodeBatch } from '../../../../src/gateway/transfer/batch-format.ts';
import { Batcher } from '../../../../src/gateway/transfer/batcher.ts';
import { PolicySource, shippedPolicyFile } from '../../../../src/gateway/transfer/egress/policy-source.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { ContentStore } from '../../../../src/lib/content-store.ts';
import { zeroHash } from '../../../../src/lib/hash.ts';
import { KeyRing } from '../../../../src/lib/keys.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from '../../../support/alert-draft.ts';
import { newSigningKey } from '../../../support/crossing.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

const key = newSigningKey();
const keys = new KeyRing([key.publicPem()]);
const log = createLogger('test');

let dir: Awaited<ReturnType<typeof tempDir>>;
let policyFile: string;
let journal: Journal;
let evidence: ContentStore;
let metrics: Metrics;
let batcher: Batcher;
let sent: SealedBatch[];
let written: number;

beforeEach(async () => {
  dir = await tempDir('border');
  policyFile = join(dir.path, 'egress.yaml');
  await copyFile(shippedPolicyFile, policyFile);
  journal = new Journal({ path: join(dir.path, 'journal.db'), clock: systemClock });
  journal.open();
  evidence = new ContentStore(join(dir.path, 'evidence'));
  metrics = new Metrics();
  sent = [];
  written = 0;
  batcher = new Batcher({
    source: journal,
    sender: { start: async () => {}, stop: async () => {}, send: async (batch) => void sent.push(batch) },
    key,
    evidence,
    spoolDir: join(dir.path, 'spool'),
    maxAgeMs: 0,
    egress: new PolicySource({ file: policyFile, log, metrics }),
    clock: systemClock,
    log,
    metrics,
  });
});

afterEach(async () => {
  await batcher.stop();
  journal.close();
  await dir.remove();
});

/** Alerts as the collector writes them, with their evidence there already. */
function collect(...drafts: AlertDraft[]): void {
  journal.transaction(() => {
    for (const draft of drafts) {
      written += 1;
      const alert = sealAlert(draft, { node: 'edge-1' as NodeId, n: written, prevHash: zeroHash }, key);
      journal.addAlert(JSON.parse(JSON.stringify(toAlertEvent('site-1', alert))), systemClock.now());
      for (const file of draft.evidence) journal.evidenceStored(file.sha256, file.bytes);
    }
  });
  journal.announce();
}

async function crossed(): Promise<{ records: TransferRecord[]; files: Sha256[]; text: string }> {
  const batches: TransferBatch[] = [];
  for (const batch of sent) {
    const decoded = await decodeBatch(Buffer.from(batch.bytes), keys, 1e9);
    if (!decoded.ok) throw new Error(decoded.detail);
    batches.push(decoded.batch);
  }
  const lines = batches.flatMap((batch) => batch.lines);
  const files = batches.flatMap((batch) => batch.evidence.map((file) => file.sha256));
  return { records: lines.map((line) => JSON.parse(line)), files, text: lines.join('\n') };
}

const ids = (records: readonly TransferRecord[]) =>
  records.map((each) => (each.type === 'alert' ? each.event.id : each.incident.kind));
const start = () => batcher.start(new AbortController().signal);
const crossedBatches = (count: number) => until(() => sent.length >= count, { what: `${count} batches` });
const metric = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];

const wrong = (over: Partial<AlertDraft> = {}) => alertDraft({ details: { count: 4711 }, ...over });

test('an alert with a field of another scene stays, with its evidence; the others cross', async () => {
  const good = alertDraft();
  const bad = wrong({ evidence: [await storedEvidence(evidence)] });
  collect(good, bad);
  await start();
  await crossedBatches(1);
  const { records, files, text } = await crossed();
  expect(ids(records)).toEqual([good.alertId, 'egress-refused']);
  expect(records[1]).toMatchObject({
    incident: {
      node: 'edge-1',
      detail: '1 of alerts 2–2 refused at the border, scene illegal_parking: fields not on the list: details.count',
    },
  });
  expect(text).not.toContain('4711');
  expect(files).toEqual([]);
  expect(journal.egress.list(10)).toMatchObject([
    { node: 'edge-1', n: 2, alertId: bad.alertId, scene: 'illegal_parking' },
  ]);
  expect(await metric('maplebridge_egress_fields_refused_total')).toMatchObject([
    { labels: { scene: 'illegal_parking', field: 'details.count' }, value: 1 },
  ]);
  for (const { sha256 } of bad.evidence) expect(await evidence.has(sha256)).toBe(true);
});

test('many refusals of one kind are one incident', async () => {
  collect(...Array.from({ length: 30 }, () => wrong()));
  await start();
  await crossedBatches(1);
  const { records } = await crossed();
  expect(records).toMatchObject([
    { type: 'integrity', incident: { detail: expect.stringMatching(/^30 of alerts 1–30/) } },
  ]);
  expect(journal.egress.count).toBe(30);
});

test('a refused alert is let go with its evidence once the policy allows it', async () => {
  const bad = wrong({ evidence: [await storedEvidence(evidence)] });
  collect(bad);
  await start();
  await crossedBatches(1);
  const [held] = journal.egress.list(1);
  // Too early: judged by the policy of the day, it comes back.
  journal.transaction(() => journal.egress.release([held?.id ?? 0]));
  journal.announce();
  await until(() => journal.egress.count === 1, { what: 'the second refusal' });
  const policy = await readFile(policyFile, 'utf8');
  await writeFile(policyFile, policy.replace('[details.driftShare]', '[details.driftShare, details.count]'));
  journal.transaction(() => journal.egress.release(journal.egress.list(10).map(({ id }) => id)));
  journal.announce();
  await crossedBatches(2);
  const { records, files } = await crossed();
  expect(ids(records)).toEqual(['egress-refused', bad.alertId]);
  expect(files).toEqual(bad.evidence.map((file) => file.sha256));
  expect(journal.egress.count).toBe(0);
});

test('evidence without the node’s word that it was blurred stays, and its alert says so', async () => {
  const blurred = await storedEvidence(evidence);
  const { redaction: _none, ...bare } = await storedEvidence(evidence);
  collect(alertDraft({ evidence: [blurred, bare] }));
  await start();
  await crossedBatches(1);
  const { records, files } = await crossed();
  expect(records).toMatchObject([{ withheld: [{ sha256: bare.sha256, reason: 'not-redacted' }] }]);
  expect(files).toEqual([blurred.sha256]);
  expect(await evidence.has(bare.sha256)).toBe(false);
  expect(journal.evidenceState(bare.sha256)).toBe('damaged');
  expect(await metric('maplebridge_egress_evidence_withheld_total')).toMatchObject([
    { labels: { scene: 'illegal_parking', kind: 'trigger', reason: 'not-redacted' }, value: 1 },
  ]);
});

test('evidence that comes after its alert, and may not cross, is not asked for', async () => {
  const { redaction: _none, ...bare } = await storedEvidence(evidence);
  journal.transaction(() => {
    const alert = sealAlert(
      alertDraft({ evidence: [bare] }),
      { node: 'edge-1' as NodeId, n: 1, prevHash: zeroHash },
      key,
    );
    journal.addAlert(JSON.parse(JSON.stringify(toAlertEvent('site-1', alert))), systemClock.now());
  });
  await start();
  await crossedBatches(1);
  expect(journal.evidenceState(bare.sha256)).toBe('damaged');
  journal.evidenceStored(bare.sha256, bare.bytes);
  collect(alertDraft());
  await crossedBatches(2);
  expect((await crossed()).files).toEqual([]);
});

test('what another branch’s alert of a known id names does not cross unseen', async () => {
  const first = alertDraft();
  const stranger = await storedEvidence(evidence);
  collect(first, { ...first, evidence: [stranger] });
  await start();
  await crossedBatches(1);
  expect((await crossed()).files).toEqual([]);
});

test('without a policy nothing crosses; with one again, everything does', async () => {
  await rm(policyFile);
  const draft = alertDraft();
  collect(draft);
  await start();
  await until(async () => (await metric('maplebridge_egress_open'))[0]?.value === 0, { what: 'a closed border' });
  await expect(batcher.resend([[1, 1]])).rejects.toMatchObject({ code: 'MB_EGRESS_CLOSED' });
  expect(sent).toEqual([]);
  await copyFile(shippedPolicyFile, policyFile);
  await crossedBatches(1);
  expect(ids((await crossed()).records)).toEqual([draft.alertId]);
});
