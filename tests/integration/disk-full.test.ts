import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from '../support/alert-draft.ts';
import { newSigningKey } from '../support/crossing.ts';
import { tempDir } from '../support/temp-dir.ts';

const dir = await tempDir('disk-full');
const mounted = mountSmallDisk(dir.path);

/** A real file system of 4 MiB; only root may mount one. */
function mountSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let outbox: Outbox;
let evidence: ContentStore;

beforeAll(() => {
  evidence = new ContentStore(join(dir.path, 'evidence'));
  outbox = new Outbox({
    path: join(dir.path, 'outbox.db'),
    site: 'site-1' as SiteId,
    node: 'edge-1' as NodeId,
    key: newSigningKey(),
    maxBytes: 1e9,
    evidence,
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  outbox.open();
});

afterAll(async () => {
  await outbox.close();
  if (mounted) execFileSync('umount', [dir.path]);
  await dir.remove();
});

test.skipIf(!mounted)(
  'ENOSPC on a real disk (needs root to mount one): evidence goes, alerts wait, none is lost',
  async () => {
    const expected: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const file = await storedEvidence(evidence, { bytes: 200_000 });
      const draft = alertDraft({ evidence: [file] });
      expect(outbox.append(draft).stored).toBe(true);
      expected.push(draft.alertId);
    }
    // The disk holds some hundred alerts without evidence.
    let waiting = 0;
    while (waiting < 20) {
      const draft = alertDraft();
      const result = outbox.append(draft);
      if (!result.stored) waiting = result.waiting;
      expected.push(draft.alertId);
      if (expected.length > 10_000) throw new Error('the disk never filled');
    }
    expect(outbox.status()).toMatchObject({ evidence: 0, inMemory: waiting });
    expect(outbox.status().problems).toContain('outbox_full');

    const seen: string[] = [];
    while (seen.length < expected.length) {
      const alerts = outbox.alertsAfter(seen.length, 50);
      if (alerts.length === 0) throw new Error(`stuck at ${seen.length} of ${expected.length}`);
      seen.push(...alerts.map((alert) => alert.alertId));
      outbox.acknowledge({ n: seen.length, evidence: [] });
    }
    expect(seen).toEqual(expected);
    expect(outbox.status()).toMatchObject({ inMemory: 0, problems: [] });
  },
);
