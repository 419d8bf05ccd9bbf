import { anchorOf, insidePolygon } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';
import type { Zone } from '../../../domain/zone.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import type { RuleTrace } from './rule-trace.ts';

/** Which tracks of a look count for a scene: its classes, clear and large enough, not in an excluded zone. */
export class Subjects {
  readonly #classes: ReadonlySet<ObjectClass>;
  readonly #limits: SubjectLimits;
  readonly #exclusions: readonly Zone[];

  constructor(classes: readonly ObjectClass[], limits: SubjectLimits, exclusions: readonly Zone[]) {
    this.#classes = new Set(classes);
    this.#limits = limits;
    this.#exclusions = exclusions;
  }

  /**
   * Those seen on this look, tentative ones with them: at one look in two seconds, waiting for confirmation would make
   * every dwell seconds too long. Whoever raises anything asks `isSure` first.
   */
  seen(look: Look, trace?: RuleTrace): Track[] {
    return look.tracks.filter(
      (track) =>
        track.lastSeenAt === look.at &&
        (track.state === 'confirmed' || track.state === 'tentative') &&
        this.#classes.has(track.class) &&
        this.#counts(track, trace),
    );
  }

  /** Whether a track may raise an incident: confirmed, and once seen clearly. */
  isSure(track: Track, trace?: RuleTrace): boolean {
    if (track.state !== 'confirmed') {
      trace?.note({ verdict: 'waits', code: 'not-confirmed', track: track.id });
      return false;
    }
    const { enterScore } = this.#limits;
    if (track.bestScore >= enterScore) return true;
    const values = { score: track.bestScore, least: enterScore };
    trace?.note({ verdict: 'ignored', code: 'never-clear', track: track.id, values });
    return false;
  }

  #counts(track: Track, trace: RuleTrace | undefined): boolean {
    const { minBoxHeight, stayScore } = this.#limits;
    const height = track.box[3] - track.box[1];
    if (height < minBoxHeight) {
      trace?.note({ verdict: 'ignored', code: 'too-small', track: track.id, values: { height, least: minBoxHeight } });
      return false;
    }
    if (track.score < stayScore) {
      const values = { score: track.score, least: stayScore };
      trace?.note({ verdict: 'ignored', code: 'score-low', track: track.id, values });
      return false;
    }
    const anchor = anchorOf(track.box, this.#limits.anchor);
    const exclusion = this.#exclusions.find(({ points }) => insidePolygon(anchor, points));
    if (exclusion === undefined) return true;
    const values = { exclusion: exclusion.id };
    trace?.note({ verdict: 'ignored', code: 'in-exclusion', track: track.id, values });
    return false;
  }
}
