import type { Detection, ModelRun } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { LookPriority } from '../../domain/look.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { checkAskedClasses } from './asked-classes.ts';
import type { CanaryModel } from './canary/canary-model.ts';
import type { CanaryReport } from './canary/canary-report.ts';
import type { LookIdentity, WantedPicture } from './canary/model-handle.ts';
import { canaryBeside } from './canary/open-canary.ts';
import type { Detector, ModelDescription } from './detector.ts';
import { type LoadDetectorOptions, modelLane } from './load-detector.ts';
import { mergeModels } from './merge-models.ts';
import type { ModelLane } from './model-lane.ts';
import { findModel, knownClasses, type ModelManifest } from './model-manifest.ts';
import type { Detected } from './model-runner.ts';
import type { ModelStatus } from './model-status.ts';
import { modelSettings } from './prepare-model.ts';

/** One look, for the models it needs. */
export interface DetectRequest {
  /** By model id, each of the size `specOf` says or what packing takes of it. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Whose and when, as `picturesFor` was told: without it a canary sees nothing of the look. */
  readonly look?: LookIdentity;
  /** Normalised; absent: the whole picture. */
  readonly regions?: readonly Box[];
  readonly priority: LookPriority;
}

/** Why a model said nothing to a look. */
export interface DetectFailure {
  readonly model: string;
  /** `overloaded`: more urgent looks had its place. */
  readonly reason: 'unavailable' | 'failed' | 'overloaded';
  readonly detail: string;
}

/** What all models together found. */
export interface DetectOutcome {
  /** By model in the order asked, best score first, one box an object; each says which run found it. */
  readonly detections: readonly Detection[];
  readonly runs: readonly ModelRun[];
  /** This look's share of the detectors' working time. */
  readonly detectMs: number;
  /** Models that could not. */
  readonly failed: readonly string[];
  readonly failures: readonly DetectFailure[];
  /** Boxes among the detections that end where a region does: the object goes on, and is to be looked at again in full. */
  readonly cut: readonly Box[];
}

/** What the service needs beside its configuration. */
export interface DetectionServiceOptions extends LoadDetectorOptions {
  /** A model became ready or unavailable, or is unavailable still after another try. */
  readonly onStatus?: (model: string, status: ModelStatus) => void;
  /** Folder for what outlives the node: a canary's state. */
  readonly dataDir?: string;
}

/**
 * All models of a node, shared by all cameras. A model that does not load, fails, hangs or dies takes only itself to
 * `unavailable`; it is tried again by itself, and the others go on.
 */
export class DetectionService {
  readonly #lanes: ReadonlyMap<string, ModelLane>;
  readonly #iouThreshold: number;
  /** Threads of all models together. */
  readonly threads: number;
  /** Stands in the place of the model it may replace. */
  readonly #manifest: ModelManifest;
  readonly #known = new Map<string, ReadonlySet<ObjectClass>>();
  readonly #canary: { readonly in: CanaryModel; readonly place: string; readonly modelId: string } | undefined;

