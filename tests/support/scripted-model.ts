import type { Detection } from '../../src/domain/detection.ts';
import type { Sha256 } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { PictureSpec } from '../../src/domain/picture.ts';
import type { ModelAnswer, ModelHandle, ModelRequest } from '../../src/edge/detect/canary/model-handle.ts';
import { AppError } from '../../src/lib/errors.ts';
import { sha256 } from '../../src/lib/hash.ts';

/** A model that answers as told: the model's side of a canary, without weights. */
export class ScriptedModel implements ModelHandle {
  readonly model: { id: string; sha256: Sha256; classes: readonly ObjectClass[] };
  readonly input: PictureSpec;
  readonly requests: ModelRequest[] = [];
  latencyMs = 10;
  /** What it finds; an error is thrown; a promise is waited for first. */
  finds: readonly Detection[] | Error = [];
  gate: Promise<void> | undefined;
  closed = false;

  constructor(id: string, options: { classes?: readonly ObjectClass[]; fit?: PictureSpec['fit'] } = {}) {
    this.model = { id, sha256: sha256(id), classes: options.classes ?? ['person', 'car'] };
    this.input = { width: 32, height: 32, fit: options.fit ?? 'letterbox', format: 'rgb24' };
  }

  async detect(request: ModelRequest): Promise<ModelAnswer> {
    this.requests.push(request);
    await this.gate;
    if (this.closed) throw new AppError('MB_MODEL_FAILED', `${this.model.id} is closed`);
    if (this.finds instanceof Error) throw this.finds;
    const { id: modelId, sha256: modelSha256 } = this.model;
    const { width: inputWidth, height: inputHeight } = this.input;
    const run = { modelId, modelSha256, provider: 'cpu', inputWidth, inputHeight, latencyMs: this.latencyMs };
    return { detections: [...this.finds], run, detectMs: this.latencyMs, cut: [] };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
