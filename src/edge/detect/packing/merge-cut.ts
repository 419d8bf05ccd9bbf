import { classGroup } from '../../../domain/class-group.ts';
import type { Unpacked } from './unpack.ts';

/** A cut box is a part of a whole one that covers this much of it. */
const partShare = 0.6;
/** Two parts belong together when they agree this well (IoU along one axis) across the direction of the cut. */
const agreement = 0.6;

/**
 * One object, one box, where regions of a picture overlap: a part gives way to the whole that another region saw, and parts of
 * one object that no region saw whole are joined to one box with the better score. Boxes are those of one picture.
 */
export function mergeCut(found: readonly Unpacked[]): Unpacked[] {
  const parts = found.filter((each) => each.cut);
  if (parts.length === 0) return [...found];
  const wholes = found.filter((each) => !each.cut);
  const rest = parts.filter(
    (part) => !wholes.some((whole) => comparable(whole, part) && overlapOf(whole, part) > partShare * areaOf(part)),
  );
  return [...wholes, ...joinParts(rest)];
}

function joinParts(parts: readonly Unpacked[]): Unpacked[] {
  const joined: Unpacked[] = [];
  for (let part of [...parts].sort((a, b) => b.score - a.score)) {
    for (let at = joined.findIndex((other) => belongs(other, part)); at >= 0; ) {
      const [other] = joined.splice(at, 1);
      if (other !== undefined) part = union(other, part);
      at = joined.findIndex((each) => belongs(each, part));
    }
    joined.push(part);
  }
  return joined;
}

function belongs(a: Unpacked, b: Unpacked): boolean {
  if (!comparable(a, b)) return false;
  const across = alongAxis(a.x1, a.x2, b.x1, b.x2);
  const down = alongAxis(a.y1, a.y2, b.y1, b.y2);
  return across > 0 && down > 0 && Math.max(across, down) > agreement;
}

/** Of one kind of object and seen in different regions: within one region suppression decides. */
function comparable(a: Unpacked, b: Unpacked): boolean {
  return a.from !== b.from && classGroup(a.class) === classGroup(b.class);
}

/** Union of both; still cut only if the better part says so of the outer side, which the caller need not know. */
function union(better: Unpacked, other: Unpacked): Unpacked {
  return {
    ...better,
    x1: Math.min(better.x1, other.x1),
    y1: Math.min(better.y1, other.y1),
    x2: Math.max(better.x2, other.x2),
    y2: Math.max(better.y2, other.y2),
    score: Math.max(better.score, other.score),
  };
}

/** Intersection over union of two spans. */
function alongAxis(from: number, to: number, otherFrom: number, otherTo: number): number {
  const common = Math.min(to, otherTo) - Math.max(from, otherFrom);
  return common <= 0 ? 0 : common / (Math.max(to, otherTo) - Math.min(from, otherFrom));
}

function overlapOf(a: Unpacked, b: Unpacked): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  return width > 0 && height > 0 ? width * height : 0;
}

function areaOf(box: Unpacked): number {
  return (box.x2 - box.x1) * (box.y2 - box.y1);
}
