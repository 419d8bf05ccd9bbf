import { join } from 'node:path';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft } from './alert-draft.ts';

/** A process to be killed: appends alerts for ever and prints each number once it is on disk; frees now and then. */
const dir = process.argv[2] ?? '';
const outbox = new Outbox({
  path: join(dir, 'outbox.db'),
  site: 'site-1' as never,
  node: 'edge-1' as never,
  key: demoSigningKey('node'),
  maxBytes: 1e9,
  evidence: new ContentStore(join(dir, 'evidence')),
  clock: systemClock,
  log: createLogger('worker'),
  metrics: new Metrics(),
});
outbox.open();
for (;;) {
  const result = outbox.append(alertDraft());
  if (!result.stored) throw new Error('not stored');
  const { n, hash } = result.alert.sequence;
  await new Promise((resolve) => process.stdout.write(`${n} ${hash}\n`, resolve));
}
