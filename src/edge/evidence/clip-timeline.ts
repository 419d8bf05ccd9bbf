import type { AccessUnit } from '../../domain/access-unit.ts';

/** A coded picture at its place in the clip, in decoding order. */
export interface TimedUnit {
  readonly unit: AccessUnit;
  /** When it is shown, ms since the clip's first picture. */
  readonly ptsMs: number;
}

/** Time in the clip in which the camera sent nothing. */
export interface ClipGap {
  readonly atMs: number;
  readonly ms: number;
}

/** The pictures of a clip on one time line. */
export interface ClipTimeline {
  readonly units: readonly TimedUnit[];
  readonly gaps: readonly ClipGap[];
}

/** The camera's clock may stray this far from the node's before it is set again; arrival is bursty. */
const driftMs = 2_000;
/** A picture between others is never shown further before its predecessors: sixteen of them at 16 a second. */
const reorderMs = 1_000;
/** Shorter pauses are jitter or low frame rates. */
const shortestGapMs = 1_000;

/**
 * Puts pictures on one time line: the camera's own steps within a session, the node's clock between sessions, so that a
 * gap takes the time it took. After a session began anew, what comes before its first keyframe is left out: it does not
 * decode.
 */
export function clipTimeline(units: readonly AccessUnit[]): ClipTimeline {
  const timed: TimedUnit[] = [];
  let origin: number | undefined;
  let session: Session | undefined;
  let lastShownMs = 0;
  let waitsForKeyframe = true;
  for (const unit of units) {
    origin ??= unit.receivedAt;
    const wallMs = unit.receivedAt - origin;
    const change = session === undefined ? 'restarted' : session.changeAt(unit, wallMs);
    if (change === 'restarted') waitsForKeyframe = true;
    if (waitsForKeyframe && !unit.keyframe) continue;
    waitsForKeyframe = false;
    if (session === undefined || change !== 'none') {
      const startMs = timed.length === 0 ? 0 : Math.max(wallMs, lastShownMs + 1);
      session = new Session(unit, startMs);
    }
    const ptsMs = session.timeOf(unit);
    lastShownMs = Math.max(lastShownMs, ptsMs);
    timed.push({ unit, ptsMs });
  }
  return { units: timed, gaps: gapsOf(timed) };
}

/** Pictures whose times have one origin. */
class Session {
  readonly #codec: AccessUnit['codec'];
  readonly #offsetMs: number;
  #lastPtsMs: number;

  constructor({ codec, ptsMs }: AccessUnit, startMs: number) {
    this.#codec = codec;
    this.#offsetMs = startMs - ptsMs;
    this.#lastPtsMs = ptsMs;
  }

  timeOf({ ptsMs }: AccessUnit): number {
    this.#lastPtsMs = Math.max(this.#lastPtsMs, ptsMs);
    return ptsMs + this.#offsetMs;
  }

  changeAt({ codec, keyframe, ptsMs }: AccessUnit, wallMs: number): 'none' | 'drifted' | 'restarted' {
    // A keyframe is shown after everything before it.
    const back = keyframe ? ptsMs <= this.#lastPtsMs : ptsMs < this.#lastPtsMs - reorderMs;
    if (codec !== this.#codec || back) return 'restarted';
    // Set anew at keyframes only: between them pictures are shown in another order than they come.
    return keyframe && Math.abs(ptsMs + this.#offsetMs - wallMs) > driftMs ? 'drifted' : 'none';
  }
}

function gapsOf(units: readonly TimedUnit[]): ClipGap[] {
  const times = units.map(({ ptsMs }) => ptsMs).toSorted((a, b) => a - b);
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const usualMs = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const least = Math.max(shortestGapMs, 4 * usualMs);
  return steps.flatMap((ms, index) => (ms > least ? { atMs: times[index] ?? 0, ms } : []));
}
