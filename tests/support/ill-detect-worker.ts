import { parentPort, workerData } from 'node:worker_threads';
import type { Detected } from '../../src/edge/detect/model-runner.ts';
import type { DetectAnswer, DetectJob, RequestResult, ThreadSetup } from '../../src/edge/detect/worker-messages.ts';

/**
 * A detector thread that does what the first byte of a picture tells it: 1 ends, 2 throws, 3 fails, 4 never answers
 * again, else finds nothing. The model's path tells it how to begin: `hangs` never loads.
 */
const answer = (message: DetectAnswer) => parentPort?.postMessage(message);
const stages = { fill: 1, inference: 2, post: 3 };
const { path, provider } = (workerData as ThreadSetup).runner;
const nothing = (order: number, together: number): RequestResult => {
  const run = { modelId: String(order), provider, inputWidth: together, latencyMs: 1 };
  return { ok: true, detected: { detections: [], run, detectMs: 1, cut: [] } as unknown as Detected };
};

parentPort?.on('message', ({ id, requests }: DetectJob) => {
  const orders = requests.map(({ picture }) => picture.data[0] ?? 0);
  if (orders.includes(1)) process.exit(3);
  if (orders.includes(2)) throw new Error('ill');
  if (orders.includes(4)) for (;;);
  const results = orders.map(
    (order): RequestResult => (order === 3 ? { ok: false, detail: 'ill' } : nothing(order, orders.length)),
  );
  answer({ kind: 'done', id, results, stages });
});
if (path !== 'hangs') answer({ kind: 'ready', warmUpMs: 0 });
