import type { AlertDraft } from '../../domain/alert.ts';
import type { WallTime } from '../../lib/steady-clock.ts';

/**
 * An alert with its times as the wall clock has them now: inside the node they are steady, so that a clock that is set
 * neither ends nor fires a condition. The camera's own clock (`ntpMs`) is no business of ours.
 */
export function wallDraft(draft: AlertDraft, time: WallTime): AlertDraft {
  if (time.stepMs === 0) return draft;
  const { trace } = draft;
  // 1970 and a clock set back: a record of a time before that would be refused by all that read it.
  const wall = (at: number) => Math.max(0, time.wall(at));
  return {
    ...draft,
    startedAt: wall(draft.startedAt),
    observedAt: wall(draft.observedAt),
    trace: { ...trace, hops: trace.hops.map(({ stage, at }) => ({ stage, at: wall(at) })) },
  };
}
