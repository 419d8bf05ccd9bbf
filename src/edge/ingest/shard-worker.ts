import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import { createLogger } from '../../lib/log.ts';
import { threadClock } from '../../lib/steady-clock.ts';
import { ShardHost } from './shard-host.ts';
import type { ShardOrder, ShardSettings } from './shard-messages.ts';
import { restBetweenReadings } from './shard-rest.ts';

const port = parentPort;
if (port === null) throw new Error('shard-worker.ts runs in a worker thread only');

const settings = workerData as ShardSettings;
const host = new ShardHost({
  settings,
  clock: threadClock(systemClock, settings.origin),
  log: createLogger(settings.name),
  post: (news, moved) => port.postMessage(news, [...moved]),
});
port.on('message', (order: ShardOrder) => void host.take(order));
host.begin();
if (settings.readEveryMs > 0) restBetweenReadings(settings, () => host.restless);
