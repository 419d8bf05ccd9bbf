import { parentPort } from 'node:worker_threads';
import '../../src/edge/ingest/shard-worker.ts';
import type { ShardOrder } from '../../src/edge/ingest/shard-messages.ts';

/** The ingest thread as it is, but it dies or hangs when interest in a camera of that name is asked for. */
parentPort?.on('message', (order: ShardOrder) => {
  if (order.kind !== 'want') return;
  if (order.camera === 'die') process.exit(3);
  if (order.camera === 'throw') throw new Error('thrown on purpose');
  if (order.camera === 'hang') for (;;) Math.random();
});
