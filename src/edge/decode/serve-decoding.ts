import type { MessagePort } from 'node:worker_threads';
import { Log } from 'node-av';
import { AV_LOG_QUIET } from 'node-av/constants';
import type { ActivityInspector } from '../../domain/activity.ts';
import { messageOf } from '../../lib/errors.ts';
import { KeyframeDecoder } from './keyframe-decoder.ts';
import { LookPerformer, type PerformedLook } from './look-performer.ts';
import type { LookJob, WorkerAnswer, WorkerJob, WorkerSettings } from './worker-messages.ts';

/** What a decoder thread is made of. */
export interface DecodingOptions {
  readonly settings: WorkerSettings;
  /** Compares each camera's pictures with its past; without one every look gives its pictures. */
  readonly inspector?: ActivityInspector;
}

/** Serves a `DecoderPool` from a worker thread: the whole of its entry file but for the choice of gate. */
export function serveDecoding(port: MessagePort, { settings, inspector }: DecodingOptions): void {
  // FFmpeg would write to standard error on every damaged picture; results say what went wrong instead.
  Log.setLevel(AV_LOG_QUIET);
  const keyframes = new KeyframeDecoder();
  const performer = new LookPerformer(inspector);

  const look = (job: LookJob): PerformedLook | Pick<PerformedLook, 'result'> => {
    const began = performance.now();
    try {
      const options = { skipLoopFilter: settings.skipLoopFilter && !job.exact };
      const done = keyframes.decode(job.codec, job.data, options, (frame) => performer.perform(frame, job.ask, began));
      return 'result' in done ? done : { result: done };
    } catch (error) {
      // The decoder's state is unknown after an exception from native code: start the next job on fresh contexts.
      keyframes.close();
      performer.close();
      return { result: { ok: false, reason: 'corrupt', detail: messageOf(error) } };
    }
  };

  port.on('message', (job: WorkerJob) => {
    const done = look(job);
    const answer: WorkerAnswer = { kind: 'result', id: job.id, ...done };
    port.postMessage(answer, buffersOf(done));
  });
  const ready: WorkerAnswer = {
    kind: 'ready',
    hardware: { asked: settings.hardware, used: 'software', why: 'not asked for' },
  };
  port.postMessage(ready);
}

function buffersOf({ result }: Pick<PerformedLook, 'result'>): ArrayBuffer[] {
  return result.ok ? result.pictures.map(({ data }) => data.buffer as ArrayBuffer) : [];
}
