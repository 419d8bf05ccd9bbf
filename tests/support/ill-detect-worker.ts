import { parentPort } from 'node:worker_threads';
import type { Detected } from '../../src/edge/detect/model-runner.ts';
import type { DetectAnswer, DetectJob } from '../../src/edge/detect/worker-messages.ts';

/** A detector thread that does what the first byte of a picture tells it: 1 ends, 2 throws, 3 fails, 4 never answers again, else finds nothing. */
const answer = (message: DetectAnswer) => parentPort?.postMessage(message);
const nothing = { detections: [], run: { latencyMs: 0 } } as unknown as Detected;

parentPort?.on('message', ({ id, picture }: DetectJob) => {
  const [order] = picture.data;
  if (order === 1) process.exit(3);
  if (order === 2) throw new Error('ill');
  if (order === 4) for (;;);
  answer(order === 3 ? { kind: 'failed', id, detail: 'ill' } : { kind: 'detected', id, detected: nothing });
});
answer({ kind: 'ready', providers: ['cpu'], warmUpMs: 0 });
