import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerAccount, TransferLedger } from '../../../src/contracts/transfer-ledger.ts';
import { Reconciler } from '../../../src/gateway/deliver/reconciler.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('reports are made of senders, not of the names under which this side notes what it finds itself', async () => {
  const dir = await tempDir('reconciler');
  const sender = `${'a'.repeat(16)}.00000001`;
  const counts = { batches: 0, alerts: 0, refused: 0, integrity: 0, evidenceFiles: 0, evidenceBytes: 0 };
  const nothing: LedgerAccount = {
    ...counts,
    missingBatches: [],
    missingBatchCount: 0,
    passedOver: [],
    thinned: [],
  };
  const ledger: TransferLedger = {
    senders: async () => ['deliver', sender, 'unknown'],
    statement: async () => undefined,
    account: async () => nothing,
    nodes: async () => new Map(),
    missingNumbers: async () => [],
    evidence: async () => [],
    isPassedOver: async () => false,
    passOver: async () => {},
  };
  const sentBackTo: string[] = [];
  const reconciler = new Reconciler({
    ledger,
    consumer: { position: async () => 0, report: async () => {} },
    receiver: { waiting: async () => [], sendBack: async (to) => sentBackTo.push(to) > 0 },
    evidence: new ContentStore(join(dir.path, 'evidence')),
    key: newSigningKey(),
    reportDir: join(dir.path, 'reports'),
    reportsKept: 10,
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  expect((await reconciler.run()).map(({ report }) => report.sender)).toEqual([sender]);
  expect(sentBackTo).toEqual([sender]);
  expect(readdirSync(join(dir.path, 'reports'))).toHaveLength(1);
  await dir.remove();
});
