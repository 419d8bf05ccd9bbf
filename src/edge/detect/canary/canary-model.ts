import type { Box } from '../../../domain/geometry.ts';
import type { LookPriority } from '../../../domain/look.ts';
import type { Picture, PictureSpec } from '../../../domain/picture.ts';
import type { Clock } from '../../../lib/clock.ts';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { Service } from '../../../lib/lifecycle.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Metrics } from '../../../lib/metrics.ts';
import { CanaryBook } from './canary-book.ts';
import type { DropReason } from './canary-metrics.ts';
import { CanaryOrders } from './canary-orders.ts';
import { isComparing, isNewInCharge } from './canary-phase.ts';
import { type CanaryReport, reportOf } from './canary-report.ts';
import type { CanaryStore } from './canary-store.ts';
import { compareDetections } from './comparison.ts';
import type { CanaryConfig } from './config.ts';
import type { LookIdentity, ModelAnswer, ModelHandle, ModelRequest, WantedPicture } from './model-handle.ts';
import { type NewModel, NewModelSlot } from './new-model-slot.ts';
import { isSampled } from './sample.ts';

/** Behind every look that decides anything. Not Infinity: the difference of two has to be a number. */
const lastInLine: LookPriority = { severity: 4, deadlineMs: Number.MAX_SAFE_INTEGER };

