import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { Picture } from '../domain/picture.ts';
import { AppError } from '../lib/errors.ts';
import type { CameraDetection, LookDetection } from './camera-pipeline.ts';
import type { DetectionService, DetectRequest } from './detect/detection-service.ts';

/** The models one camera's scenes need, each run once a look. */
export class ModelsOfCamera implements CameraDetection {
  readonly #camera: CameraId;
  readonly #service: Pick<DetectionService, 'detect' | 'picturesFor'>;
  readonly #models: readonly string[];

  /** `classes`: what the camera's scenes look for. */
  constructor(
    camera: CameraId,
    service: Pick<DetectionService, 'detect' | 'models' | 'picturesFor'>,
    classes: ReadonlySet<ObjectClass>,
  ) {
    this.#camera = camera;
    this.#service = service;
    this.#models = service.models
      .filter((model) => model.classes.some((each) => classes.has(each)))
      .map(({ id }) => id);
  }

  at(at: UtcMs): LookDetection {
    const look = { cameraId: this.#camera, at };
    const wanted = this.#service.picturesFor(this.#models, look);
    return {
      specs: wanted.map(({ spec }) => spec),
      detect: async (pictures, regions, priority) => {
        const byModel = new Map<string, Picture>();
        for (const [index, { modelId }] of wanted.entries()) {
          const picture = pictures[index];
          if (picture !== undefined) byModel.set(modelId, picture);
        }
        return this.#detect({ pictures: byModel, look, priority, ...(regions !== undefined && { regions }) });
      },
    };
  }

  async #detect(request: DetectRequest) {
    const { detections, runs, detectMs, cut, failures } = await this.#service.detect(request);
    // One model's failure takes its own scenes, which the service's status says; all of them take the look.
    if (failures.length > 0 && runs.length === 0) {
      const overloaded = failures.every(({ reason }) => reason === 'overloaded');
      const what = failures.map(({ model, detail }) => `${model}: ${detail}`).join('; ');
      throw new AppError(overloaded ? 'MB_OVERLOADED' : 'MB_MODEL_FAILED', what);
    }
    return { detections, detectMs, cut };
  }
}
