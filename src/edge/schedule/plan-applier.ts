import type { Severity } from '../../domain/scene-id.ts';
import type { ClassAdmission } from './admit.ts';
import type { CameraLooks } from './camera-looks.ts';
import { rotate, shortestWatchLooks } from './rotation.ts';

/**
 * Gives cameras what their severity is granted. Less at once; more step by step: a camera that is told to come more often
 * sends its next keyframe, and a whole class doing so in one moment would be the next overload.
 */
export class PlanApplier {
  readonly #credit: Record<Severity, number> = { 1: 0, 2: 0, 3: 0, 4: 0 };

  /** Goes through the cameras of one severity; returns those that get more or less than before. */
  apply(
    granted: ClassAdmission,
    cameras: readonly CameraLooks[],
    now: { nowMs: number; ms: number },
  ): Set<CameraLooks> {
    const { severity, stretch, share, continuousShare } = granted;
    const moved = new Set<CameraLooks>();
    const rate = cameras.reduce((sum, { needs }) => sum + 1000 / (needs.everyMs * stretch), 0) * share;
    const perTurn = share < 1 ? shortestWatchLooks : 1;
    const more = Math.min(rate * 2 + 1, this.#credit[severity] + (rate * now.ms) / 1000 / perTurn);
    let credit = Math.max(0, more);
    for (const looks of cameras) {
      if (looks.stretch === stretch) continue;
      if (looks.stretch > stretch && looks.watched) {
        if (credit < 1) continue;
        credit -= 1;
      }
      looks.stretch = stretch;
      moved.add(looks);
    }
    for (const looks of rotate(cameras, share, now.nowMs, Math.floor(credit))) {
      if (looks.watched) credit -= 1;
      moved.add(looks);
    }
    this.#credit[severity] = credit;
    let streams = Math.round(continuousShare * cameras.filter(({ needs }) => needs.continuous).length);
    for (const looks of cameras) {
      const continuous = looks.needs.continuous && streams-- > 0;
      if (looks.continuous !== continuous) moved.add(looks);
      looks.continuous = continuous;
    }
    return moved;
  }
}
