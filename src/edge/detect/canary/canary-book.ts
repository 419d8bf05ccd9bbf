import type { Clock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Metrics } from '../../../lib/metrics.ts';
import { CanaryMetrics, type DropReason } from './canary-metrics.ts';
import { type CanaryEvent, isRetried, nextStanding, type Standing } from './canary-phase.ts';
import {
  addWatched,
  type CanaryState,
  enter,
  freshState,
  isAbout,
  type ModelFile,
  watchEvidence,
} from './canary-state.ts';
import { type CanaryStore, damagedState } from './canary-store.ts';
import type { Comparison } from './comparison.ts';
import type { CanaryConfig } from './config.ts';
import type { LookIdentity, ModelAnswer } from './model-handle.ts';
import { addComparison, evidenceOf } from './tally.ts';

/** How often counts are put on disk while they grow; a transition is at once. */
const saveEveryMs = 10_000;
/** A node that has the new model for this long does not die of it at once. */
const longLifeMs = 300_000;
/** As many lives in a row that were shorter, and the new model is held to be why: one or two may be power cuts. */
const maxShortLives = 3;

/** What a canary's book needs. */
export interface CanaryBookOptions {
  readonly config: CanaryConfig;
  readonly models: { readonly old: ModelFile; readonly new: ModelFile };
  readonly store: CanaryStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Called at each transition, after it. */
  readonly onStanding: (standing: Standing) => void;
}

/** Owner of a canary's state: counts, judges, writes it down and says so. */
export class CanaryBook {
  readonly #options: CanaryBookOptions;
  readonly #metrics: CanaryMetrics;
  #state: CanaryState;
  /** What is on disk is not ours to overwrite: it could not be read, and nobody has decided to begin anew. */
  #damaged = false;
  #closed = false;
  #dirty = false;
  #savedAt: number;
  /** When the new model was first loaded in this life of the node. */
  #loadedAt: number | undefined;
  #saving: Promise<void> = Promise.resolve();
  #saveFails = false;

  constructor(options: CanaryBookOptions) {
    this.#options = options;
    this.#metrics = new CanaryMetrics(options.metrics);
    this.#state = freshState(options.models, options.clock.now());
    this.#savedAt = options.clock.monotonic();
  }

  get state(): CanaryState {
    return this.#state;
  }

  get standing(): Standing {
    return this.#state.standing;
  }

