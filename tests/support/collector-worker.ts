import { join } from 'node:path';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { Collector } from '../../src/gateway/collect/collector.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { crossingSite, crossingUsers } from './crossing.ts';

/** A process to be killed: the collecting half of a gateway, which prints how far it has acknowledged. */
const [dir = '', url = '', pem = ''] = process.argv.slice(2);
const journal = new Journal({ path: join(dir, 'journal.db'), clock: systemClock });
journal.open();
const node = 'edge-1' as NodeId;
const collector = new Collector({
  site: crossingSite,
  broker: { url, username: 'gateway', password: crossingUsers.gateway, retryMinMs: 20, retryMaxMs: 100 },
  keys: new NodeKeys([{ node, pem }]),
  journal,
  evidence: new ContentStore(join(dir, 'evidence')),
  clock: systemClock,
  log: createLogger('worker'),
  metrics: new Metrics(),
});
journal.onWritten(() => process.stdout.write(`${journal.head(node).n}\n`));
await collector.start(new AbortController().signal);
process.stdout.write('ready\n');
