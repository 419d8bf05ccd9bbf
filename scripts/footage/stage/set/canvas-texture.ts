import { CanvasTexture, LinearMipmapNearestFilter, RepeatWrapping, SRGBColorSpace } from 'three';
import { Random } from '../random.ts';
import { blankCanvas, type PaintedCanvas, type Pen } from './pen.ts';

export type { Pen };

/** A texture and the canvas it was painted on. */
export type PaintedTexture = CanvasTexture<PaintedCanvas>;

/** A texture painted on a canvas; it repeats. Sides in pixels, at most 256. */
export function paintTexture(width: number, height: number, paint: (pen: Pen) => void): PaintedTexture {
  const { canvas, pen } = blankCanvas(width, height);
  paint(pen);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  // In software, anisotropy takes a third of a picture's time and blending mipmaps a fifth; a substream shows nothing so
  // fine.
  texture.minFilter = LinearMipmapNearestFilter;
  return texture;
}

/** A grey or tinted tone as CSS has it; channels 0–255. */
export function tone(red: number, green = red, blue = red, alpha = 1): string {
  return `rgba(${Math.round(red)},${Math.round(green)},${Math.round(blue)},${alpha})`;
}

/** Grain is painted once and laid over every texture at another place. */
let grain: PaintedCanvas | undefined;

/** Makes every pixel lighter or darker by up to about `depth` (0–255). */
export function addGrain(pen: Pen, random: Random, depth: number): void {
  grain ??= paintGrain();
  const [left, top] = [random.whole(0, grainPx - 1), random.whole(0, grainPx - 1)];
  pen.globalCompositeOperation = 'overlay';
  pen.globalAlpha = Math.min(1, depth / 64);
  for (const x of [left - grainPx, left]) for (const y of [top - grainPx, top]) pen.drawImage(grain, x, y);
  pen.globalAlpha = 1;
  pen.globalCompositeOperation = 'source-over';
}

const grainPx = 256;

function paintGrain(): PaintedCanvas {
  const { canvas, pen } = blankCanvas(grainPx, grainPx);
  const random = new Random(1);
  const picture = pen.createImageData(grainPx, grainPx);
  for (let at = 0; at < picture.data.length; at += 4) {
    const light = random.between(30, 226);
    picture.data.set([light, light, light, 255], at);
  }
  pen.putImageData(picture, 0, 0);
  return canvas;
}

/** Soft round spots, drawn again across the borders so that the texture repeats without a seam. */
export function addSpots(
  pen: Pen,
  random: Random,
  spots: { count: number; radius: readonly [number, number]; colour: () => string },
): void {
  const { width, height } = pen.canvas;
  for (let index = 0; index < spots.count; index += 1) {
    const [x, y, radius] = [random.between(0, width), random.between(0, height), random.between(...spots.radius)];
    const colour = spots.colour();
    for (const left of [x - width, x, x + width]) {
      for (const top of [y - height, y, y + height]) {
        if (left < -radius || left > width + radius || top < -radius || top > height + radius) continue;
        const shade = pen.createRadialGradient(left, top, 0, left, top, radius);
        shade.addColorStop(0, colour);
        shade.addColorStop(1, colour.replace(/[\d.]+\)$/, '0)'));
        pen.fillStyle = shade;
        pen.fillRect(left - radius, top - radius, radius * 2, radius * 2);
      }
    }
  }
}

/** Red, green and blue, 0–255. */
export type Rgb = readonly [number, number, number];

/** One colour all over. */
export function fill(pen: Pen, [red, green, blue]: Rgb): void {
  pen.fillStyle = tone(red, green, blue);
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
}
