import type { WallTime } from '../lib/steady-clock.ts';
import type { CoverageChange, CoverageMemory, OpenInterval } from './publish/coverage-store.ts';

/**
 * A change of the blindness account as it is written: in wall time, each interval as long as it lasted. Where the wall
 * clock was set back an interval may overlap the one before, as that hour came twice; none is ever negative.
 */
export function wallChange(change: CoverageChange, time: WallTime): CoverageChange {
  if (time.stepMs === 0) return change;
  const wall = (at: number) => Math.max(0, time.wall(at));
  return {
    closed: change.closed.map((interval) => ({ ...interval, from: wall(interval.from), to: wall(interval.to) })),
    cameras: new Map(
      [...change.cameras].map(([camera, open]) => [camera, open === 'gone' ? open : moved(open, time.stepMs)]),
    ),
    at: wall(change.at),
  };
}

/** What was written, on the time line of this life. */
export function steadyMemory({ at, cameras }: CoverageMemory, time: WallTime): CoverageMemory {
  return {
    at: at === undefined ? undefined : time.steady(at),
    cameras: new Map([...cameras].map(([camera, open]) => [camera, moved(open, -time.stepMs)])),
  };
}

function moved(open: OpenInterval, byMs: number): OpenInterval {
  return open && { ...open, from: Math.max(0, open.from + byMs) };
}
