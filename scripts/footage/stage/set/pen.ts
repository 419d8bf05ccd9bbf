/**
 * What is used of a browser's canvas. Written down here, because what is tested outside of a browser is checked without
 * a browser's types.
 */
export interface Pen {
  readonly canvas: PaintedCanvas;
  fillStyle: string | Shade;
  strokeStyle: string | Shade;
  lineWidth: number;
  globalAlpha: number;
  globalCompositeOperation: 'source-over' | 'source-atop' | 'destination-out' | 'overlay';
  fillRect(left: number, top: number, width: number, height: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  ellipse(x: number, y: number, wide: number, high: number, turn: number, from: number, to: number): void;
  fill(): void;
  stroke(): void;
  createLinearGradient(x1: number, y1: number, x2: number, y2: number): Shade;
  createRadialGradient(x1: number, y1: number, radius1: number, x2: number, y2: number, radius2: number): Shade;
  drawImage(canvas: PaintedCanvas, left: number, top: number): void;
  createImageData(width: number, height: number): Pixels;
  putImageData(pixels: Pixels, left: number, top: number): void;
}

/** A colour that runs into others. */
export interface Shade {
  addColorStop(at: number, colour: string): void;
}

/** A canvas that is nowhere to be seen. */
export interface PaintedCanvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): Pen | null;
}

interface Pixels {
  /** RGBA, top row first. */
  readonly data: Uint8ClampedArray;
}

/** An empty canvas, sides in pixels. @throws Error where there is no browser. */
export function blankCanvas(width: number, height: number): { readonly canvas: PaintedCanvas; readonly pen: Pen } {
  const { OffscreenCanvas: Canvas } = globalThis as {
    OffscreenCanvas?: new (width: number, height: number) => PaintedCanvas;
  };
  const canvas = Canvas === undefined ? undefined : new Canvas(width, height);
  const pen = canvas?.getContext('2d');
  if (canvas === undefined || pen === undefined || pen === null) throw new Error('textures are painted in a browser');
  return { canvas, pen };
}
