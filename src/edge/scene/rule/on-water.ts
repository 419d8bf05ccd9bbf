import { type Box, bottomCentre, centre, insidePolygon, type Point } from '../../../domain/geometry.ts';
import type { Zone } from '../../../domain/zone.ts';

/** Closer than this to the border of the picture, an edge of a polygon is where the picture ends, not the shore. */
const borderMargin = 0.01;
/** Share of a person's box within a boat's from which on the person is aboard: who is in the water before it has less. */
const aboardShare = 0.7;
/** A mirror image lies this close under its owner's feet, in heights of the owner: a quay may stand between them. */
const mirrorGap = [-0.25, 0.5] as const;
/** It is about as wide and as high as its owner, and right below; waves and the shore cut its height. */
const mirrorWidths = [0.6, 1.7] as const;
const mirrorHeights = [0.4, 1.3] as const;
const mirrorOffset = 0.3;

/** A polygon of water, and where its shore is. */
export class Water {
  readonly #points: readonly Point[];
  readonly #shore: readonly (readonly [Point, Point])[];

  constructor({ points }: Zone) {
    this.#points = points;
    this.#shore = points
      .map((point, index) => [point, points[(index + 1) % points.length] ?? point] as const)
      .filter((edge) => !isBorder(edge));
  }

  /** Distance of a point in the water from its shore, in picture heights; `aspect`: width of the picture by height. */
  depth([x, y]: Point, aspect: number): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (const [[x1, y1], [x2, y2]] of this.#shore) {
      const [dx, dy] = [(x2 - x1) * aspect, y2 - y1];
      const along = ((x - x1) * aspect * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1);
      const share = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, Math.hypot((x - x1) * aspect - share * dx, y - y1 - share * dy));
    }
    return nearest;
  }

  /** Whether `box`, in this water, looks like the mirror image of somebody at `owner`. */
  mirrors(box: Box, owner: Box): boolean {
    const width = owner[2] - owner[0];
    const height = owner[3] - owner[1];
    return (
      within((box[2] - box[0]) / width, mirrorWidths) &&
      within((box[3] - box[1]) / height, mirrorHeights) &&
      within((box[1] - owner[3]) / height, mirrorGap) &&
      Math.abs(centre(box)[0] - centre(owner)[0]) <= mirrorOffset * width &&
      insidePolygon(centre(box), this.#points)
    );
  }
}

/** Whether somebody is aboard one of the boats: the feet in its box, or enough of the body. */
export function isAboard(box: Box, boats: Iterable<{ readonly box: Box }>): boolean {
  const [x, y] = bottomCentre(box);
  const area = (box[2] - box[0]) * (box[3] - box[1]);
  for (const { box: boat } of boats) {
    if (x >= boat[0] && x <= boat[2] && y >= boat[1] && y <= boat[3]) return true;
    const width = Math.min(box[2], boat[2]) - Math.max(box[0], boat[0]);
    const height = Math.min(box[3], boat[3]) - Math.max(box[1], boat[1]);
    if (width > 0 && height > 0 && width * height >= aboardShare * area) return true;
  }
  return false;
}

function isBorder([[x1, y1], [x2, y2]]: readonly [Point, Point]): boolean {
  const low = (a: number, b: number) => Math.max(a, b) <= borderMargin;
  const high = (a: number, b: number) => Math.min(a, b) >= 1 - borderMargin;
  return low(x1, x2) || high(x1, x2) || low(y1, y2) || high(y1, y2);
}

function within(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}
