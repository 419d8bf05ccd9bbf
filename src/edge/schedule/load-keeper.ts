import type { CameraId } from '../../domain/ids.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { Admission } from './admission.ts';
import { type ClassAdmission, type ClassDemand, severities } from './admit.ts';
import type { CameraLooks } from './camera-looks.ts';
import type { ScheduleConfig } from './config.ts';
import { CostBook } from './cost-book.ts';
import type { DueCounts } from './due-account.ts';
import { PlanApplier } from './plan-applier.ts';
import type { ScheduleStatus } from './schedule-status.ts';
import { type ClassCensus, shedName, shedReport } from './shed-report.ts';

/** Over how long use and trouble are averaged. */
const meanOverMs = 3_000;

/** How a look fared against its deadline; `slow`: it took over half of its time; `gone`: it says nothing of the box. */
export type LookFate = 'in-time' | 'slow' | 'late' | 'gone';

/** Keeps the books of what the box does, and fits what is asked of it to what it can. */
export class LoadKeeper {
  readonly costs = new CostBook();
  readonly #target: number;
  readonly #threads: { readonly decoder: number; readonly detector: number };
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #cameras: ReadonlyMap<CameraId, CameraLooks>;
  readonly #due: Readonly<Record<Severity, DueCounts>>;
  readonly #admission: Admission;
  readonly #applier = new PlanApplier();
  #evaluatedMs: number | undefined;
  #busy = { decoder: 0, detector: 0 };
  #used = { decoder: 0, detector: 0 };
  #trouble = { looks: 0, late: 0, slow: 0 };
  #saidName: string;

