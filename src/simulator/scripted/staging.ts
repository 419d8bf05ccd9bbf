import type { Box, Point } from '../../domain/geometry.ts';
import type { ZoneId } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { CrossingDirection, Zone } from '../../domain/zone.ts';
import type { ScriptedActor } from './timeline.ts';

/** A polygon of four corners that stand upright on the picture. */
export function area(id: string, [x1, y1, x2, y2]: Box, tags: readonly string[] = []): Zone {
  const points: Point[] = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
  return { id: id as ZoneId, kind: 'polygon', points, tags };
}

/** A line of two points. */
export function line(id: string, points: readonly [Point, Point], direction?: CrossingDirection): Zone {
  return { id: id as ZoneId, kind: 'line', points, tags: [], ...(direction !== undefined && { direction }) };
}

/** A person of a quarter of the picture's height whose feet are here. */
export function person(x: number, y: number, height = 0.25): Box {
  const wide = height * 0.22;
  return [x - wide / 2, y - height, x + wide / 2, y];
}

/** Something of this size whose lower edge's middle is here. */
export function thing(x: number, y: number, [wide, high]: readonly [wide: number, high: number]): Box {
  return [x - wide / 2, y - high, x + wide / 2, y];
}

/** One that stays where it is. */
export function stays(
  name: string,
  objectClass: ObjectClass,
  box: Box,
  [from, to]: readonly [from: number, to: number],
  more: Partial<ScriptedActor> = {},
): ScriptedActor {
  return {
    name,
    class: objectClass,
    path: [
      [from, box],
      [to, box],
    ],
    ...more,
  };
}

/** One that goes where its path leads. */
export function goes(
  name: string,
  objectClass: ObjectClass,
  path: ScriptedActor['path'],
  more: Partial<ScriptedActor> = {},
): ScriptedActor {
  return { name, class: objectClass, path, ...more };
}
