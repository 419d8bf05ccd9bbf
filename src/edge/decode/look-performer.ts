import type { Frame } from 'node-av';
import type { Activity, ActivityInspector } from '../../domain/activity.ts';
import type { Picture } from '../../domain/picture.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import { PictureScaler } from './picture-scaler.ts';
import type { StageMs } from './worker-messages.ts';

/** A look and what its stages cost. */
export interface PerformedLook {
  readonly result: LookResult;
  readonly stages?: StageMs;
}

/** Turns decoded frames into what a look asks for: compares first, and scales pictures only where that is called for. */
export class LookPerformer {
  readonly #scaler = new PictureScaler();
  readonly #inspector: ActivityInspector | undefined;

  constructor(inspector: ActivityInspector | undefined) {
    this.#inspector = inspector;
  }

  /** `began`: when the thread took the job up, by `performance.now()`. */
  perform(frame: Frame, ask: LookAsk, began: number): PerformedLook {
    const decoded = performance.now();
    const activity = this.#inspect(frame, ask);
    const inspected = performance.now();
    const pictures: Picture[] = [];
    if (activity === undefined || activity.active || ask.always) {
      for (const spec of ask.specs) {
        const picture = this.#scaler.picture(frame, spec);
        if (picture === undefined) return { result: inconvertible(frame) };
        pictures.push(picture);
      }
    }
    const scaled = performance.now();
    return {
      result: { ok: true, activity, pictures, decodeMs: scaled - began },
      stages: { decode: decoded - began, inspect: inspected - decoded, scale: scaled - inspected },
    };
  }

  /** Frees what it holds; it can go on afterwards. */
  close(): void {
    this.#scaler.close();
  }

  #inspect(frame: Frame, { memory, at }: LookAsk): Activity | undefined {
    if (this.#inspector === undefined || memory === undefined) return undefined;
    const luma = this.#scaler.grey(frame, this.#inspector.width, this.#inspector.height);
    return luma && this.#inspector.inspect(memory, luma, at);
  }
}

function inconvertible(frame: Frame): DecodeFailure {
  return { ok: false, reason: 'unsupported', detail: `cannot convert pixel format ${frame.format}` };
}
