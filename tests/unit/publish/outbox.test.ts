import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alertEventSchema, toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { CameraId, NodeId, SiteId } from '../../../src/domain/ids.ts';
import { type AppendResult, Outbox, type OutboxOptions } from '../../../src/edge/publish/outbox.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { SigningKey } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from '../../support/alert-draft.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const key = new SigningKey(generateKeyPairSync('ed25519').privateKey);

let dir: Awaited<ReturnType<typeof tempDir>>;
let evidence: ContentStore;
let clock: FakeClock;
let outbox: Outbox;

function open(over: Partial<OutboxOptions> = {}): Outbox {
  const opened = new Outbox({
    path: join(dir.path, 'outbox.db'),
    site,
    node,
    key,
    maxBytes: 100_000_000,
    evidence,
    clock,
    log: createLogger('test'),
    metrics: new Metrics(),
    ...over,
  });
  opened.open();
  return opened;
}

function stored(result: AppendResult): Alert {
  if (!result.stored) throw new Error('not stored');
  return result.alert;
}

beforeEach(async () => {
  dir = await tempDir('outbox');
  evidence = new ContentStore(join(dir.path, 'evidence'));
  clock = new FakeClock();
  outbox = open();
});

afterEach(async () => {
  await outbox.close();
  await dir.remove();
});

describe('chain', () => {
  test('numbers from 1, links each to the one before, and every seal holds', () => {
    const alerts = [1, 2, 3].map(() => stored(outbox.append(alertDraft())));
    expect(alerts.map((alert) => alert.sequence.n)).toEqual([1, 2, 3]);
    expect(alerts[0]?.sequence.prevHash).toBe(zeroHash);
    expect(alerts[1]?.sequence.prevHash).toBe(alerts[0]?.sequence.hash);
    expect(alerts[2]?.sequence.prevHash).toBe(alerts[1]?.sequence.hash);
    const keys = new NodeKeys([{ node, pem: key.publicPem() }]);
    for (const alert of outbox.alertsAfter(0, 10)) expect(keys.check(alert)).toBe('valid');
  });

  test('what is stored passes the contract as an event, with the outbox among its hops', () => {
    const alert = stored(outbox.append(alertDraft()));
    const event = JSON.parse(JSON.stringify(toAlertEvent(site, alert)));
    expect(alertEventSchema.parse(event).data.trace.hops.at(-1)).toEqual({ stage: 'outbox', at: clock.now() });
  });

  test('goes on where it was after a restart, even when every row is freed', async () => {
    const second = [1, 2].map(() => stored(outbox.append(alertDraft())))[1];
    outbox.acknowledge({ n: 2, evidence: [] });
    await outbox.close();
    outbox = open();
    expect(outbox.alertsAfter(0, 10)).toEqual([]);
    expect(stored(outbox.append(alertDraft())).sequence).toMatchObject({ n: 3, prevHash: second?.sequence.hash });
  });

  test('refuses a file that belongs to another node', async () => {
    await outbox.close();
    expect(() => open({ node: 'edge-2' as NodeId })).toThrow(/belongs to site-1\/edge-1/);
    outbox = open();
  });

  test('a draft without a canonical form is lost by itself and blocks nobody', () => {
    expect(outbox.append(alertDraft({ observedAt: Number.NaN }))).toMatchObject({ stored: false, refused: true });
    expect(outbox.append(alertDraft()).stored).toBe(true);
  });
});