  /** @throws AppError MB_MODEL_UNKNOWN, MB_CONFIG_INVALID: to name a model nobody knows, or ask it for what it does not, is a mistake. */
  constructor(options: DetectionServiceOptions) {
    checkAskedClasses(options, options.store.manifest);
    const models = modelSettings(options, options.store);
    this.#iouThreshold = options.iouThreshold;
    this.#manifest = options.store.manifest;
    this.threads = models.reduce((sum, { sessions }) => sum + sessions, 0);
    this.#lanes = new Map(
      models.map((settings) => [
        settings.id,
        modelLane(settings, options, (status) => options.onStatus?.(settings.id, status)),
      ]),
    );
    const { canary } = options;
    if (canary !== undefined) {
      const old = this.#lanes.get(canary.replaces);
      if (old === undefined) throw notOurs(canary.replaces, [...this.#lanes.keys()]);
      const model = canaryBeside(old, canary, options, () => this.#isBusy());
      this.#canary = { in: model, place: canary.replaces, modelId: canary.modelId };
    }
  }

  /** Every model of the configuration, whether it runs or not. */
  get models(): readonly ModelDescription[] {
    return [...this.#lanes.values()].map(({ model }) => model);
  }

  /** Classes that some model can report at this moment. */
  get classes(): ReadonlySet<ObjectClass> {
    const running = [...this.#lanes.values()].filter(({ status }) => status.state !== 'unavailable');
    const canary = this.#canary?.in.model;
    const promoted = canary !== undefined && canary.id !== this.#canary?.place ? canary.classes : [];
    return new Set([...running.flatMap(({ model }) => model.classes), ...promoted]);
  }

  /** Resolves when every model is ready or known to be unavailable; never rejects for a model's sake. */
  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.close(), { once: true });
    await Promise.all([...this.#lanes.values()].map((lane) => lane.open()));
    await this.#canary?.in.start(signal);
  }

  /** The pictures a look needs for these models; with a canary another one at times, and another model's once it took over. */
  picturesFor(models: readonly string[], look: LookIdentity): readonly WantedPicture[] {
    const canary = this.#canary;
    return models.flatMap((modelId) =>
      canary?.place === modelId ? canary.in.inputsFor(look) : [{ modelId, spec: this.specOf(modelId) }],
    );
  }

  /** Whether pictures may still be looked at by a canary after `detect` has answered. */
  get keepsPictures(): boolean {
    return this.#canary !== undefined;
  }

  /** Where the canary stands and what it saw; undefined where none is configured. */
  canary(): CanaryReport | undefined {
    return this.#canary?.in.report();
  }

  /** The picture a model wants. @throws AppError MB_MODEL_UNKNOWN */
  specOf(modelId: string): PictureSpec {
    return this.detector(modelId).input;
  }

  /** One model by itself. @throws AppError MB_MODEL_UNKNOWN */
  detector(modelId: string): Detector {
    const lane = this.#lanes.get(modelId);
    if (lane === undefined) throw new AppError('MB_MODEL_UNKNOWN', `model "${modelId}" is not one of this node's`);
    return lane;
  }

  /** Has each model look at its picture once. Never rejects. */
  async detect(request: DetectRequest): Promise<DetectOutcome> {
    const answers = await Promise.all(
      this.#asked(request).map(async ([id, ask]): Promise<Answer> => {
        try {
          return { id, detected: await ask() };
        } catch (error) {
          return { failure: { model: id, reason: this.#reasonOf(id, error), detail: messageOf(error) } };
        }
      }),
    );
    const found = answers.flatMap((answer) => ('detected' in answer ? [answer.detected] : []));
    const findings = answers.flatMap((answer) =>
      'detected' in answer ? [{ ...answer.detected, knows: this.#knows(answer.id) }] : [],
    );
    const failures = answers.flatMap((answer) => ('failure' in answer ? [answer.failure] : []));
    return {
      ...mergeModels(findings, this.#iouThreshold),
      runs: found.map(({ run }) => run),
      detectMs: found.reduce((sum, { detectMs }) => sum + detectMs, 0),
      failed: failures.map(({ model }) => model),
      failures,
    };
  }

  /** How each model is. */
  status(): ReadonlyMap<string, ModelStatus> {
    return new Map([...this.#lanes].map(([id, { status }]) => [id, status]));
  }

  /** Fails what waits and frees the models; idempotent. */
  async close(): Promise<void> {
    await this.#canary?.in.stop();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  /** Who is asked; the two models of a canary are one. */
  #asked(request: DetectRequest): [id: string, ask: () => Promise<Detected>][] {
    const { pictures, regions, priority } = request;
    const canary = this.#canary;
    const asked = new Map<string, () => Promise<Detected>>();
    for (const [id, picture] of pictures) {
      if (canary !== undefined && (id === canary.place || id === canary.modelId)) {
        asked.set(canary.place, () => canary.in.detect(request));
      } else {
        asked.set(id, async () => this.detector(id).detect({ picture, ...(regions && { regions }), priority }));
      }
    }
    return [...asked];
  }

  /** Every class a model was trained for, asked for or not. */
  #knows(id: string): ReadonlySet<ObjectClass> {
    const known = this.#known.get(id) ?? knownClasses(this.#manifest, findModel(this.#manifest, id));
    this.#known.set(id, known);
    return known;
  }

  #isBusy(): boolean {
    return [...this.#lanes.values()].some(({ status }) => status.state === 'ready' && status.waiting > 0);
  }

  #reasonOf(id: string, error: unknown): DetectFailure['reason'] {
    if (error instanceof AppError && error.code === 'MB_OVERLOADED') return 'overloaded';
    return this.#lanes.get(id)?.status.state === 'ready' ? 'failed' : 'unavailable';
  }
}

/** What one model answered to one look. */
type Answer = { readonly id: string; readonly detected: Detected } | { readonly failure: DetectFailure };

/** Where models are named, the configuration has been checked for it; where they are chosen, only now. */
function notOurs(replaces: string, ids: readonly string[]): AppError {
  return new AppError(
    'MB_CONFIG_INVALID',
    `detect.canary.replaces: "${replaces}" is not one of this node's models: ${ids.join(', ')}`,
  );
}
