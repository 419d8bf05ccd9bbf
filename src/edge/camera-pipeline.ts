import type { AccessUnit } from '../domain/access-unit.ts';
import type { Activity } from '../domain/activity.ts';
import type { Hop } from '../domain/frame.ts';
import type { Box } from '../domain/geometry.ts';
import type { UtcMs } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome, LookPriority } from '../domain/look.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { Picture } from '../domain/picture.ts';
import { recordableTrack } from '../domain/recordable-track.ts';
import type { SceneEvent } from '../domain/scene-event.ts';
import type { Track } from '../domain/track.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { StartFrames } from './alert/start-frames.ts';
import type { AppearanceWatch } from './appearance-watch.ts';
import type { CameraAttention } from './camera-attention.ts';
import type { CameraFaults } from './camera-faults.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode/decode-result.ts';
import type { EventReporter } from './event-reporter.ts';
import { FrameClock } from './frame-clock.ts';
import type { CameraDetection, LookDetection, LookFindings } from './look-detection.ts';
import { type LookRegions, lookRegions } from './look-regions.ts';
import { type PictureMask, unmasked } from './picture-masks.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { SceneDemand } from './scene/camera-scenes.ts';
import type { Tracker } from './track/tracker.ts';
import { within } from './watch-area.ts';

/** Decodes one unit for a look; undefined: not yet (a stream that waits for its keyframe). */
export type LookDecode = (unit: AccessUnit, ask: LookAsk) => Promise<LookResult | undefined>;

/** How one look is taken. */
export interface LookMeans {
  readonly decode: LookDecode;
  /** Called once the decoder is free again. */
  readonly decoded?: () => void;
  readonly signal?: AbortSignal;
}

const never = new AbortController().signal;
const nothing: ReadonlySet<ObjectClass> = new Set();

/** Who is hidden for longer is not looked for any more: what hides it changes the picture when it goes. */
const lookedForMs = 30_000;

/** A look as the scenes are shown it. */
interface ObservedLook {
  readonly at: UtcMs;
  readonly tracks: readonly Track[];
  readonly aspect: number;
}

/** What the pipeline needs of the stages; each is the stage's own class in production. */
export interface PipelineStages {
  readonly detection: CameraDetection;
  readonly attention: CameraAttention;
  /** Whether the camera can be trusted; absent: it is. */
  readonly faults?: Pick<CameraFaults, 'ask' | 'look'>;
  /** Absent where no model tells appearances. */
  readonly appearance?: Pick<AppearanceWatch, 'tell'> | undefined;
  readonly tracker: Pick<Tracker, 'update'>;
  readonly scenes: {
    readonly demand: SceneDemand | undefined;
    /** Absent: no condition ever has a beginning. */
    readonly pendingSince?: readonly UtcMs[];
    /** Before each `update`: what that look was not looked at for. False: no scene can do with it. */
    overlook?(classes: ReadonlySet<ObjectClass>): boolean;
    update(look: { at: UtcMs; tracks: readonly Track[]; aspect: number }): readonly SceneEvent[];
  };
  /** Writes down what the scenes were shown, and what they said. */
  readonly observe?: (look: ObservedLook, events: readonly SceneEvent[]) => void;
  readonly reporter: Pick<EventReporter, 'report'>;
  /** Pictures of the moments in which conditions began; without it alerts have none. */
  readonly starts?: StartFrames;
  /** Part of the picture that concerns its zones; undefined: all of it. */
  readonly area?: readonly Box[] | undefined;
  /** Parts of it in which nothing counts. */
  readonly masks?: readonly PictureMask[];
}

/** One camera's way from coded picture to alert. Its owner takes looks one at a time and in order. */
export class CameraPipeline {
  readonly #stages: PipelineStages;
  readonly #memory: SharedArrayBuffer;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #metrics: PipelineMetrics;
  readonly #frameClock = new FrameClock();
  #tracks: readonly Track[] = [];
  /** Width of the last picture by its height. */
  #aspect = 16 / 9;
  /** Objects that a region of the last look cut through: looked at again with more around them. */
  #cut: readonly Box[] = [];
  /** Classes whose models did not run on the look before. */
  #unavailable: ReadonlySet<ObjectClass> = nothing;
  /** Resolves when the look before is judged. */
  #turn: Promise<void> = Promise.resolve();

  /** `memory`: the camera's past for the activity gate, zeroed. */
  constructor(options: {
    stages: PipelineStages;
    memory: SharedArrayBuffer;
    clock: Clock;
    log: Logger;
    metrics: PipelineMetrics;
  }) {
    this.#stages = options.stages;
    this.#memory = options.memory;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#metrics = options.metrics;
  }