describe('acknowledgement', () => {
  test('frees alerts up to its number and the files it names', async () => {
    const file = await storedEvidence(evidence);
    const other = await storedEvidence(evidence);
    outbox.append(alertDraft({ evidence: [file, other] }));
    outbox.append(alertDraft());
    expect(outbox.acknowledge({ n: 1, evidence: [file.sha256] })).toBe('progress');
    expect(outbox.alertsAfter(0, 10).map((alert) => alert.sequence.n)).toEqual([2]);
    expect(outbox.evidenceUpTo(9, 10).map((each) => each.sha256)).toEqual([other.sha256]);
    await until(async () => !(await evidence.has(file.sha256)), { what: 'file removed' });
    expect(await evidence.has(other.sha256)).toBe(true);
    expect(outbox.status()).toMatchObject({ alerts: 1, evidence: 1, inMemory: 0, problems: [] });
  });

  test('an old one is nothing new, and one beyond the end frees nothing', () => {
    outbox.append(alertDraft());
    outbox.append(alertDraft());
    outbox.acknowledge({ n: 1, evidence: [] });
    expect(outbox.acknowledge({ n: 1, evidence: [] })).toBe('nothing-new');
    expect(outbox.acknowledge({ n: 3, evidence: [] })).toBe('ignored');
    expect(outbox.alertsAfter(0, 10)).toHaveLength(1);
  });

  test('one for another alert of the same number frees nothing: this node was set up anew', () => {
    const first = stored(outbox.append(alertDraft()));
    outbox.append(alertDraft());
    expect(outbox.acknowledge({ n: 1, hash: zeroHash, evidence: [] })).toBe('nothing-new');
    expect(outbox.alertsAfter(0, 10)).toHaveLength(2);
    expect(outbox.acknowledge({ n: 1, hash: first.sequence.hash, evidence: [] })).toBe('progress');
    expect(outbox.alertsAfter(0, 10)).toHaveLength(1);
  });

  test('a picture the gateway has is not sent again for a later alert', async () => {
    const file = await storedEvidence(evidence);
    outbox.append(alertDraft({ evidence: [file] }));
    outbox.acknowledge({ n: 1, evidence: [file.sha256] });
    outbox.append(alertDraft({ evidence: [{ ...file, kind: 'start' }] }));
    expect(outbox.evidenceUpTo(9, 10)).toEqual([]);
  });
});

