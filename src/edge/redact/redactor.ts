import { readFile, rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Picture } from '../../domain/picture.ts';
import type { Redaction, RedactionFacts, RedactionMethod, Thing } from '../../domain/redaction.ts';
import { Backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import type { RedactConfig } from './config.ts';
import type { RedactAnswer, RedactOrder } from './redact-messages.ts';
import type { RedactionPlan } from './regions-of.ts';

/** What looks for people, how evidence is made with it, and what its thread is started with. */
export interface RedactionModel<S = unknown> {
  readonly method: RedactionMethod;
  readonly model: Redaction['model'];
  readonly setup: S;
}

/** What the redactor needs. */
export interface RedactorOptions {
  readonly config: RedactConfig;
  /** Finds the model; asked again at each new try. @throws AppError with the reason it cannot be used. */
  readonly model: (signal: AbortSignal) => Promise<RedactionModel>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The thread's source. */
  readonly workerFile: URL;
}

/** What became of one picture or clip: only `done` gives a file. */
type Outcome = 'done' | 'failed' | 'unavailable' | 'overloaded' | 'timeout';
type Done = Extract<RedactAnswer, { kind: 'picture' | 'clip' }>;
type Order = Omit<Extract<RedactOrder, { kind: 'picture' }>, 'id'> | Omit<Extract<RedactOrder, { kind: 'clip' }>, 'id'>;

interface Waiting {
  readonly what: RedactOrder['kind'];
  readonly end: (done: Done | undefined, outcome: Outcome, why?: string) => void;
}

/**
 * Makes people and number plates unrecognisable in evidence, on a thread of its own, before anything is hashed or stored.
 * Fails closed: no model, a failed detection, a picture that does not decode, too much at once or too slow, and there is
 * no file. Never rejects.
 */
export class Redactor {
  readonly #options: RedactorOptions;
  readonly #log: Logger;
  readonly #results: Counter<'what' | 'result'>;
  readonly #backoff = new Backoff({ minMs: 1_000, maxMs: 60_000 });
  readonly #waiting = new Map<number, Waiting>();
  readonly #closing = new AbortController();
  #running: { readonly worker: Worker; readonly use: RedactionModel } | undefined;
  #problem: string | undefined = 'not started';
  #lastId = 0;
  #makesClips = true;
  #cancelRetry: (() => void) | undefined;

  constructor(options: RedactorOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#results = options.metrics.counter(
      'maplebridge_redaction_total',
      'Evidence by what became of it when it was to be made unrecognisable; without `done` there is no file',
      ['what', 'result'],
    );
  }

  /** Why there is no evidence; undefined while there is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves once it works or is known not to; it goes on trying. */
  async start(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      const use = await this.#options.model(this.#closing.signal);
      await this.#open(use);
      this.#problem = undefined;
      this.#log.info({ method: use.method, model: use.model.id }, 'evidence is made unrecognisable');
    } catch (error) {
      this.#failed(messageOf(error));
    }
  }

  /** A copy of the picture (packed RGB) with nobody in it to be recognised; undefined where that could not be done. */
  async picture(
    picture: Picture,
    facts: RedactionFacts,
  ): Promise<{ readonly picture: Picture; readonly redaction: Redaction } | undefined> {
    const { waiting, pictureTimeoutMs } = this.#options.config;
    const order = { kind: 'picture', picture, plan: this.#plan(facts) } as const;
    const done = await this.#ask(order, waiting, pictureTimeoutMs);
    if (done?.kind !== 'picture') return undefined;
    return { picture: done.done.picture, redaction: done.redaction };
  }

  /** The bytes of a clip made from the one at `path`, which stays; undefined where that could not be done. */
  async clip(
    path: string,
    facts: RedactionFacts,
  ): Promise<{ readonly bytes: Buffer; readonly redaction: Redaction } | undefined> {
    const { clip } = this.#options.config;
    const to = `${path}.blurred.mp4`;
    const order = { kind: 'clip', from: path, to, plan: this.#plan(facts), making: clip } as const;
    try {
      const done = await this.#ask(order, clip.waiting, clip.timeoutMs);
      return done === undefined ? undefined : { bytes: await readFile(to), redaction: done.redaction };
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'blurred clip could not be read');
      return undefined;
    } finally {
      await rm(to, { force: true });
    }
  }

  /** Ends the clips under way without a file, and makes no more. */
  abandonClips(): void {
    this.#makesClips = false;
    for (const { what, end } of [...this.#waiting.values()])
      if (what === 'clip') end(undefined, 'unavailable', 'given up');
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    await this.#end('the node stops');
  }

  #plan({ scene, subjects, seen }: RedactionFacts): RedactionPlan {
    const thing = ({ class: name, box }: Thing): Thing => ({ class: name, box: [...box] });
    return {
      method: this.#running?.use.method ?? 'whole',
      subjects: subjects.map(thing),
      seen: seen.map(thing),
      readablePlates: this.#options.config.readablePlates.includes(scene),
    };
  }

  async #ask(
    order: Order & { kind: 'picture' },
    most: number,
    timeoutMs: number,
  ): Promise<{ kind: 'picture'; done: Extract<Done, { kind: 'picture' }>; redaction: Redaction } | undefined>;
  async #ask(
    order: Order,
    most: number,
    timeoutMs: number,
  ): Promise<{ kind: Done['kind']; done: Done; redaction: Redaction } | undefined>;
  async #ask(order: Order, most: number, timeoutMs: number) {
    const running = this.#running;
    const what = order.kind;
    if (running === undefined || (what === 'clip' && !this.#makesClips)) {
      return this.#tell(what, 'unavailable', this.#problem ?? 'the node stops');
    }
    const before = [...this.#waiting.values()].filter((each) => each.what === what).length;
    if (before >= most) return this.#tell(what, 'overloaded');
    this.#lastId += 1;
    const id = this.#lastId;
    const done = await new Promise<Done | undefined>((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => this.#late(id));
      const end: Waiting['end'] = (result, outcome, why) => {
        cancel();
        this.#waiting.delete(id);
        this.#tell(what, outcome, why);
        resolve(result);
      };
      this.#waiting.set(id, { what, end });
      running.worker.postMessage({ ...order, id });
    });
    return done && { kind: done.kind, done, redaction: { ...done.note, model: running.use.model } };
  }

  /** A picture that comes too late is not waited for; a clip that takes so long may never end. */
  #late(id: number): void {
    const late = this.#waiting.get(id);
    late?.end(undefined, 'timeout');
    if (late?.what === 'clip') this.#failed('a clip took too long');
  }

  #tell(what: string, result: Outcome, why?: string): undefined {
    this.#results.inc({ what, result });
    if (result !== 'done')
      this.#log.warn({ what, result, reason: why }, 'evidence cannot be made unrecognisable: there is none');
  }

  #open(use: RedactionModel): Promise<void> {
    const worker = new Worker(this.#options.workerFile, { workerData: use.setup });
    return new Promise((resolve, reject) => {
      let why: string | undefined;
      worker.on('message', (answer: RedactAnswer) => {
        if (answer.kind !== 'ready') return this.#take(answer);
        if (this.#closing.signal.aborted) return void worker.terminate();
        this.#running = { worker, use };
        this.#backoff.reset();
        resolve();
      });
      worker.on('error', (error) => {
        why = messageOf(error);
      });
      worker.on('exit', (code) => {
        const reason = why ?? `its thread ended with code ${code}`;
        if (this.#running?.worker === worker) this.#failed(reason);
        reject(new Error(reason));
      });
    });
  }

  #take(answer: Exclude<RedactAnswer, { kind: 'ready' }>): void {
    const waiting = this.#waiting.get(answer.id);
    if (answer.kind === 'failed') waiting?.end(undefined, 'failed', answer.detail);
    else waiting?.end(answer, 'done');
  }

  #failed(why: string): void {
    this.#problem = why;
    void this.#end(why);
    if (this.#closing.signal.aborted) return;
    const retryInMs = this.#backoff.next();
    this.#log.error({ why, retryInMs }, 'evidence cannot be made unrecognisable: alerts go out without');
    this.#cancelRetry?.();
    this.#cancelRetry = this.#options.clock.after(retryInMs, () => void this.start());
  }

  async #end(why: string): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    for (const { end } of [...this.#waiting.values()]) end(undefined, 'unavailable', why);
    await running?.worker.terminate();
  }
}
