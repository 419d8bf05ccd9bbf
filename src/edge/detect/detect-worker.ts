import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import { ModelRunner, type RegionRequest, type RunnerOptions } from './model-runner.ts';
import type { DetectAnswer, DetectJob, RequestResult } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('detect-worker.ts runs in a worker thread only');
const answer = (message: DetectAnswer) => port.postMessage(message);

try {
  const began = performance.now();
  const runner = await ModelRunner.open(workerData as RunnerOptions);
  // One job at a time: the session blocks this thread while it runs.
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, requests }: DetectJob) => {
    last = last.then(async () => {
      const results = await work(runner, requests);
      answer({ kind: 'done', id, results, stages: runner.takeStages() });
    });
  });
  answer({ kind: 'ready', warmUpMs: performance.now() - began });
} catch (error) {
  answer({ kind: 'cannot-load', detail: messageOf(error) });
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
