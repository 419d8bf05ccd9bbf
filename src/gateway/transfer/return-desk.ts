import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { maxDocumentBytes, openDocument } from '../../contracts/signed-document.ts';
import {
  type NumberRange,
  type ResendRequest,
  rangesText,
  reconciliationLine,
  reconciliationSchema,
  resendRequestSchema,
} from '../../contracts/transfer-documents.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { keepNewest, moveDurable, writeDurable } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Metrics } from '../../lib/metrics.ts';

/** What became of the batches of a request. */
export interface ResendOutcome {
  readonly sent: readonly NumberRange[];
  /** Not in the spool any more, or damaged there: declared lost from now on. */
  readonly lost: readonly NumberRange[];
  /** Not made yet. */
  readonly unmade: readonly NumberRange[];
}

/** What the desk for returns needs. */
export interface ReturnDeskOptions {
  /** Files that came back or that an operator brought; none is looked for without far keys. */
  readonly dir: string;
  /** Keys of the far side. */
  readonly farKeys: KeyRing;
  readonly senderId: () => string;
  /** Sends batches again. Rejects when the border could not be reached: it is tried again. */
  readonly resend: (batches: readonly NumberRange[]) => Promise<ResendOutcome>;
  /** A request older than this is refused; default 7 days. */
  readonly maxAgeMs?: number;
  /** Default 2 s. */
  readonly pollMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const documentSchema = z.discriminatedUnion('kind', [resendRequestSchema, reconciliationSchema]);
/** The far side's clock may be this much ahead. */
const maxAheadMs = 86_400_000;
/** Requests that were answered; one of them that comes again is not. */
const maxRemembered = 1_000;
/** Documents that came by wire and wait for their turn. */
const maxWaiting = 100;
const filesKept = 1_000;

type Handled = { readonly done: true; readonly answer: object } | { readonly done: false; readonly reason: string };

/** Takes in what comes back over the border: sends again what is asked for, and keeps reconciliation reports. */
export class ReturnDesk implements Service {
  readonly #options: ReturnDeskOptions;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #waiting: string[] = [];
  readonly #answered = new Set<string>();
  readonly #requests: Counter<'outcome'>;
  readonly #missing: Gauge<'what'>;
  #running: Promise<void> | undefined;

  constructor(options: ReturnDeskOptions) {
    this.#options = options;
    this.#log = options.log;
    const { metrics } = options;
    this.#requests = metrics.counter('maplebridge_transfer_returns_total', 'Documents that came back', ['outcome']);
    this.#missing = metrics.gauge('maplebridge_transfer_far_side_missing', 'Missing there, by its last report', [
      'what',
    ]);
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return;
    await mkdir(this.#options.dir, { recursive: true, mode: 0o750 });
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** A document that came by wire. */
  hand(text: string): void {
    if (this.#waiting.length < maxWaiting) this.#waiting.push(text);
  }

  async #run(): Promise<void> {
    const { clock, pollMs = 2_000 } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift())
          await this.#handle(text);
        await this.#lookIntoFolder();
      } catch (error) {
        this.#log.warn({ reason: messageOf(error) }, 'return not dealt with; it is tried again');
      }
      await sleep(clock, pollMs, signal);
    }
  }

  async #lookIntoFolder(): Promise<void> {
    const { dir } = this.#options;
    const names = (await readdir(dir)).filter((name) => /^[^.].*\.json$/.test(name) && !name.endsWith('.answer.json'));
    for (const name of names.sort()) {
      if (this.#stopping.signal.aborted) return;
      // One that cannot be read or answered must not hold up the others.
      await this.#workOff(name).catch((error: unknown) => {
        this.#log.warn({ file: name, reason: messageOf(error) }, 'return not dealt with; it is tried again');
      });
    }
  }

  async #workOff(name: string): Promise<void> {
    const { dir } = this.#options;
    const path = join(dir, name);
    const { size } = await stat(path);
    const tooLarge = `larger than ${maxDocumentBytes} bytes`;
    const handled = size > maxDocumentBytes ? this.#refuse(tooLarge) : await this.#handle(await readFile(path, 'utf8'));
    const answer = handled.done ? handled.answer : { refused: handled.reason };
    const folder = join(dir, handled.done ? 'done' : 'refused');
    await writeDurable(join(dir, name.replace(/\.json$/, '.answer.json')), Buffer.from(JSON.stringify(answer)));
    await moveDurable(path, join(folder, name));
    await keepNewest(folder, filesKept);
    await keepNewest(dir, filesKept, (each) => each.endsWith('.answer.json'));
  }

  /** Rejects where it should be tried again. */
  async #handle(text: string): Promise<Handled> {
    const { farKeys, clock, senderId } = this.#options;
    const opened = openDocument(text, documentSchema, farKeys, clock.now());
    if (!opened.ok) return this.#refuse(opened.reason);
    const { document } = opened;
    if (document.sender !== senderId()) return this.#refuse(`it is for ${document.sender}`);
    if (document.kind === 'resend-request') return this.#resend(document);
    const { missing } = document;
    this.#missing.set({ what: 'batches' }, missing.batchCount);
    this.#missing.set({ what: 'alerts' }, missing.alerts);
    this.#missing.set({ what: 'evidence' }, missing.evidenceFiles);
    this.#log.info({ complete: document.complete }, `far side: ${reconciliationLine(document)}`);
    const folder = join(this.#options.dir, 'reports');
    await writeDurable(join(folder, `reconciliation-${document.at}.json`), Buffer.from(text));
    await keepNewest(folder, filesKept);
    this.#requests.inc({ outcome: 'report' });
    return { done: true, answer: { kept: true } };
  }

  async #resend({ id, at, batches }: ResendRequest): Promise<Handled> {
    const { clock, maxAgeMs = 604_800_000, resend } = this.#options;
    const age = clock.now() - at;
    if (age > maxAgeMs) return this.#refuse(`it is ${Math.round(age / 3_600_000)} hours old: ask for a new one`);
    if (age < -maxAheadMs) return this.#refuse('it was made in the future: compare the clocks');
    if (this.#answered.has(id)) return { done: true, answer: { repeated: true } };
    const outcome = await resend(batches);
    this.#answered.add(id);
    for (const oldest of this.#answered) {
      if (this.#answered.size <= maxRemembered) break;
      this.#answered.delete(oldest);
    }
    this.#requests.inc({ outcome: 'resent' });
    const { sent, lost, unmade } = outcome;
    const words = { sent: rangesText(sent), lost: rangesText(lost), unmade: rangesText(unmade) };
    if (lost.length > 0) this.#log.error(words, 'asked for batches that are no longer in the spool');
    else this.#log.info(words, 'batches sent again');
    return { done: true, answer: outcome };
  }

  #refuse(reason: string): Handled {
    this.#requests.inc({ outcome: 'refused' });
    this.#log.warn({ reason }, 'a return is refused');
    return { done: false, reason };
  }
}
