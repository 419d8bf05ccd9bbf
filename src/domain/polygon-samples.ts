import { type Box, insidePolygon, type Point } from './geometry.ts';

/** Points along the longer side of the polygon's bounding box. */
const resolution = 48;

/** A polygon as a grid of points, to measure which share of it boxes cover; overlapping boxes count once. */
export class PolygonSamples {
  readonly #points: readonly Point[];

  /** `aspect`: width of the picture by its height in pixels, so that the grid is square on the picture. */
  constructor(polygon: readonly Point[], aspect = 16 / 9) {
    const xs = polygon.map(([x]) => x);
    const ys = polygon.map(([, y]) => y);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
    const step = Math.max(width * aspect, height) / resolution;
    const columns = Math.max(1, Math.round((width * aspect) / step));
    const rows = Math.max(1, Math.round(height / step));
    const points: Point[] = [];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const point: Point = [left + ((column + 0.5) / columns) * width, top + ((row + 0.5) / rows) * height];
        if (insidePolygon(point, polygon)) points.push(point);
      }
    }
    this.#points = points;
  }

  /** Share of the polygon that lies in any of the boxes, 0–1; within about 0.02. */
  coveredBy(boxes: readonly Box[]): number {
    if (boxes.length === 0 || this.#points.length === 0) return 0;
    let covered = 0;
    for (const [x, y] of this.#points) {
      if (boxes.some((box) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3])) covered += 1;
    }
    return covered / this.#points.length;
  }
}