  /** Whether any object is followed. */
  get follows(): boolean {
    return this.#tracks.length > 0;
  }

  /** Resolves when the looks taken so far are judged and reported. */
  get settled(): Promise<void> {
    return this.#turn;
  }

  /** What the camera asks of its next looks; undefined while no scene of it can work. */
  needs(at: UtcMs): LookNeeds | undefined {
    const { demand } = this.#stages.scenes;
    return demand && this.#stages.attention.needs(demand, at);
  }

  /**
   * One look: decode, compare, detect what changed or is followed, judge. `decoded` is called once the decoder is free
   * again. Undefined: the decoder had no picture to judge yet. Never rejects. A look whose `signal` aborts on the way
   * leaves the camera's state alone: another may have it in hand.
   */
  async look(
    unit: AccessUnit,
    priority: LookPriority,
    { decode, decoded = () => {}, signal = never }: LookMeans,
  ): Promise<LookOutcome | undefined> {
    const at = this.#frameClock.timeOf(unit);
    const before = this.#turn;
    const { promise, resolve: over } = Promise.withResolvers<void>();
    this.#turn = promise;
    // A look that was given up keeps nobody waiting, and lets nobody overtake the one before it.
    signal.addEventListener('abort', () => void before.then(over), { once: true });
    const means = { decode, decoded, signal, before };
    const outcome = await this.#look(unit, at, priority, means).catch((error: unknown): LookOutcome => {
      // A model that fails takes this look, not the node; what it would have seen is looked for on the next.
      this.#stages.attention.wantFullPicture();
      const result = resultOf(error);
      if (result === 'failed') this.#log.warn({ error: messageOf(error) }, 'look failed');
      return { result, at, decodeMs: 0, detectMs: 0 };
    });
    // One without a picture ends before those before it: whoever waits for it waits for them as well.
    void before.then(over);
    if (outcome !== undefined) this.#metrics.looks.inc({ result: outcome.result });
    return outcome;
  }

  async #look(
    unit: AccessUnit,
    at: UtcMs,
    priority: LookPriority,
    { decode, decoded, signal, before }: Required<LookMeans> & { readonly before: Promise<void> },
  ): Promise<LookOutcome | undefined> {
    const { attention, faults, appearance, area, masks = [] } = this.#stages;
    const detection = this.#stages.detection.at(at);
    this.#noteModels(detection);
    const hops: Hop[] = [{ stage: 'received', at: unit.receivedAt }];
    const pass = (stage: string) => hops.push({ stage, at: this.#clock.now() });
    const whole = attention.fullPictureDue(at);
    const always = whole || this.#lookedFor(at).length + this.#cut.length > 0;
    const reference = faults?.ask(at);
    const ask = { specs: detection.specs, memory: this.#memory, ...(reference && { reference }), always, at };
    const answer = await decode(unit, ask).finally(decoded);
    if (answer === undefined) return undefined;
    // Pictures of one camera may be decoded while the one before is detected; they are judged in order.
    await before;
    if (signal.aborted) return { result: 'failed', at, decodeMs: 0, detectMs: 0 };
    if (!answer.ok) {
      this.#log.debug({ reason: answer.reason, detail: answer.detail }, 'picture not decoded');
      return { result: failureOf(answer.reason), at, decodeMs: 0, detectMs: 0 };
    }
    pass('decoded');
    const { activity, condition, pictures, decodeMs } = answer;
    if (activity !== undefined) {
      attention.note(concerns(activity, area), at);
      this.#metrics.gate.inc({ reason: activity.reason });
    }
    // Before the scenes have their say, as pictures that are not to be trusted are not for them, and whatever detectors do.
    const broken = condition && reference ? (faults?.look(condition, reference.order, Math.round(at)) ?? []) : [];
    const shown = { unit, at, hops, detections: [], evidence: pictures[detection.specs.length] };
    for (const event of broken) await this.#stages.reporter.report(event, shown);
    const [picture] = pictures;
    if (picture !== undefined) this.#aspect = picture.sourceWidth / picture.sourceHeight;
    const { full, regions } = lookRegions({ activity, whole, tracks: this.#lookedFor(at), cut: this.#cut, area });
    const findings = await this.#detect(detection, pictures, { full, regions }, priority);
    const { detections: found, detectMs, cut } = findings;
    if (signal.aborted) return this.#givenUp({ at, decodeMs, detectMs });
    const { unseen, partly } = this.#overlooked(findings, detection, full && pictures.length > 0, at);
    this.#cut = cut;
    pass('detected');

    const unhidden = unmasked(found, masks);
    const around = { tracks: this.#tracks, at };
    const detections =
      (await appearance?.tell(unhidden, pictures.slice(0, detection.specs.length), around)) ?? unhidden;
    if (signal.aborted) return this.#givenUp({ at, decodeMs, detectMs });
    const tracks = this.#stages.tracker.update(detections, at, unseen);
    this.#tracks = tracks.filter(({ state }) => state !== 'removed');
    // Scenes judge what the observation log can tell, so that a replay comes to the same.
    const look = { at: Math.round(at), tracks: tracks.map(recordableTrack), aspect: this.#aspect };
    const events = this.#stages.scenes.update(look);
    this.#observe(look, events);
    pass('decided');
    this.#metrics.lookSeconds.observe((this.#clock.now() - unit.receivedAt) / 1000);
    const evidence = pictures[detection.specs.length];
    const began = events.filter(({ phase }) => phase === 'raised').map(({ startedAt }) => startedAt);
    const { starts, scenes } = this.#stages;
    starts?.note({ unit, at, tracks }, [...(scenes.pendingSince ?? []), ...began]);
    for (const event of events) {
      const start = event.phase === 'raised' ? starts?.of(event.startedAt) : undefined;
      await this.#stages.reporter.report(event, { unit, at, hops, detections, evidence, start });
    }
    detection.release(pictures);
    return { result: 'decided', ...partly, at, decodeMs, detectMs };
  }

  /** What a model could not see while it did not run is looked for once it does, whether anything moves or not. */
  #noteModels({ unavailable = nothing }: LookDetection): void {
    if ([...this.#unavailable].some((each) => !unavailable.has(each))) this.#stages.attention.wantFullPicture();
    this.#unavailable = unavailable;
  }

  /**
   * What the look was not looked at for, as models failed or do not run; what failed is looked for again. @throws AppError
   * where no scene can do with the rest.
   */
  #overlooked(
    { overlooked = nothing, failure }: LookFindings,
    { unavailable = nothing }: LookDetection,
    full: boolean,
    at: UtcMs,
  ): { readonly unseen: ReadonlySet<ObjectClass>; readonly partly?: Pick<LookOutcome, 'partly'> } {
    const { attention, scenes } = this.#stages;
    const isOfUse = scenes.overlook?.(overlooked) !== false;
    if (!isOfUse && failure !== undefined) throw failure;
    if (overlooked.size > 0) attention.wantFullPicture();
    else if (full) attention.noteFullPicture(at);
    if (overlooked.size === 0) return { unseen: unavailable };
    return { unseen: new Set([...overlooked, ...unavailable]), partly: { partly: resultOf(failure) } };
  }

  /** What the book holds for raised must be reported, whatever becomes of the log. */
  #observe(look: ObservedLook, events: readonly SceneEvent[]): void {
    try {
      this.#stages.observe?.(look, events);
    } catch (error) {
      this.#log.error({ error: messageOf(error) }, 'look not written down');
    }
  }

  /** Another may have the camera's look in hand; what this one saw is looked for again. */
  #givenUp(look: Omit<LookOutcome, 'result'>): LookOutcome {
    this.#stages.attention.wantFullPicture();
    return { result: 'failed', ...look };
  }

  /** Followed objects whose places are looked at whatever the gate says. */
  #lookedFor(at: UtcMs): readonly Track[] {
    return this.#tracks.filter(({ lastSeenAt }) => at - lastSeenAt <= lookedForMs);
  }

  async #detect(
    detection: LookDetection,
    pictures: readonly Picture[],
    { full, regions }: LookRegions,
    priority: LookPriority,
  ): Promise<LookFindings> {
    if (pictures.length === 0 || regions?.length === 0) return { detections: [], detectMs: 0, cut: [] };
    this.#metrics.detected.inc({ what: full ? 'picture' : 'regions' });
    return detection.detect(pictures, regions, priority);
  }
}

/**
 * Whether something changed that concerns a zone. A camera's first picture is looked at in full and shows no change: a
 * thousand that begin together would all be busy.
 */
function concerns(activity: Activity, area: readonly Box[] | undefined): boolean {
  return (
    activity.active && activity.reason !== 'first' && (area === undefined || within(activity.regions, area).length > 0)
  );
}

function resultOf(error: unknown): 'overloaded' | 'failed' {
  return error instanceof AppError && error.code === 'MB_OVERLOADED' ? 'overloaded' : 'failed';
}

function failureOf(reason: DecodeFailure['reason']): LookOutcome['result'] {
  return reason === 'decoder-died' ? 'failed' : reason;
}
