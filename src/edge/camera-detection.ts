import type { Box } from '../domain/geometry.ts';
import type { LookPriority } from '../domain/look.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { Picture, PictureSpec } from '../domain/picture.ts';
import { AppError } from '../lib/errors.ts';
import type { CameraDetection } from './camera-pipeline.ts';
import type { DetectionService } from './detect/detection-service.ts';

/** The models one camera's scenes need, each run once a look. */
export class ModelsOfCamera implements CameraDetection {
  readonly specs: readonly PictureSpec[];
  readonly #service: Pick<DetectionService, 'detect'>;
  readonly #models: readonly string[];

  /** `classes`: what the camera's scenes look for. */
  constructor(service: Pick<DetectionService, 'detect' | 'models' | 'specOf'>, classes: ReadonlySet<ObjectClass>) {
    this.#service = service;
    this.#models = service.models
      .filter((model) => model.classes.some((each) => classes.has(each)))
      .map(({ id }) => id);
    this.specs = this.#models.map((id) => service.specOf(id));
  }

  async detect(pictures: readonly Picture[], regions: readonly Box[] | undefined, priority: LookPriority) {
    const byModel = new Map<string, Picture>();
    for (const [index, id] of this.#models.entries()) {
      const picture = pictures[index];
      if (picture !== undefined) byModel.set(id, picture);
    }
    const request = { pictures: byModel, priority, ...(regions !== undefined && { regions }) };
    const { detections, detectMs, cut, failures } = await this.#service.detect(request);
    // One model's failure takes its own scenes, which the service's status says; all of them take the look.
    if (failures.length > 0 && failures.length >= byModel.size) {
      const overloaded = failures.every(({ reason }) => reason === 'overloaded');
      const what = failures.map(({ model, detail }) => `${model}: ${detail}`).join('; ');
      throw new AppError(overloaded ? 'MB_OVERLOADED' : 'MB_MODEL_FAILED', what);
    }
    return { detections, detectMs, cut };
  }
}
