import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import { ModelRunner, type RunnerOptions } from './model-runner.ts';
import { availableProviders } from './onnx-session.ts';
import type { DetectAnswer, DetectJob } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('detect-worker.ts runs in a worker thread only');
const answer = (message: DetectAnswer) => port.postMessage(message);

try {
  const began = performance.now();
  const runner = await ModelRunner.open(workerData as RunnerOptions);
  // One picture at a time: the session blocks this thread while it runs.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (job: DetectJob) => {
    last = last.then(() =>
      runner.detect(job.picture).then(
        (detected) => answer({ kind: 'detected', id: job.id, detected }),
        (error: unknown) => answer({ kind: 'failed', id: job.id, detail: messageOf(error) }),
      ),
    );
  });
  answer({ kind: 'ready', providers: availableProviders(), warmUpMs: performance.now() - began });
} catch (error) {
  answer({ kind: 'cannot-load', detail: messageOf(error) });
}
