import type { PictureCondition, PictureFault, ReferenceMatch } from '../../domain/picture-condition.ts';
import type { HealthConfig } from './config.ts';

/** What one picture says of its camera; `unclear`: nothing, in this light. A fault must last `afterMs`. */
export type PictureVerdict =
  | { readonly kind: 'well' | 'unclear' }
  | { readonly kind: 'fault'; readonly fault: PictureFault; readonly afterMs: number };

/** Layout that is kept from which a lost structure is one out of focus, not one covered. */
const sameLayout = 0.75;

/** Of a view without a reference: share of blocks with structure up to which it is a flat cover. */
const flatStructure = 0.02;

/** Usual structure and large-scale contrast below which something hides the view, rather than it being another. */
const hidden = { structured: 0.6, relief: 0.35 } as const;

const well: PictureVerdict = { kind: 'well' };
const unclear: PictureVerdict = { kind: 'unclear' };

/** Judges one picture. `dark`: the light may be out, as it is night there or the camera hangs indoors. */
export function judgePicture(condition: PictureCondition, dark: boolean, config: HealthConfig): PictureVerdict {
  const { mean, contrast, unchanged, structured, reference } = condition;
  if (mean <= config.blackLevel && contrast <= config.blackContrast) {
    // A sensor in the dark has noise: black without any is no picture of anything.
    return dark && unchanged < config.frozenShare ? unclear : fault('black', config.blackAfterMs);
  }
  if (unchanged >= config.frozenShare) return fault('frozen', config.frozenAfterMs);
  const dim = dark && mean <= config.darkLevel;
  if (reference === undefined) {
    const flat = structured <= flatStructure && contrast <= 2 * config.blackContrast;
    return flat && !dim ? fault('covered', config.otherViewAfterMs) : well;
  }
  if (reference.likeness >= config.likeness) return judgeKept(reference, config);
  return judgeGone(reference, dim, config);
}

/** The view is there. */
function judgeKept(reference: ReferenceMatch, config: HealthConfig): PictureVerdict {
  if (movedFar(reference, config)) return fault('moved', config.movedAfterMs);
  return isBlurred(reference, config) ? fault('blurred', config.blurredAfterMs) : well;
}

/** The view is not there. */
function judgeGone(reference: ReferenceMatch, dim: boolean, config: HealthConfig): PictureVerdict {
  const { shift, structured, layout } = reference;
  // What sways in the wind has its view a few pixels away.
  if (shift !== undefined) return movedFar(reference, config) ? fault('moved', config.movedAfterMs) : well;
  if (layout >= sameLayout && isBlurred(reference, config)) return fault('blurred', config.blurredAfterMs);
  if (dim) return unclear;
  if (structured <= config.coveredStructure) return fault('covered', config.coveredAfterMs);
  return fault(isHidden(reference) ? 'covered' : 'moved', config.otherViewAfterMs);
}

/** Something is before it: much of it shows no structure, or all of it is as even as no view is. */
function isHidden({ structured, relief }: ReferenceMatch): boolean {
  return structured < hidden.structured || relief < hidden.relief;
}

function movedFar({ shift }: ReferenceMatch, { movedBy }: HealthConfig): boolean {
  return shift !== undefined && Math.max(Math.abs(shift[0]), Math.abs(shift[1])) >= movedBy;
}

function isBlurred({ sharpness }: ReferenceMatch, config: HealthConfig): boolean {
  return sharpness !== undefined && sharpness < config.sharpness;
}

function fault(kind: PictureFault, afterMs: number): PictureVerdict {
  return { kind: 'fault', fault: kind, afterMs };
}