  /** Takes up what the last run of the node left. Never rejects: what cannot be read leaves the old model in charge. */
  async open(): Promise<void> {
    const { store, models, log } = this.#options;
    const found = await store.readState();
    if (found.kind === 'damaged') {
      this.#damaged = true;
      const { code, message, help } = damagedState(store.statePath, found.detail);
      log.error({ code, help }, message);
      this.apply({ kind: 'unavailable', cause: 'damaged', why: message });
      return;
    }
    if (found.kind === 'found' && isAbout(found.value, models)) this.#state = found.value;
    else if (found.kind === 'found') log.info({ ...this.#names }, 'the canary is about other models: it begins anew');
    this.#metrics.phase(this.standing.phase);
    this.#metrics.totals(this.#state.tally);
    const why = this.#crashed();
    if (why !== undefined) this.apply({ kind: 'unavailable', cause: 'crashed', why });
    this.#state.loading = false;
    // Was it only missing, it may be there now.
    if (isRetried(this.standing)) this.#state.standing = { phase: 'idle' };
  }

  /** Tells the state machine; a transition is logged, counted and written down. */
  apply(event: CanaryEvent): void {
    const { config, clock, log, onStanding } = this.#options;
    const before = this.standing;
    const after = nextStanding(before, event, config);
    if (after === before) return;
    if (event.kind === 'promote' || event.kind === 'restart') {
      this.#damaged = false;
      this.#state.shortLives = 0;
    }
    enter(this.#state, after, clock.now());
    this.#metrics.phase(after.phase);
    const level = after.phase === 'refused' || after.phase === 'rolled-back' ? 'warn' : 'info';
    log[level](
      { ...this.#names, from: before.phase, to: after.phase, cause: after.cause, reason: after.reason },
      'canary',
    );
    void this.save();
    onStanding(after);
  }

  /** Both models saw a look. */
  compared(look: LookIdentity, found: Comparison, runs: { old: ModelAnswer['run']; new: ModelAnswer['run'] }): void {
    addComparison(this.#state.tally, look, found, runs);
    this.#metrics.comparison(found);
    this.#judge();
  }

  /** The new model failed on a look it was compared on. */
  failed(): void {
    this.#state.tally.failures += 1;
    this.#metrics.picture('failed');
    this.#judge();
  }

  /** A sampled look was not compared. */
  dropped(reason: DropReason): void {
    this.#state.tally.dropped[reason] += 1;
    this.#metrics.picture(reason);
    this.#dirty = true;
  }

  /** The new model, in charge, answered or failed. */
  served(latencyMs: number | 'failed'): void {
    if (this.standing.phase !== 'taken-over') return;
    if (latencyMs === 'failed') this.#state.watch.failures += 1;
    else addWatched(this.#state.watch, latencyMs);
    this.watched(0);
  }

  /** Time on watch went by. */
  watched(ms: number): void {
    if (this.standing.phase !== 'taken-over') return;
    this.#state.watch.watchedMs += ms;
    this.#dirty = true;
    this.apply({ kind: 'watched', evidence: watchEvidence(this.#state.watch, this.#state.tally) });
  }

  /** Marks on disk that the new model is being loaded: a node that dies of it does not try for ever. */
  async loading(now: boolean): Promise<void> {
    this.#state.loading = now;
    if (this.#loadedAt === undefined) {
      this.#loadedAt = this.#options.clock.monotonic();
      this.#state.shortLives += 1;
    }
    await this.save();
  }

  /** Notes an order as carried out; on disk before the order is taken away. */
  async carriedOut(orderId: string): Promise<void> {
    this.#state.lastOrder = orderId;
    await this.save();
  }

  /** Writes counts down now and then. */
  async saveNowAndThen(): Promise<void> {
    const { clock } = this.#options;
    if (this.#state.shortLives > 0 && clock.monotonic() - (this.#loadedAt ?? clock.monotonic()) >= longLifeMs) {
      this.#state.shortLives = 0;
      this.#dirty = true;
    }
    if (this.#dirty && clock.monotonic() - this.#savedAt >= saveEveryMs) await this.save();
  }

  /** Writes the state for the last time: a node that is stopped did not end over a model it was loading. */
  async close(): Promise<void> {
    this.#state.loading = false;
    this.#state.shortLives = 0;
    await this.save();
    this.#closed = true;
  }

  /** Writes the state as it is when its turn comes. Never rejects: a full disk must not end a canary or a node. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    if (this.#damaged || this.#closed) return;
    this.#dirty = false;
    this.#savedAt = this.#options.clock.monotonic();
    try {
      await this.#options.store.writeState(this.#state);
      this.#saveFails = false;
    } catch (error) {
      this.#dirty = true;
      if (!this.#saveFails) this.#options.log.error({ reason: messageOf(error) }, 'canary state not written');
      this.#saveFails = true;
    }
  }

  #judge(): void {
    const { tally } = this.#state;
    this.#dirty = true;
    this.#metrics.totals(tally);
    this.apply({ kind: 'compared', evidence: evidenceOf(tally) });
  }

  /** Why the last lives of the node speak against the new model. */
  #crashed(): string | undefined {
    const { loading, shortLives } = this.#state;
    if (loading) return 'the node ended while the new model was being loaded';
    return shortLives >= maxShortLives
      ? `the node ended ${shortLives} times within minutes of loading the new model`
      : undefined;
  }

  get #names() {
    const { old, new: fresh } = this.#options.models;
    return { oldModel: old.id, newModel: fresh.id };
  }
}
