import { parentPort, threadId, workerData } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import { ModelRunner, type RegionRequest } from './model-runner.ts';
import { inTurn } from './turn.ts';
import type { DetectAnswer, DetectOrder, RequestResult, ThreadSetup } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('detect-worker.ts runs in a worker thread only');
const answer = (message: DetectAnswer) => port.postMessage(message);
const { runner: options, turn } = workerData as ThreadSetup;
const alone = <T>(work: () => Promise<T>) => inTurn(turn, threadId, work);

try {
  const began = performance.now();
  const runner = await alone(() => ModelRunner.open(options));
  // One order at a time: the session blocks this thread while it runs.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (order: DetectOrder) => {
    last = last.then(() => alone(() => obey(runner, order)));
  });
  answer({ kind: 'ready', warmUpMs: performance.now() - began });
} catch (error) {
  answer({ kind: 'cannot-load', detail: messageOf(error) });
}

async function obey(runner: ModelRunner, order: DetectOrder): Promise<void> {
  if (order.kind === 'close') {
    await runner.close();
    port?.close();
    return;
  }
  const results = await work(runner, order.requests);
  answer({ kind: 'done', id: order.id, results, stages: runner.takeStages() });
}

/** All together; where that fails each alone, so that one bad picture does not take its neighbours along. */
async function work(runner: ModelRunner, requests: readonly RegionRequest[]): Promise<RequestResult[]> {
  try {
    return (await runner.run(requests)).map((detected) => ({ ok: true, detected }));
  } catch (error) {
    if (requests.length <= 1) return requests.map(() => ({ ok: false, detail: messageOf(error) }));
    const results: RequestResult[] = [];
    for (const request of requests) results.push(...(await work(runner, [request])));
    return results;
  }
}
