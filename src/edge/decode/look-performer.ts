import type { Frame } from 'node-av';
import type { Activity, ActivityInspector } from '../../domain/activity.ts';
import type { Picture } from '../../domain/picture.ts';
import type { ConditionInspector, PictureCondition } from '../../domain/picture-condition.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import { PictureScaler } from './picture-scaler.ts';
import type { StageMs } from './worker-messages.ts';

/** A look and what its stages cost. */
export interface PerformedLook {
  readonly result: LookResult;
  readonly stages?: StageMs;
}

/** What looks at the small grey picture of a frame; each where there is one. */
export interface Inspectors {
  /** Compares each camera's pictures with its past; without one every look gives its pictures. */
  readonly inspector?: ActivityInspector;
  /** Measures whether a camera's pictures can be trusted; of the same size. */
  readonly conditions?: ConditionInspector;
}

/** Turns decoded frames into what a look asks for: compares first, and scales pictures only where that is called for. */
export class LookPerformer {
  readonly #scaler = new PictureScaler();
  readonly #inspectors: Inspectors;

  constructor(inspectors: Inspectors) {
    this.#inspectors = inspectors;
  }

  /** `began`: when the thread took the job up, by `performance.now()`. */
  perform(frame: Frame, ask: LookAsk, began: number): PerformedLook {
    const decoded = performance.now();
    const { activity, condition } = this.#inspect(frame, ask);
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
      result: { ok: true, activity, condition, pictures, decodeMs: scaled - began },
      stages: { decode: decoded - began, inspect: inspected - decoded, scale: scaled - inspected },
    };
  }

  /** Frees what it holds; it can go on afterwards. */
  close(): void {
    this.#scaler.close();
  }

  #inspect(frame: Frame, { memory, reference, at }: LookAsk): Inspected {
    const { inspector, conditions } = this.#inspectors;
    const size = inspector ?? conditions;
    if (size === undefined || (memory === undefined && reference === undefined)) return {};
    const luma = this.#scaler.grey(frame, size.width, size.height);
    if (luma === undefined) return {};
    const activity = memory && inspector?.inspect(memory, luma, at);
    const condition = reference && conditions?.measure(reference.memory, luma, at, reference.order);
    return { activity, condition };
  }
}

interface Inspected {
  readonly activity?: Activity | undefined;
  readonly condition?: PictureCondition | undefined;
}

function inconvertible(frame: Frame): DecodeFailure {
  return { ok: false, reason: 'unsupported', detail: `cannot convert pixel format ${frame.format}` };
}
