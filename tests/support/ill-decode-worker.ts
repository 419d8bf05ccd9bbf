import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerJob } from '../../src/edge/decode/worker-messages.ts';

/** A decoder thread that does what the bytes tell it: `exit`, `throw`, `hang`, or answer with one pixel. */
const answer = (message: WorkerAnswer) => parentPort?.postMessage(message);

parentPort?.on('message', (job: WorkerJob) => {
  const order = Buffer.from(job.data).toString();
  if (order === 'exit') process.exit(3);
  if (order === 'throw') throw new Error('ill');
  if (order === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const data = new Uint8Array(3);
  const picture = { width: 1, height: 1, format: 'rgb24', data, sourceWidth: 1, sourceHeight: 1 } as const;
  answer({ kind: 'result', id: job.id, result: { ok: true, activity: undefined, pictures: [picture], decodeMs: 0 } });
});
answer({ kind: 'ready', hardware: { asked: 'none', used: 'software', why: 'not asked for' } });
