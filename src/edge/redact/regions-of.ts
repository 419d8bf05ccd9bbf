import { type Box, insideShare } from '../../domain/geometry.ts';
import type { RedactionMethod, Thing } from '../../domain/redaction.ts';
import { faceRegion, hasFace } from './face-regions.ts';
import { hasPlate, plateRegion } from './plate-regions.ts';
import type { PictureSize, Region } from './region.ts';

/** What is to be done with a picture, whatever is found in it. */
export interface RedactionPlan {
  readonly method: RedactionMethod;
  /** What the case is about. */
  readonly subjects: readonly Thing[];
  /** What the look behind the alert saw, subjects included: covered even where it is not found again. */
  readonly seen: readonly Thing[];
  /** The subjects’ own plates stay readable. */
  readonly readablePlates: boolean;
}

/** The name of the geometry in the signed note; raised whenever regions or squares change. */
export const geometryVersion = 1;

/** Squares across the longer side where everything is covered: of a person as high as half the picture the head is one square. */
const squaresAcross = 40;
/** A vehicle is the subject when this much of its box lies in the subject’s, or the other way round. */
const sameShare = 0.6;

/** Regions to cover, in order, and boxes that stay as they are beneath them; `kept` undefined: all of the picture does. */
export interface PlannedRegions {
  readonly kept: readonly Box[] | undefined;
  readonly regions: readonly Region[];
  readonly keptPlates: number;
}

/** What is covered in a picture of `size` in which `found` was found. */
export function regionsOf(found: readonly Thing[], plan: RedactionPlan, size: PictureSize): PlannedRegions {
  const things = [...found, ...plan.seen, ...plan.subjects];
  const whole = plan.method === 'persons';
  const faces = things.filter((thing) => hasFace(thing.class)).map(({ box }) => faceRegion(box, size, whole));
  const vehicles = things.filter((thing) => hasPlate(thing.class));
  const hidden = vehicles.filter((vehicle) => !(plan.readablePlates && isSubject(vehicle, plan.subjects)));
  const plates = hidden.map((thing) => plateRegion(thing.class, thing.box, size));
  const all = { regions: [...faces, ...plates], keptPlates: vehicles.length - hidden.length };
  if (plan.method === 'heads' || plan.method === 'persons') return { ...all, kept: undefined };
  const cell = Math.max(size.width, size.height) / squaresAcross;
  const rest: Region = { what: 'rest', left: 0, top: 0, ...size, cell };
  const objects = plan.subjects.filter(({ class: name }) => !hasFace(name)).map(({ box }) => box);
  const kept = plan.method === 'outside' ? objects : [];
  return { regions: [rest, ...all.regions], kept, keptPlates: kept.length === 0 ? 0 : all.keptPlates };
}

function isSubject({ box }: Thing, subjects: readonly Thing[]): boolean {
  return subjects.some(
    (subject) =>
      hasPlate(subject.class) &&
      insideShare(box, subject.box) >= sameShare &&
      insideShare(subject.box, box) >= sameShare,
  );
}
