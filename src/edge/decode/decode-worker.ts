import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import type { DecodeResult } from './decode-result.ts';
import { KeyframeDecoder } from './keyframe-decoder.ts';
import type { DecodeJob, WorkerAnswer } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('decode-worker.ts runs in a worker thread only');

const decoder = new KeyframeDecoder();

function decode(job: DecodeJob): DecodeResult {
  try {
    return decoder.decode(job.codec, job.data, job.spec);
  } catch (error) {
    // The decoder's state is unknown after an exception from native code: start the next job on fresh contexts.
    decoder.close();
    return { ok: false, reason: 'corrupt', detail: messageOf(error) };
  }
}

port.on('message', (job: DecodeJob) => {
  const result = decode(job);
  const answer: WorkerAnswer = { kind: 'result', id: job.id, result };
  port.postMessage(answer, result.ok ? [result.picture.data.buffer as ArrayBuffer] : []);
});
const ready: WorkerAnswer = { kind: 'ready' };
port.postMessage(ready);
