import { BufferGeometry, Color, type ColorRepresentation, Float32BufferAttribute, ShapeUtils, Vector2 } from 'three';

/** A point of a side view: x forward, y up, metres. */
export type SidePoint = readonly [x: number, y: number];

/** A piece of bodywork: its outline seen from the right, anticlockwise, and its width. */
export interface Profile {
  readonly outline: readonly SidePoint[];
  /** Half the width at a point; linear in x and y, so that its sides are flat and panels lie on them. */
  readonly halfWidthM: (x: number, y: number) => number;
}

/** Far enough before the sheet metal not to flicker into it at fifty metres. */
const panelOutM = 0.015;

/** The closed body of a profile. */
export function profileBody({ outline, halfWidthM }: Profile): BufferGeometry {
  const corners: number[] = [];
  for (const [a, b, c] of triangles(outline)) {
    for (const [x, y] of [a, b, c]) corners.push(x, y, halfWidthM(x, y));
    for (const [x, y] of [c, b, a]) corners.push(x, y, -halfWidthM(x, y));
  }
  for (const [index, to] of outline.entries()) {
    const from = outline.at(index - 1) ?? to;
    corners.push(...quad(from, to, halfWidthM(...from), halfWidthM(...to)));
  }
  return flatGeometry(corners);
}

/** A panel on both sides of a body, an outline like the body's own (a window, a stripe, a door). */
export function sidePanels({ halfWidthM }: Profile, outline: readonly SidePoint[], outM = panelOutM): BufferGeometry {
  const corners: number[] = [];
  for (const [a, b, c] of triangles(outline)) {
    for (const [x, y] of [a, b, c]) corners.push(x, y, halfWidthM(x, y) + outM);
    for (const [x, y] of [c, b, a]) corners.push(x, y, -halfWidthM(x, y) - outM);
  }
  return flatGeometry(corners);
}

/** A panel across a body (a windscreen, a grille): between two points of its outline, in the outline's order. */
export function crossPanel({ halfWidthM }: Profile, from: SidePoint, to: SidePoint, marginM = 0.08): BufferGeometry {
  const [along, up] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(along, up);
  const share = Math.min(0.4, marginM / length);
  const [outX, outY] = [(up / length) * panelOutM, (-along / length) * panelOutM];
  const start = [from[0] + along * share + outX, from[1] + up * share + outY] as const;
  const end = [to[0] - along * share + outX, to[1] - up * share + outY] as const;
  return flatGeometry(quad(start, end, halfWidthM(...start) - marginM, halfWidthM(...end) - marginM));
}

/** Colours a piece from its foot to its head: glass that mirrors more sky above. */
export function shadedUpwards(
  piece: BufferGeometry,
  foot: ColorRepresentation = 0x0a0e11,
  head: ColorRepresentation = 0x35434e,
): BufferGeometry {
  const positions = piece.getAttribute('position');
  const heights = Array.from({ length: positions.count }, (_, corner) => positions.getY(corner));
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const [dark, light] = [new Color(foot), new Color(head)];
  const colours = heights.flatMap((height) => {
    const share = high > low ? (height - low) / (high - low) : 0;
    return dark.clone().lerp(light, share).toArray();
  });
  piece.setAttribute('color', new Float32BufferAttribute(colours, 3));
  return piece;
}

/** The part of an underside that goes over a wheel, rear to front. */
export function wheelArch(centreX: number, centreY: number, radiusM: number, sillM: number): SidePoint[] {
  const rise = Math.asin(Math.min(0.99, Math.max(-0.9, (sillM - centreY) / radiusM)));
  return Array.from({ length: 7 }, (_, step) => {
    const angle = Math.PI - rise - (step / 6) * (Math.PI - 2 * rise);
    return [centreX + radiusM * Math.cos(angle), centreY + radiusM * Math.sin(angle)] as const;
  });
}

/** The corners of a rectangle in a side view, for panels. */
export function sideRectangle(x1: number, y1: number, x2: number, y2: number): SidePoint[] {
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
}

function triangles(outline: readonly SidePoint[]): (readonly [SidePoint, SidePoint, SidePoint])[] {
  const points = outline.map(([x, y]) => new Vector2(x, y));
  return ShapeUtils.triangulateShape(points, []).map(([a = 0, b = 0, c = 0]) => {
    const [first, second, third] = [outline[a], outline[b], outline[c]];
    if (first === undefined || second === undefined || third === undefined) throw new RangeError('no such corner');
    return [first, second, third] as const;
  });
}

/** Two triangles across the body, facing away from an anticlockwise outline. */
function quad([ax, ay]: SidePoint, [bx, by]: SidePoint, a: number, b: number): number[] {
  return [ax, ay, a, ax, ay, -a, bx, by, -b, ax, ay, a, bx, by, -b, bx, by, b];
}

function flatGeometry(corners: readonly number[]): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(corners, 3));
  geometry.computeVertexNormals();
  return geometry;
}