/** What a canary is made of. */
export interface CanaryModelOptions {
  readonly config: CanaryConfig;
  /** Loaded, and closed by whoever loaded it. */
  readonly old: ModelHandle;
  readonly new: NewModel;
  readonly store: CanaryStore;
  /** Whether looks are waiting for a model: then nothing is compared. */
  readonly busy?: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** One look for whichever model is in charge. */
export interface CanaryRequest {
  /** By model id; what `inputsFor` named. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Absent: not sampled. */
  readonly look?: LookIdentity;
  readonly regions?: readonly Box[];
  readonly priority: LookPriority;
}

/**
 * Two models in the place of one: the one in charge answers, and on a share of the looks the new one is asked, too,
 * after the answer was given. One comparison at a time and none while the node is busy, so that no look waits for it.
 * Whatever goes wrong with the new model, the old one goes on.
 */
export class CanaryModel implements Service {
  readonly #options: CanaryModelOptions;
  readonly #book: CanaryBook;
  readonly #slot: NewModelSlot;
  readonly #orders: CanaryOrders;
  /** Sampled looks for which no picture of the new model was asked, and why not. */
  readonly #declined = new WeakMap<LookIdentity, DropReason>();
  #comparing: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CanaryModelOptions) {
    this.#options = options;
    const models = { old: options.old.model, new: options.new };
    this.#book = new CanaryBook({ ...options, models, onStanding: () => void this.#slot.reconcile() });
    this.#slot = new NewModelSlot({ ...options, book: this.#book });
    this.#orders = new CanaryOrders({
      ...options,
      book: this.#book,
      settled: () => this.#slot.reconcile(),
      onRound: (ms) => this.#slot.handle !== undefined && this.#book.watched(ms),
    });
  }

  /** Resolves once the model in charge can answer: for a new one that is only to be compared nobody waits. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#book.open();
    await this.#orders.start();
    const settled = this.#slot.reconcile();
    if (isNewInCharge(this.#book.standing)) await settled;
    if (signal.aborted) return this.stop();
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#orders.stop();
    await this.#slot.close();
    await this.#book.close();
  }

  /** The model that decides now; its classes are those of the old model, which the new one has to have, too. */
  get model(): ModelHandle['model'] {
    return this.#inCharge.model;
  }

  /** Pictures a look needs: of the model in charge and, for the sample, of the other. */
  inputsFor(look: LookIdentity): readonly WantedPicture[] {
    const fresh = this.#isSampled(look) ? this.#slot.handle : undefined;
    const occupied = this.#occupied();
    if (fresh !== undefined && occupied !== undefined) this.#declined.set(look, occupied);
    const handles = fresh === undefined || occupied !== undefined ? [this.#inCharge] : [this.#inCharge, fresh];
    return handles.map(({ model, input }) => ({ modelId: model.id, spec: input }));
  }

  /**
   * Answers by the model in charge; `run` names the one that really ran.
   * @throws AppError as `ModelHandle.detect`; MB_MODEL_FAILED also when no model has a picture it takes.
   */
  async detect(request: CanaryRequest): Promise<ModelAnswer> {
    const server = this.#serverOf(request);
    if (server.handle === this.#slot.handle) return this.#serveByNew(server, request);
    const answer = await server.handle.detect(ask(request, server.picture));
    this.#sample(request, answer);
    return answer;
  }

  /** Where it stands and what it saw, for health and people. */
  report(): CanaryReport {
    return reportOf(this.#book.state);
  }

  get #inCharge(): ModelHandle {
    return isNewInCharge(this.#book.standing) && this.#slot.handle !== undefined
      ? this.#slot.handle
      : this.#options.old;
  }

  /** A look prepared for one model may arrive when the other has taken over: then the former still answers it. */
  #serverOf({ pictures }: CanaryRequest): { handle: ModelHandle; picture: Picture } {
    const first = this.#inCharge;
    const second = first === this.#options.old ? this.#slot.handle : this.#options.old;
    for (const handle of [first, second]) {
      const picture = handle && pictures.get(handle.model.id);
      if (handle !== undefined && picture !== undefined) return { handle, picture };
    }
    const [picture] = pictures.values();
    if (picture === undefined) throw new AppError('MB_MODEL_FAILED', `no picture for ${first.model.id}`);
    // Prepared for a model that is gone by now: the one in charge refuses what does not fit it.
    return { handle: first, picture };
  }

  async #serveByNew(server: { handle: ModelHandle; picture: Picture }, request: CanaryRequest): Promise<ModelAnswer> {
    try {
      const answer = await this.#slot.hold(server.handle.detect(ask(request, server.picture)));
      this.#book.served(answer.run.latencyMs);
      return answer;
    } catch (error) {
      if (isOverload(error) || this.#stopped) throw error;
      this.#book.served('failed');
      const { old } = this.#options;
      const own = request.pictures.get(old.model.id);
      const picture = own ?? (sameInput(old.input, server.handle.input) ? server.picture : undefined);
      if (picture === undefined) throw error;
      return old.detect(ask(request, picture));
    }
  }

  /** Why a sampled look is not compared now. */
  #occupied(): DropReason | undefined {
    if (this.#comparing !== undefined) return 'busy';
    return this.#options.busy?.() === true ? 'overloaded' : undefined;
  }

  #isSampled(look: LookIdentity | undefined): look is LookIdentity {
    if (look === undefined || this.#stopped || !isComparing(this.#book.standing)) return false;
    return isSampled(look.cameraId, look.at, this.#options.config.share);
  }

  /** Asks the new model about a look the old one has answered; nobody waits for it. */
  #sample(request: CanaryRequest, answer: ModelAnswer): void {
    const fresh = this.#slot.handle;
    const { look, pictures } = request;
    if (fresh === undefined || !this.#isSampled(look)) return;
    const picture = pictures.get(fresh.model.id);
    const reason = this.#declined.get(look) ?? this.#occupied() ?? (picture === undefined ? 'noPicture' : undefined);
    if (picture === undefined || reason !== undefined) {
      this.#book.dropped(reason ?? 'noPicture');
      return;
    }
    this.#comparing = this.#slot.hold(this.#compare(fresh, { ...request, look }, picture, answer)).finally(() => {
      this.#comparing = undefined;
    });
  }

  async #compare(
    fresh: ModelHandle,
    request: CanaryRequest & { readonly look: LookIdentity },
    picture: Picture,
    answer: ModelAnswer,
  ): Promise<void> {
    try {
      const theirs = await fresh.detect(ask({ ...request, priority: lastInLine }, picture));
      const found = compareDetections(
        answer.detections,
        theirs.detections,
        this.#options.config.score,
        request.regions,
      );
      this.#book.compared(request.look, found, { old: answer.run, new: theirs.run });
    } catch (error) {
      // Closed under it: says nothing about the model.
      if (this.#slot.handle !== fresh) return;
      if (isOverload(error)) return this.#book.dropped('overloaded');
      this.#options.log.warn(
        { model: fresh.model.id, camera: request.look.cameraId, error: messageOf(error) },
        'canary failed on a picture',
      );
      this.#book.failed();
    }
  }
}

function ask({ regions, priority }: CanaryRequest, picture: Picture): ModelRequest {
  return { picture, priority, ...(regions !== undefined && { regions }) };
}

function isOverload(error: unknown): boolean {
  return error instanceof AppError && error.code === 'MB_OVERLOADED';
}

function sameInput(a: PictureSpec, b: PictureSpec): boolean {
  return a.width === b.width && a.height === b.height && a.fit === b.fit && a.format === b.format;
}
