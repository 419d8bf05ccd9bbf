import type { MessagePort } from 'node:worker_threads';
import { type Frame, Log } from 'node-av';
import { AV_LOG_QUIET } from 'node-av/constants';
import { messageOf } from '../../lib/errors.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import { HardwareDevice } from './hardware-device.ts';
import { KeyframeDecoder } from './keyframe-decoder.ts';
import { type Inspectors, LookPerformer } from './look-performer.ts';
import { StreamDecoder } from './stream-decoder.ts';
import type {
  LookAnswer,
  LookJob,
  StreamJob,
  StreamProgress,
  WorkerAnswer,
  WorkerOrder,
  WorkerSettings,
} from './worker-messages.ts';

/** What a decoder thread is made of. */
export interface DecodingOptions extends Inspectors {
  readonly settings: WorkerSettings;
}

/** Serves a `DecoderPool` from a worker thread: the whole of its entry file but for the choice of gate. */
export function serveDecoding(port: MessagePort, options: DecodingOptions): void {
  // FFmpeg would write to standard error on every damaged picture; results say what went wrong instead.
  Log.setLevel(AV_LOG_QUIET);
  const desk = new DecodingDesk(options);
  port.on('message', (order: WorkerOrder) => {
    if (order.kind === 'close') return desk.close(order.stream);
    if (order.kind === 'end') return port.close();
    const answer = order.kind === 'look' ? desk.look(order) : desk.stream(order);
    const results = answer.kind === 'look' ? [answer.result] : answer.answers.map(({ result }) => result);
    port.postMessage(answer, results.flatMap(buffersOf));
  });
  const { trouble } = desk;
  const ready: WorkerAnswer = { kind: 'ready', ...(trouble !== undefined && { trouble }) };
  port.postMessage(ready);
}

function buffersOf(result: LookResult): ArrayBuffer[] {
  return result.ok ? result.pictures.map(({ data }) => data.buffer as ArrayBuffer) : [];
}

/** What one decoder thread does. */
class DecodingDesk {
  readonly #settings: WorkerSettings;
  /** Why this thread decodes in software although it should not. */
  readonly trouble: string | undefined;
  readonly #device: HardwareDevice | undefined;
  readonly #keyframes: KeyframeDecoder;
  readonly #performer: LookPerformer;
  readonly #streams = new Map<number, StreamDecoder>();
  #began = 0;

  constructor({ settings, ...inspectors }: DecodingOptions) {
    this.#settings = settings;
    const { hardware, hardwareDevice } = settings;
    const device = hardware === 'software' ? undefined : HardwareDevice.open(hardware, hardwareDevice);
    this.#device = typeof device === 'string' ? undefined : device;
    this.trouble = typeof device === 'string' ? device : undefined;
    this.#keyframes = new KeyframeDecoder(this.#device);
    this.#performer = new LookPerformer(inspectors);
  }

  look(job: LookJob): LookAnswer {
    this.#began = performance.now();
    const skipLoopFilter = this.#settings.skipLoopFilter && !job.exact;
    try {
      const perform = (frame: Frame) => this.#performer.perform(frame, job.ask, this.#began);
      const done = this.#keyframes.decode(job.codec, job.data, { skipLoopFilter }, perform);
      return { kind: 'look', id: job.id, ...('result' in done ? done : { result: done }) };
    } catch (error) {
      // The decoder's state is unknown after an exception from native code: start the next job on fresh contexts.
      this.#keyframes.close();
      this.#performer.close();
      return { kind: 'look', id: job.id, result: thrown(error) };
    }
  }

  stream(job: StreamJob): StreamProgress {
    this.#began = performance.now();
    const decoder = this.#streams.get(job.stream) ?? this.#openStream(job.stream);
    try {
      const answers = decoder.feed(job.codec, job.units, job.ask);
      return { kind: 'stream', id: job.id, answers, inSync: decoder.inSync };
    } catch (error) {
      this.close(job.stream);
      this.#performer.close();
      const answers = job.ask === undefined ? [] : [{ ask: job.ask.number, result: thrown(error) }];
      return { kind: 'stream', id: job.id, answers, inSync: false };
    }
  }

  close(stream: number): void {
    this.#streams.get(stream)?.close();
    this.#streams.delete(stream);
  }

  #openStream(stream: number): StreamDecoder {
    const perform = (frame: Frame, ask: LookAsk) => this.#performer.perform(frame, ask, this.#began);
    const decoder = new StreamDecoder(perform, this.#device);
    this.#streams.set(stream, decoder);
    return decoder;
  }
}

function thrown(error: unknown): DecodeFailure {
  return { ok: false, reason: 'corrupt', detail: messageOf(error) };
}