describe('when space runs out', () => {
  test('clips go first, then stills, the oldest first; alerts stay', async () => {
    await outbox.close();
    outbox = open({ maxBytes: 400_000 });
    const still = await storedEvidence(evidence, { bytes: 100_000 });
    const clip = await storedEvidence(evidence, { kind: 'clip', bytes: 100_000 });
    const laterClip = await storedEvidence(evidence, { kind: 'clip', bytes: 100_000 });
    outbox.append(alertDraft({ evidence: [still] }));
    outbox.append(alertDraft({ evidence: [clip] }));
    outbox.append(alertDraft({ evidence: [laterClip] }));
    const waiting = () => outbox.evidenceUpTo(99, 99).map((file) => file.sha256);
    expect(waiting()).toEqual([still.sha256, clip.sha256, laterClip.sha256]);

    const order: string[][] = [];
    for (let count = 0; count < 3; count += 1) {
      const next = await storedEvidence(evidence, { bytes: 90_000 });
      outbox.append(alertDraft({ evidence: [next] }));
      order.push(waiting().filter((hash) => [still.sha256, clip.sha256, laterClip.sha256].includes(hash as never)));
    }
    expect(order).toEqual([[still.sha256, laterClip.sha256], [still.sha256], []]);
    expect(outbox.alertsAfter(0, 99)).toHaveLength(6);
    expect(outbox.status().problems).toContain('evidence_shed');
    expect(outbox.status().bytes).toBeLessThanOrEqual(400_000);
    await until(async () => !(await evidence.has(clip.sha256)), { what: 'clip removed' });
  });

  test('on a full disk alerts wait in memory, in order, and are stored once there is room', async () => {
    await outbox.close();
    // Real SQLITE_FULL: 16 pages.
    outbox = open({ maxBytes: 65_536 });
    const drafts = Array.from({ length: 60 }, () => alertDraft());
    const results = drafts.map((draft) => outbox.append(draft));
    const kept = results.filter((result) => result.stored).length;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(60);
    expect(results.at(-1)).toEqual({ stored: false, waiting: 60 - kept });
    expect(outbox.status()).toMatchObject({ alerts: kept, inMemory: 60 - kept, problems: ['outbox_full'] });

    const seen: string[] = [];
    for (let round = 0; round < 60 && seen.length < 60; round += 1) {
      const alerts = outbox.alertsAfter(seen.length, 100);
      seen.push(...alerts.map((alert) => alert.alertId));
      outbox.acknowledge({ n: seen.length, evidence: [] });
    }
    expect(seen).toEqual(drafts.map((draft) => draft.alertId));
    expect(outbox.status()).toMatchObject({ inMemory: 0, problems: [] });
  });

  test('open incidents are remembered over a restart, and forgotten when cleared', async () => {
    const [parked, gone] = [alertDraft(), alertDraft()];
    outbox.append(parked);
    outbox.append(gone);
    const later = { phase: 'updated', severity: 1, observedAt: 1_760_000_060_000 } as const;
    outbox.append({ ...alertDraft(), incidentId: parked.incidentId, ...later });
    outbox.append({ ...alertDraft(), incidentId: gone.incidentId, phase: 'cleared' });
    outbox.acknowledge({ n: 4, evidence: [] });
    await outbox.close();
    outbox = open();
    expect(outbox.openIncidents()).toEqual([
      expect.objectContaining({
        incidentId: parked.incidentId,
        zoneId: 'lane',
        severity: 1,
        observedAt: 1_760_000_060_000,
      }),
    ]);
  });

  test('an incident that two cameras see is open for both, and cleared for both', () => {
    const [one, two] = [alertDraft().camera, { ...alertDraft().camera, id: 'cam-2' as CameraId }];
    const { incidentId } = alertDraft();
    const other = alertDraft();
    outbox.append(alertDraft({ incidentId, camera: one }));
    outbox.append(alertDraft({ incidentId, camera: two, phase: 'updated' }));
    outbox.append(other);
    outbox.append(alertDraft({ incidentId, camera: two, phase: 'updated' }));
    expect(outbox.openIncidents().map(({ cameraId }) => cameraId)).toEqual(['cam-1', 'cam-2', 'cam-1']);
    outbox.append(alertDraft({ incidentId, camera: two, phase: 'cleared' }));
    expect(outbox.openIncidents().map((open) => open.incidentId)).toEqual([other.incidentId]);
  });

  test('what waits for the disk counts for open incidents, in order, and as it will once it is stored', async () => {
    await outbox.close();
    outbox = open({ maxBytes: 65_536 });
    const [stays, clears, joined] = [alertDraft(), alertDraft(), alertDraft()];
    outbox.append(stays);
    outbox.append(clears);
    outbox.append(joined);
    const first = alertDraft();
    while (outbox.append({ ...first, alertId: alertDraft().alertId }).stored);
    const raised = alertDraft();
    const passing = alertDraft();
    const other = { ...joined.camera, id: 'cam-2' as CameraId };
    for (const draft of [
      { ...clears, phase: 'cleared' as const },
      raised,
      passing,
      { ...passing, phase: 'cleared' as const },
      { ...stays, phase: 'updated' as const, observedAt: 1_760_000_090_000 },
      { ...joined, phase: 'updated' as const, camera: other },
    ])
      expect(outbox.append(draft).stored).toBe(false);
    const mine = [stays, clears, joined, first, raised, passing].map(({ incidentId }) => incidentId);
    const watched = () =>
      outbox
        .openIncidents()
        .filter(({ incidentId }) => mine.includes(incidentId))
        .map(({ incidentId, cameraId, observedAt }) => [mine.indexOf(incidentId), cameraId, observedAt]);
    const expected = [
      [0, 'cam-1', 1_760_000_090_000],
      [2, 'cam-1', joined.observedAt],
      [2, 'cam-2', joined.observedAt],
      [3, 'cam-1', first.observedAt],
      [4, 'cam-1', raised.observedAt],
    ];
    expect(watched()).toEqual(expected);
    // Asking has not taken any away; of five, this outbox remembers the last four.
    const { alerts, inMemory } = outbox.status();
    expect(inMemory).toBe(7);
    for (let n = 1; n <= alerts; n += 1) outbox.acknowledge({ n, evidence: [] });
    expect(outbox.status().inMemory).toBe(0);
    expect(watched()).toEqual(expected.slice(1));
  });

  test('large and small evidence can be asked for apart', async () => {
    const files = await Promise.all([900, 2_000, 1_000, 3_000].map((bytes) => storedEvidence(evidence, { bytes })));
    outbox.append(alertDraft({ evidence: files }));
    const sizes = (range: object) => outbox.evidenceUpTo(1, 10, range).map(({ bytes }) => bytes);
    expect([sizes({ upTo: 1_000 }), sizes({ over: 1_000 })]).toEqual([
      [900, 1_000],
      [2_000, 3_000],
    ]);
  });

  test('waiting alerts are tried again by themselves, and announced', async () => {
    await outbox.close();
    outbox = open({ maxBytes: 65_536 });
    while (outbox.append(alertDraft()).stored);
    let announced = 0;
    outbox.onAppended(() => {
      announced += 1;
    });
    clock.advance(5_000);
    expect(outbox.status().inMemory).toBe(1);
    outbox.acknowledge({ n: 5, evidence: [] });
    expect(outbox.status().inMemory).toBe(0);
    expect(announced).toBe(1);
  });

  test('memory is bounded too, and the loss is said', async () => {
    await outbox.close();
    outbox = open({ maxBytes: 65_536, maxWaiting: 3 });
    while (outbox.append(alertDraft()).stored);
    for (let count = 0; count < 5; count += 1) outbox.append(alertDraft());
    expect(outbox.append(alertDraft())).toMatchObject({ stored: false, refused: true });
    expect(outbox.status().problems).toEqual(['outbox_full', 'alerts_lost']);
  });
});
