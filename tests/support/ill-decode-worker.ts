import { parentPort } from 'node:worker_threads';
import type { DecodeJob, WorkerAnswer } from '../../src/edge/decode/worker-messages.ts';

/** A decoder thread that does what the bytes tell it: `exit`, `throw`, `hang`, or answer with one pixel. */
const answer = (message: WorkerAnswer) => parentPort?.postMessage(message);

parentPort?.on('message', ({ id, data }: DecodeJob) => {
  const order = Buffer.from(data).toString();
  if (order === 'exit') process.exit(3);
  if (order === 'throw') throw new Error('ill');
  if (order === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const picture = { width: 1, height: 1, format: 'rgb24', data: new Uint8Array(3), sourceWidth: 1, sourceHeight: 1 };
  answer({ kind: 'result', id, result: { ok: true, picture: { ...picture, format: 'rgb24' }, decodeMs: 0 } });
});
answer({ kind: 'ready' });
