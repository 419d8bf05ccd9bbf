import { area, type Box } from '../../domain/geometry.ts';

/** Most regions reported; more than that are merged. */
const maxRegions = 8;

/** Merges boxes that touch, then those that cost the least area, until there are at most eight. */
export function mergeBoxes(boxes: readonly Box[]): Box[] {
  const merged = gather(boxes);
  for (;;) {
    const pair = nearest(merged);
    if (pair === undefined || (pair.cost > 0 && merged.length <= maxRegions)) return merged;
    const [first, second] = [merged[pair.first], merged[pair.second]];
    if (first === undefined || second === undefined) return merged;
    merged[pair.first] = around(first, second);
    merged.splice(pair.second, 1);
  }
}

/** Each box joins the first it touches: in rain there are hundreds, and pairs are looked for among what is left. */
function gather(boxes: readonly Box[]): Box[] {
  const gathered: Box[] = [];
  for (const box of boxes) {
    const at = gathered.findIndex((other) => touches(box, other));
    const other = gathered[at];
    if (other === undefined) gathered.push(box);
    else gathered[at] = around(box, other);
  }
  return gathered;
}

/** The pair of boxes whose union adds the least area; touching boxes cost nothing. */
function nearest(boxes: readonly Box[]): { first: number; second: number; cost: number } | undefined {
  let best: { first: number; second: number; cost: number } | undefined;
  for (const [first, a] of boxes.entries()) {
    for (let second = first + 1; second < boxes.length; second += 1) {
      const b = boxes[second];
      if (b === undefined) continue;
      const cost = touches(a, b) ? 0 : area(around(a, b)) - area(a) - area(b);
      if (best === undefined || cost < best.cost) best = { first, second, cost: Math.max(0, cost) };
    }
  }
  return best;
}

function touches(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

function around(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
