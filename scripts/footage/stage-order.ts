import type { LightKind, TakeKind, TruthInterval, TruthZone } from './truth.ts';

/** What is to be drawn: a take of a scene, or a picture for training where `take` is left out. */
export interface StageOrder {
  readonly scene: string;
  readonly take?: TakeKind;
  readonly seed: number;
  readonly light?: LightKind;
  /** In any light of its place, not in the take's own. */
  readonly isAnyLight?: boolean;
  readonly width: number;
  readonly height: number;
}

/** What was built. */
export interface StageReport {
  readonly about: string;
  readonly light: LightKind;
  readonly lengthS: number;
  readonly zones: readonly TruthZone[];
  readonly intervals: readonly TruthInterval[];
}
