import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerOrder } from '../../src/edge/decode/worker-messages.ts';

/** A decoder thread that does what the bytes tell it: `exit`, `throw`, `hang`, or answer with one pixel. */
const answer = (message: WorkerAnswer) => parentPort?.postMessage(message);

parentPort?.on('message', (job: WorkerOrder) => {
  if (job.kind === 'close') return;
  if (job.kind === 'end') return parentPort?.close();
  const order = Buffer.from(job.kind === 'look' ? job.data : (job.units.at(-1)?.data ?? [])).toString();
  if (order === 'exit') process.exit(3);
  if (order === 'throw') throw new Error('ill');
  if (order === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const data = new Uint8Array(3);
  const picture = { width: 1, height: 1, format: 'rgb24', data, sourceWidth: 1, sourceHeight: 1 } as const;
  const result = { ok: true, activity: undefined, pictures: [picture], decodeMs: 0 } as const;
  if (job.kind === 'look') return answer({ kind: 'look', id: job.id, result });
  const answers = job.ask === undefined ? [] : [{ ask: job.ask.number, result }];
  return answer({ kind: 'stream', id: job.id, answers, inSync: true });
});
answer({ kind: 'ready' });
