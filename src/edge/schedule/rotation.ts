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
const shortestWatchLooks = 2;

/**
 * Chooses which cameras of a class are watched when `share` of their looks fits, turn by turn: who has been watched its
 * time gives way to who has waited longest. Changes `watched` of the cameras and returns those it changed.
 */
export function rotate<T extends Rotated>(cameras: readonly T[], share: number, nowMs: number): T[] {
  if (share >= 1 || share <= 0) return set(cameras, () => share >= 1, nowMs);
  const budget = share * cameras.reduce((sum, { looksPerSecond }) => sum + looksPerSecond, 0);
  const order = [...cameras].sort((a, b) => turn(a, nowMs) - turn(b, nowMs) || a.watchedSinceMs - b.watchedSinceMs);
  const chosen = new Set<T>();
  let used = 0;
  for (const camera of order) {
    const fits = used + camera.looksPerSecond <= budget * (1 + 1e-9);
    // Room is kept for one that needs more than has come free: else small ones would pass it for ever.
    if (!fits && !camera.watched && camera.looksPerSecond <= budget) break;
    if (!fits) continue;
    used += camera.looksPerSecond;
    chosen.add(camera);
    // Nobody waits for its place: another term.
    if (turn(camera, nowMs) === 2) camera.watchedSinceMs = nowMs;
  }
  return set(cameras, (camera) => chosen.has(camera), nowMs);
}

/** First who is being watched and has time left, then who waits, longest first, then who has had its time. */
function turn(camera: Rotated, nowMs: number): 0 | 1 | 2 {
  if (!camera.watched) return 1;
  const watchMs = Math.max(shortestWatchMs, (shortestWatchLooks * 1000) / camera.looksPerSecond);
  return nowMs - camera.watchedSinceMs < watchMs ? 0 : 2;
}

function set<T extends Rotated>(cameras: readonly T[], watched: (camera: T) => boolean, nowMs: number): T[] {
  const changed = cameras.filter((camera) => camera.watched !== watched(camera));
  for (const camera of changed) {
    camera.watched = !camera.watched;
    camera.watchedSinceMs = nowMs;
  }
  return changed;
}
