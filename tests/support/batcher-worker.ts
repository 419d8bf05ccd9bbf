import { join } from 'node:path';
import { toAlertEvent } from '../../src/contracts/alert-event.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { Batcher } from '../../src/gateway/transfer/batcher.ts';
import { FileDropSender } from '../../src/gateway/transfer/file-drop-sender.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft } from './alert-draft.ts';

/** A process to be killed: journals a chain of alerts for ever while a batcher drops files; prints each number. */
const dir = process.argv[2] ?? '';
const key = demoSigningKey('node');
const node = 'edge-1' as NodeId;
const journal = new Journal({ path: join(dir, 'journal.db'), clock: systemClock });
journal.open();
const batcher = new Batcher({
  source: journal,
  sender: new FileDropSender({ dir: join(dir, 'drop') }),
  key: demoSigningKey('collect'),
  evidence: new ContentStore(join(dir, 'evidence')),
  spoolDir: join(dir, 'spool'),
  maxAgeMs: 0,
  maxRecords: 3,
  clock: systemClock,
  log: createLogger('worker'),
  metrics: new Metrics(),
});
await batcher.start(new AbortController().signal);
for (;;) {
  const head = journal.head(node);
  if (head.hash === undefined) throw new Error('no head');
  const alert = sealAlert(alertDraft(), { node, n: head.n + 1, prevHash: head.hash }, key);
  journal.transaction(() => {
    journal.addAlert(JSON.parse(JSON.stringify(toAlertEvent('site-1', alert))), systemClock.now());
    journal.moveHead(node, { n: alert.sequence.n, hash: alert.sequence.hash });
  });
  journal.announce();
  process.stdout.write(`${alert.sequence.n} ${alert.sequence.hash}\n`);
  // A pipe is written at once: without this the batcher would never have its turn.
  await new Promise((resolve) => setTimeout(resolve, 2));
}
