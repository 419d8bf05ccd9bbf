import type { LookOutcome } from '../../domain/look.ts';
import type { Severity } from '../../domain/scene-id.ts';
import { severities } from './admit.ts';

/** Costs a node begins with, before it has measured its own: a 360p keyframe, and a changed one in seven to detect. */
const begin: LookCosts = { decodeMs: 5, detectMs: 1.5, continuousMs: 45, rateFactor: 1 };
/** How fast measured costs are believed: up at once, for they announce overload; down with care. */
const upMs = 4_000;
const downMs = 6_000;
/** How fast a class of which nothing is seen drifts to what the others cost: its last measurement says ever less. */
const driftMs = 15_000;
/** A window with this many looks, or this much work, is believed in full; a smaller one by its part. */
const fullWeightLooks = 20;
const fullWeightMs = 500;

/** Mean costs of one severity's looks. */
export interface LookCosts {
  readonly decodeMs: number;
  readonly detectMs: number;
  readonly continuousMs: number;
  /** Pictures that come, for one that would come at exactly the interval asked for: cameras have their own intervals. */
  readonly rateFactor: number;
}

interface Window {
  looks: number;
  decodeMs: number;
  detectMs: number;
  streamMs: number;
  offers: number;
}

/** What a window of time was for a severity's cameras. */
export interface WindowTerms {
  readonly ms: number;
  /**
   * Pictures that were to come in it at the intervals asked for; 0 where these are stretched: of longer intervals a camera
   * keeps other multiples of its own.
   */
  readonly expectedOffers: (severity: Severity) => number;
  /** Cameras decoded continuously. */
  readonly streams: (severity: Severity) => number;
}

/** Keeps what looks cost on this box, by severity, as moving means over seconds. */
export class CostBook {
  readonly #costs = new Map<Severity, LookCosts>();
  #windows = emptyWindows();

  /** What a severity's looks cost as far as known. */
  of(severity: Severity): LookCosts {
    return this.#costs.get(severity) ?? this.#mean(severities) ?? begin;
  }

  /** A look ended. A camera's first look always reaches the detector and says nothing of those to come. */
  look(severity: Severity, { decodeMs, detectMs }: LookOutcome, first: boolean): void {
    const window = this.#windows[severity];
    if (first) return;
    window.looks += 1;
    window.decodeMs += decodeMs;
    window.detectMs += detectMs;
  }

  /** A picture was decoded only for those after it. */
  stream(severity: Severity, decodeMs: number): void {
    this.#windows[severity].streamMs += decodeMs;
  }

  /** A picture came. */
  offer(severity: Severity): void {
    this.#windows[severity].offers += 1;
  }

  /** Closes a window of time and takes what it showed into the means. */
  close(terms: WindowTerms): void {
    const windows = this.#windows;
    this.#windows = emptyWindows();
    const mean = this.#mean(severities);
    const seen: Severity[] = [];
    const before = new Map(this.#costs);
    for (const severity of severities) {
      const next = nextCosts(this.#costs.get(severity) ?? mean ?? begin, windows[severity], severity, terms);
      if (next === undefined) continue;
      seen.push(severity);
      this.#costs.set(severity, next);
    }
    const now = this.#mean(seen);
    if (now === undefined) return;
    const was = meanOf(seen.flatMap((severity) => before.get(severity) ?? [])) ?? now;
    for (const [severity, known] of this.#costs) {
      if (!seen.includes(severity)) this.#costs.set(severity, followed(known, { was, now }, terms.ms));
    }
  }

  #mean(of: readonly Severity[]): LookCosts | undefined {
    return meanOf(of.flatMap((severity) => this.#costs.get(severity) ?? []));
  }
}

function meanOf(all: readonly LookCosts[]): LookCosts | undefined {
  if (all.length === 0) return undefined;
  const mean = (of: (costs: LookCosts) => number) => all.reduce((sum, costs) => sum + of(costs), 0) / all.length;
  return {
    decodeMs: mean((costs) => costs.decodeMs),
    detectMs: mean((costs) => costs.detectMs),
    continuousMs: mean((costs) => costs.continuousMs),
    rateFactor: mean((costs) => costs.rateFactor),
  };
}

function emptyWindows(): Record<Severity, Window> {
  const empty = (): Window => ({ looks: 0, decodeMs: 0, detectMs: 0, streamMs: 0, offers: 0 });
  return { 1: empty(), 2: empty(), 3: empty(), 4: empty() };
}

/** Undefined where the window showed nothing. */
function nextCosts(known: LookCosts, window: Window, severity: Severity, terms: WindowTerms): LookCosts | undefined {
  const { looks, decodeMs, detectMs, streamMs, offers } = window;
  const streams = terms.streams(severity);
  const expected = terms.expectedOffers(severity);
  if (looks === 0 && streams === 0) return undefined;
  const weight = Math.min(1, looks / fullWeightLooks + (decodeMs + detectMs) / fullWeightMs);
  const towards = (old: number, measured: number, share: number) =>
    old + (measured - old) * (1 - Math.exp((-terms.ms * share) / (measured > old ? upMs : downMs)));
  return {
    decodeMs: looks === 0 ? known.decodeMs : towards(known.decodeMs, decodeMs / looks, weight),
    detectMs: looks === 0 ? known.detectMs : towards(known.detectMs, detectMs / looks, weight),
    continuousMs:
      streams === 0 || streamMs === 0
        ? known.continuousMs
        : towards(known.continuousMs, (streamMs / streams / terms.ms) * 1000, 1),
    rateFactor: expected < 0.5 ? known.rateFactor : towards(known.rateFactor, clamp(offers / expected, 0.2, 2), weight),
  };
}

/** Costs nobody sees change with those that are seen: a box that got faster did so for all. And they are believed ever less. */
function followed(known: LookCosts, { was, now }: { was: LookCosts; now: LookCosts }, ms: number): LookCosts {
  const share = 1 - Math.exp(-ms / driftMs);
  const follow = (of: (costs: LookCosts) => number) => {
    const moved = of(was) > 0 ? (of(known) * of(now)) / of(was) : of(known);
    return moved + (of(now) - moved) * share;
  };
  return {
    decodeMs: follow((costs) => costs.decodeMs),
    detectMs: follow((costs) => costs.detectMs),
    continuousMs: follow((costs) => costs.continuousMs),
    rateFactor: known.rateFactor,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