  constructor(options: {
    threads: { readonly decoder: number; readonly detector: number };
    config: ScheduleConfig;
    clock: Clock;
    log: Logger;
    cameras: ReadonlyMap<CameraId, CameraLooks>;
    due: Readonly<Record<Severity, DueCounts>>;
  }) {
    const { targetUtilisation, maxStretch } = options.config;
    this.#target = targetUtilisation;
    this.#threads = options.threads;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#cameras = options.cameras;
    this.#due = options.due;
    this.#admission = new Admission({
      decoderMs: options.threads.decoder * 1000 * targetUtilisation,
      detectorMs: options.threads.detector * 1000 * targetUtilisation,
      maxStretch,
    });
    this.#saidName = shedName(this.plan);
  }

  get plan(): readonly ClassAdmission[] {
    return this.#admission.plan;
  }

  /** A look ended. */
  look(looks: CameraLooks, outcome: LookOutcome, fate: LookFate): void {
    this.#busy.decoder += outcome.decodeMs;
    this.#busy.detector += outcome.detectMs;
    if (outcome.result === 'decided') this.costs.look(looks.severity, outcome, looks.first);
    if (fate === 'gone') return;
    this.#trouble.looks += 1;
    if (fate === 'late') this.#trouble.late += 1;
    if (fate !== 'in-time') this.#trouble.slow += 1;
  }

  /** A picture was decoded only for those after it. */
  stream(severity: Severity, decodeMs: number): void {
    this.#busy.decoder += decodeMs;
    this.costs.stream(severity, decodeMs);
  }

  /** A picture waited until a newer one took its place. */
  overtaken(): void {
    this.#trouble.looks += 1;
    this.#trouble.late += 1;
    this.#trouble.slow += 1;
  }

  /** Gives a camera what its severity has now. Where only a part of them fits it waits for its turn. */
  place(looks: CameraLooks): void {
    const granted = this.#grantOf(looks.severity);
    looks.stretch = granted.stretch;
    looks.continuous = looks.needs.continuous && granted.continuousShare === 1;
    const watched = granted.share === 1;
    if (looks.watched !== watched) looks.watchedSinceMs = this.#clock.monotonic();
    looks.watched = watched;
  }

  /** Takes the time since the last call in: which cameras now get more or less, and whether what is shed changed. */
  evaluate(): { changed: boolean; moved: readonly CameraLooks[] } {
    const now = this.#clock.monotonic();
    const ms = Math.max(1, now - (this.#evaluatedMs ?? now - 1_000));
    this.#evaluatedMs = now;
    const classes = this.#classes();
    this.#average(ms);
    this.costs.close({
      ms,
      expectedOffers: (severity) => classes[severity].reduce((sum, looks) => sum + expected(looks, ms), 0),
      streams: (severity) => classes[severity].filter(({ continuous }) => continuous).length,
    });
    const demands = severities.map((severity) => this.#demand(severity, classes[severity]));
    const cut = this.#admission.evaluate(demands, { ms, used: this.#usedOfCapacity, ...this.#trouble });
    // What came late before less was taken on says nothing of what comes after.
    if (cut) this.#trouble = { looks: 0, late: 0, slow: 0 };
    return { moved: this.#apply(classes, { nowMs: now, ms }), changed: this.#say() };
  }

  /** How the box is used and what is shed. */
  status(): Omit<ScheduleStatus, 'waiting' | 'decoding' | 'undecided'> {
    const shed = new Set<CameraId>();
    for (const looks of this.#cameras.values()) if (!looks.watched) shed.add(looks.camera);
    const census = this.#census();
    const of = (severity: Severity) => {
      const { severity: _, ...granted } = this.#grantOf(severity);
      return { ...granted, ...census[severity], looks: structuredClone(this.#due[severity]) };
    };
    return {
      utilisation: { ...this.#used },
      usable: this.#admission.usable,
      classes: { 1: of(1), 2: of(2), 3: of(3), 4: of(4) },
      shed,
      problems: shedReport(this.plan, (severity) => census[severity]),
    };
  }

  #grantOf(severity: Severity): ClassAdmission {
    return this.plan.find((each) => each.severity === severity) ?? { severity, ...whole };
  }

  #classes(): Record<Severity, CameraLooks[]> {
    const classes: Record<Severity, CameraLooks[]> = { 1: [], 2: [], 3: [], 4: [] };
    for (const looks of this.#cameras.values()) if (looks.live) classes[looks.severity].push(looks);
    return classes;
  }

  #demand(severity: Severity, cameras: readonly CameraLooks[]): ClassDemand {
    const { rateFactor, ...costs } = this.costs.of(severity);
    const looksPerSecond = cameras.reduce((sum, { needs }) => sum + 1000 / needs.everyMs, 0) * rateFactor;
    const continuousCameras = cameras.filter(({ needs }) => needs.continuous).length;
    return { severity, looksPerSecond, continuousCameras, ...costs };
  }

  /** What was used, as shares of the threads' time, and what came late, both over the last seconds. */
  #average(ms: number): void {
    const keep = Math.exp(-ms / meanOverMs);
    for (const resource of ['decoder', 'detector'] as const) {
      const used = this.#busy[resource] / (ms * this.#threads[resource]);
      this.#used[resource] = this.#used[resource] * keep + used * (1 - keep);
    }
    this.#busy = { decoder: 0, detector: 0 };
    const { looks, late, slow } = this.#trouble;
    this.#trouble = { looks: looks * keep, late: late * keep, slow: slow * keep };
  }

  get #usedOfCapacity(): number {
    return Math.max(this.#used.decoder, this.#used.detector) / this.#target;
  }

  #apply(
    classes: Readonly<Record<Severity, readonly CameraLooks[]>>,
    now: { nowMs: number; ms: number },
  ): readonly CameraLooks[] {
    const moved = new Set<CameraLooks>();
    for (const looks of this.#cameras.values()) {
      if (looks.live) continue;
      this.place(looks);
      moved.add(looks);
    }
    for (const severity of severities) {
      const more = this.#applier.apply(this.#grantOf(severity), classes[severity], now);
      for (const looks of more) moved.add(looks);
    }
    return [...moved];
  }

  #census(): Record<Severity, ClassCensus> {
    const census = { 1: emptyCensus(), 2: emptyCensus(), 3: emptyCensus(), 4: emptyCensus() };
    for (const { severity, watched, continuous, needs } of this.#cameras.values()) {
      const entry = census[severity];
      entry.cameras += 1;
      if (!watched) entry.shed += 1;
      if (needs.continuous && !continuous) entry.withoutContinuous += 1;
    }
    return census;
  }

  /** One line of log when something else is shed than before. */
  #say(): boolean {
    const name = shedName(this.plan);
    if (name === this.#saidName) return false;
    this.#saidName = name;
    const { problems, utilisation, usable } = this.status();
    const fields = { utilisation, usable, plan: name };
    if (problems.length > 0) this.#log.warn({ code: 'MB_OVERLOADED', ...fields, problems }, 'what is shed changed');
    else this.#log.info(fields, 'nothing is shed');
    return true;
  }
}

const whole = { stretch: 1, share: 1, continuousShare: 1 };
const emptyCensus = () => ({ cameras: 0, shed: 0, withoutContinuous: 0 });

/** Pictures that come of a camera in a time, if it kept the interval asked for exactly; 0 where it is not to. */
function expected({ continuous, stretch, paceMs }: CameraLooks, ms: number): number {
  return continuous || stretch > 1 ? 0 : ms / paceMs;
}
