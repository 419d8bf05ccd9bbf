import { type Box, centre, distance } from '../../domain/geometry.ts';
import type { Thing } from '../../domain/redaction.ts';

/** Further than this many of its own widths nobody goes from one look to the next. */
const reachInWidths = 2.5;

/**
 * What is to be covered in a picture between two looks: what either of them found, and of each thing the way from where it
 * was to the nearest of its kind where it may be now. `found`: what was found in this very picture.
 */
export function coverBetween(
  before: readonly Thing[],
  after: readonly Thing[],
  found: readonly Thing[] | undefined,
): readonly Thing[] {
  const ways = before.flatMap((thing) => {
    const next = nearest(thing, after);
    return next === undefined ? [] : steps(thing, next);
  });
  return [...(found ?? []), ...before, ...after, ...ways];
}

function nearest(thing: Thing, others: readonly Thing[]): Thing | undefined {
  const reach = reachInWidths * Math.max(thing.box[2] - thing.box[0], 0);
  const from = centre(thing.box);
  let best: Thing | undefined;
  let least = reach;
  for (const other of others) {
    const away = distance(from, centre(other.box));
    if (other.class !== thing.class || away > least) continue;
    best = other;
    least = away;
  }
  return best;
}

/** Where it passes, near enough to each other that what lies between two is covered by them. */
function steps(thing: Thing, next: Thing): Thing[] {
  const width = Math.max(1e-6, Math.min(thing.box[2] - thing.box[0], next.box[2] - next.box[0]));
  const count = Math.min(8, Math.floor(distance(centre(thing.box), centre(next.box)) / (0.4 * width)));
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / (count + 1);
    const at = (side: 0 | 1 | 2 | 3) => thing.box[side] + share * (next.box[side] - thing.box[side]);
    return { class: thing.class, box: [at(0), at(1), at(2), at(3)] satisfies Box };
  });
}
