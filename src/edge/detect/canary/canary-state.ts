import { z } from 'zod';
import type { Sha256, UtcMs } from '../../../domain/ids.ts';
import { canaryCauses, canaryPhases, type Standing, type WatchEvidence } from './canary-phase.ts';
import { emptyTally, lnMs, type Tally, tallySchema } from './tally.ts';

const count = z.number().int().nonnegative();
const utcMs = z.number().int().nonnegative();
const modelSchema = z.strictObject({ id: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const standingSchema = z.strictObject({
  phase: z.enum(canaryPhases),
  cause: z.enum(canaryCauses).exactOptional(),
  reason: z.string().exactOptional(),
});

const watchSchema = z.strictObject({
  pictures: count,
  failures: count,
  /** Sum of natural logarithms of milliseconds a picture. */
  lnMs: z.number(),
  watchedMs: z.number().nonnegative(),
});

/** What a canary remembers over a restart: one JSON file, written by the node alone. */
export const canaryStateSchema = z.strictObject({
  version: z.literal(1),
  /** It is about these two files; with another it begins anew. */
  old: modelSchema,
  new: modelSchema,
  standing: standingSchema,
  /** Since when it stands there. */
  since: utcMs,
  /** Set while the new model is being loaded: still set at a start, the node ended over it. */
  loading: z.boolean(),
  /** Lives of the node, one after the other, that ended unasked within minutes of loading it. */
  shortLives: count,
  tally: tallySchema,
  watch: watchSchema,
  /** The latest transitions, oldest first. */
  history: z.array(z.strictObject({ at: utcMs, ...standingSchema.shape })),
  /** The operator's order that was carried out last. */
  lastOrder: z.string().exactOptional(),
});

/** See `canaryStateSchema`; changed in place by its one owner. */
export type CanaryState = z.output<typeof canaryStateSchema>;
/** What the new model did since it took over. */
export type Watch = CanaryState['watch'];

/** Which file a model is. */
export interface ModelFile {
  readonly id: string;
  readonly sha256: Sha256;
}

const maxHistory = 50;

/** A canary that has seen nothing yet. */
export function freshState(models: { old: ModelFile; new: ModelFile }, at: UtcMs): CanaryState {
  return {
    version: 1,
    old: fileOf(models.old),
    new: fileOf(models.new),
    standing: { phase: 'idle' },
    since: at,
    loading: false,
    shortLives: 0,
    tally: emptyTally(),
    watch: emptyWatch(),
    history: [],
  };
}

/** Nothing watched yet. */
export function emptyWatch(): Watch {
  return { pictures: 0, failures: 0, lnMs: 0, watchedMs: 0 };
}

/** Whether a state is about these very files. */
export function isAbout(state: CanaryState, models: { old: ModelFile; new: ModelFile }): boolean {
  const same = (a: { id: string; sha256: string }, b: ModelFile) => a.id === b.id && a.sha256 === b.sha256;
  return same(state.old, models.old) && same(state.new, models.new);
}

/** Enters a phase: what belongs to the one before is let go. */
export function enter(state: CanaryState, standing: Standing, at: UtcMs): void {
  state.standing = { ...standing };
  state.since = at;
  state.history = [...state.history, { at, ...standing }].slice(-maxHistory);
  if (standing.phase === 'taken-over') state.watch = emptyWatch();
  if (standing.phase === 'idle') state.tally = emptyTally();
}

/** Counts one picture the new model answered while in charge. */
export function addWatched(watch: Watch, latencyMs: number): void {
  watch.pictures += 1;
  watch.lnMs += lnMs(latencyMs);
}

/** What the watch says beside what the old model took while it was compared. */
export function watchEvidence(watch: Watch, tally: Tally): WatchEvidence {
  const { pictures, failures, watchedMs } = watch;
  const known = pictures > 0 && tally.pictures > 0;
  const latencyRatio = known ? Math.exp(watch.lnMs / pictures - tally.lnOldMs / tally.pictures) : undefined;
  return { pictures, failures, watchedMs, latencyRatio };
}

function fileOf({ id, sha256 }: ModelFile): ModelFile {
  return { id, sha256 };
}
