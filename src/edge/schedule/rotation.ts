/** A camera that may be watched or not. */
export interface Rotated {
  /** Its looks in a second, at the interval its class has now. */
  readonly looksPerSecond: number;
  /** Whether it is watched, and since when it is or is not, in monotonic ms. */
  watched: boolean;
  watchedSinceMs: number;
}

/** How long a camera is watched at a stretch: long enough for a rule that waits, and at least two looks. */
const shortestWatchMs = 30_000;
/** Looks of a camera's turn; one in so many looks may so be the first of a camera that has just come in. */
export const shortestWatchLooks = 2;

/**
 * Chooses which cameras of a class are watched when `share` of their looks fits, turn by turn: who has been watched its
 * time gives way to who has waited longest. At most `mayEnter` come in at once: each is looked at at once, and all
 * together would be more than the share. Changes `watched` of the cameras and returns those it changed.
 */
export function rotate<T extends Rotated>(cameras: readonly T[], share: number, nowMs: number, mayEnter: number): T[] {
  const budget = share * cameras.reduce((sum, { looksPerSecond }) => sum + looksPerSecond, 0) * (1 + 1e-9);
  const chosen = new Set<T>();
  let used = 0;
  let entered = 0;
  let waiting = false;
  for (const camera of inTurn(cameras, nowMs)) {
    const fits = used + camera.looksPerSecond <= budget;
    if (!camera.watched && (!fits || entered >= mayEnter)) {
      waiting = true;
      // Room is kept for one that needs more than has come free: else small ones would pass it for ever.
      if (!fits && camera.looksPerSecond <= budget) break;
      continue;
    }
    if (!fits) continue;
    if (!camera.watched) entered += 1;
    // Nobody waits for its place: another term.
    else if (!waiting && hadItsTime(camera, nowMs)) camera.watchedSinceMs = nowMs;
    used += camera.looksPerSecond;
    chosen.add(camera);
  }
  const changed = cameras.filter((camera) => camera.watched !== chosen.has(camera));
  for (const camera of changed) {
    camera.watched = !camera.watched;
    camera.watchedSinceMs = nowMs;
  }
  return changed;
}

/** First who is being watched and has time left, then who waits, longest first, then who has had its time. */
function inTurn<T extends Rotated>(cameras: readonly T[], nowMs: number): T[] {
  const turn = (camera: T) => (!camera.watched ? 1 : hadItsTime(camera, nowMs) ? 2 : 0);
  const keyed = cameras.map((camera) => ({ camera, turn: turn(camera) }));
  keyed.sort((a, b) => a.turn - b.turn || a.camera.watchedSinceMs - b.camera.watchedSinceMs);
  return keyed.map(({ camera }) => camera);
}

function hadItsTime(camera: Rotated, nowMs: number): boolean {
  const watchMs = Math.max(shortestWatchMs, (shortestWatchLooks * 1000) / camera.looksPerSecond);
  return nowMs - camera.watchedSinceMs >= watchMs;
}
