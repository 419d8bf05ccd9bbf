import type { Candidate } from '../candidate.ts';
import type { Layout, Placement } from './pack-pictures.ts';
import type { Size } from './rect.ts';

/** A candidate, normalised to its picture. */
export interface Unpacked extends Candidate {
  /** Where it was seen. */
  readonly from: Placement;
  /** Size of the model input it was seen in. */
  readonly input: Size;
  /** Its rectangle ends where the object goes on: the box is a part of it. */
  readonly cut: boolean;
}

/** A box that ends this close to an inner border of its region, in pixels, is taken for cut by it. */
const cutReach = 2;
/** A box with more of itself in another region than this is no object of either. */
const leakShare = 0.25;

/**
 * Maps boxes of one model input back to 0–1 of their pictures: each belongs to the rectangle its centre lies in and is clipped to it. A box whose
 * centre lies in the padding, or which reaches over the gap into another picture's pixels, is dropped.
 */
export function unpack(candidates: readonly Candidate[], layout: Layout, pictures: readonly Size[]): Unpacked[] {
  const { placements } = layout;
  const found: Unpacked[] = [];
  for (const candidate of candidates) {
    const home = homeOf(candidate, placements);
    const picture = home && pictures[home.picture];
    if (home === undefined || picture === undefined || leaks(candidate, home, placements)) continue;
    const box = mapBack(candidate, home, layout, picture);
    if (box.x2 > box.x1 && box.y2 > box.y1) found.push(box);
  }
  return found;
}

function homeOf({ x1, y1, x2, y2 }: Candidate, placements: readonly Placement[]): Placement | undefined {
  // A lone picture has all boxes, also those the model puts into its padding.
  if (placements.length === 1) return placements[0];
  const x = (x1 + x2) / 2;
  const y = (y1 + y2) / 2;
  return placements.find(
    (each) => x >= each.x && y >= each.y && x < each.x + each.source.width && y < each.y + each.source.height,
  );
}

function leaks({ x1, y1, x2, y2 }: Candidate, home: Placement, placements: readonly Placement[]): boolean {
  const limit = leakShare * (x2 - x1) * (y2 - y1);
  return placements.some((other) => {
    if (other === home) return false;
    const width = Math.min(x2, other.x + other.source.width) - Math.max(x1, other.x);
    const height = Math.min(y2, other.y + other.source.height) - Math.max(y1, other.y);
    return width > 0 && height > 0 && width * height > limit;
  });
}

function mapBack(candidate: Candidate, home: Placement, input: Size, size: Size): Unpacked {
  const { source, x, y } = home;
  const left = source.x;
  const top = source.y;
  const right = source.x + source.width;
  const bottom = source.y + source.height;
  const x1 = Math.min(right, Math.max(left, candidate.x1 - x + left));
  const y1 = Math.min(bottom, Math.max(top, candidate.y1 - y + top));
  const x2 = Math.min(right, Math.max(left, candidate.x2 - x + left));
  const y2 = Math.min(bottom, Math.max(top, candidate.y2 - y + top));
  const cut =
    (left > 0 && x1 < left + cutReach) ||
    (top > 0 && y1 < top + cutReach) ||
    (right < size.width && x2 > right - cutReach) ||
    (bottom < size.height && y2 > bottom - cutReach);
  return {
    ...{ x1: x1 / size.width, y1: y1 / size.height, x2: x2 / size.width, y2: y2 / size.height },
    ...{ score: candidate.score, class: candidate.class },
    ...{ from: home, input, cut },
  };
}
