import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import { type Picture, type PictureSpec, releasePicture } from '../domain/picture.ts';
import { AppError } from '../lib/errors.ts';
import type { DetectFailure, DetectionService, DetectRequest } from './detect/detection-service.ts';
import type { ModelDescription } from './detect/detector.ts';
import { type TileConfig, tilePictureSpec } from './detect/packing/tiles.ts';
import type { CameraDetection, LookDetection, LookFindings } from './look-detection.ts';

/** What it needs of the node's models. */
type ModelsOfNode = Pick<DetectionService, 'detect' | 'models' | 'classes' | 'picturesFor' | 'keepsPictures'>;

/** The models one camera's scenes need, each run once a look. */
export class ModelsOfCamera implements CameraDetection {
  readonly #camera: CameraId;
  readonly #service: ModelsOfNode;
  readonly #models: readonly ModelDescription[];
  readonly #tiles: TileConfig | undefined;

  /** `classes`: what the camera's scenes look for; `tiles`: the picture is seen larger than the models' input, in parts. */
  constructor(options: {
    camera: CameraId;
    service: ModelsOfNode;
    classes: ReadonlySet<ObjectClass>;
    tiles: TileConfig | undefined;
  }) {
    const { service, classes } = options;
    this.#camera = options.camera;
    this.#service = service;
    this.#tiles = options.tiles;
    this.#models = service.models.filter((model) => model.classes.some((each) => classes.has(each)));
  }

  at(at: UtcMs): LookDetection {
    const look = { cameraId: this.#camera, at };
    const { classes: provided } = this.#service;
    const wanted = this.#service.picturesFor(
      this.#models.map(({ id }) => id),
      look,
    );
    return {
      specs: wanted.map(({ spec }) => this.#enlarged(spec)),
      unavailable: new Set(this.#models.flatMap(({ classes }) => classes.filter((each) => !provided.has(each)))),
      detect: async (pictures, regions, priority) => {
        const byModel = new Map<string, Picture>();
        for (const [index, { modelId }] of wanted.entries()) {
          const picture = pictures[index];
          if (picture !== undefined) byModel.set(modelId, picture);
        }
        const request = { pictures: byModel, look, priority, ...(regions !== undefined && { regions }) };
        return this.#detect(request, provided);
      },
      release: (pictures) => {
        if (!this.#service.keepsPictures) for (const picture of pictures) releasePicture(picture);
      },
    };
  }

  /** Stretched pictures have a scale of their own across and down: their models see them whole. */
  #enlarged(spec: PictureSpec): PictureSpec {
    return this.#tiles === undefined || spec.fit !== 'letterbox' ? spec : tilePictureSpec(this.#tiles, spec);
  }

  /** `provided`: what models could find when the look began, as one may be ill by its end. */
  async #detect(request: DetectRequest, provided: ReadonlySet<ObjectClass>): Promise<LookFindings> {
    const { detections, runs, detectMs, cut, failed, failures } = await this.#service.detect(request);
    if (failures.length === 0) return { detections, detectMs, cut };
    // One model's failure takes what only it could have seen; the rest of the look stands.
    if (runs.length === 0) throw failureOf(failures);
    return { detections, detectMs, cut, overlooked: this.#overlooked(failed, provided), failure: failureOf(failures) };
  }

  /** Classes of models that failed alone; those of a model known to be unavailable the scenes do without anyway. */
  #overlooked(failed: readonly string[], provided: ReadonlySet<ObjectClass>): ReadonlySet<ObjectClass> {
    const classesOf = (hasFailed: boolean) =>
      this.#models.filter(({ id }) => failed.includes(id) === hasFailed).flatMap(({ classes }) => classes);
    const seen = new Set(classesOf(false));
    return new Set(classesOf(true).filter((each) => !seen.has(each) && provided.has(each)));
  }
}

function failureOf(failures: readonly DetectFailure[]): AppError {
  // What is known to be unavailable says nothing of why the others failed.
  const surprises = failures.filter(({ reason }) => reason !== 'unavailable');
  const overloaded = surprises.length > 0 && surprises.every(({ reason }) => reason === 'overloaded');
  const what = failures.map(({ model, detail }) => `${model}: ${detail}`).join('; ');
  return new AppError(overloaded ? 'MB_OVERLOADED' : 'MB_MODEL_FAILED', what);
}
