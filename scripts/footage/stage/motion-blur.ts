import type { PerspectiveCamera, Scene, WebGLRenderer } from 'three';

/** A part of the picture in pixels, from the lower left. */
interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Room round what moves: it goes some pixels further, and its wheels and limbs reach out. */
const marginPx = 12;

/** The smallest patch round some outlines (0–1 of the picture, from the upper left), with a margin. */
export function patchRound(
  outlines: readonly (readonly number[])[],
  [width, height]: readonly [number, number],
): Patch | undefined {
  const seen = outlines.filter(({ length }) => length === 4);
  if (seen.length === 0) return undefined;
  const least = (index: number, size: number) =>
    Math.max(0, Math.floor(Math.min(...seen.map((each) => each[index] ?? 0)) * size) - marginPx);
  const most = (index: number, size: number) =>
    Math.min(size, Math.ceil(Math.max(...seen.map((each) => each[index] ?? 0)) * size) + marginPx);
  const [left, right] = [least(0, width), most(2, width)];
  const [top, bottom] = [least(1, height), most(3, height)];
  if (right <= left || bottom <= top) return undefined;
  return { x: left, y: height - bottom, width: right - left, height: bottom - top };
}

/**
 * Blends other moments of the exposure into a picture, where something moves: the rest is not drawn again, nor are the
 * shadows. `pose` puts the stage at a time.
 */
export function smear(
  colour: Uint8Array,
  [width]: readonly [number, number],
  patch: Patch,
  timesS: readonly number[],
  stage: { renderer: WebGLRenderer; scene: Scene; camera: PerspectiveCamera; pose: (timeS: number) => void },
): void {
  const { renderer, scene, camera, pose } = stage;
  const gl = renderer.getContext();
  const sums = new Uint16Array(patch.width * patch.height * 4);
  const rowLength = patch.width * 4;
  const start = (row: number) => ((patch.y + row) * width + patch.x) * 4;
  for (let row = 0; row < patch.height; row += 1)
    sums.set(colour.subarray(start(row), start(row) + rowLength), row * rowLength);
  const pixels = new Uint8Array(sums.length);
  renderer.shadowMap.autoUpdate = false;
  renderer.setScissor(patch.x, patch.y, patch.width, patch.height);
  renderer.setScissorTest(true);
  for (const timeS of timesS) {
    pose(timeS);
    renderer.render(scene, camera);
    gl.readPixels(patch.x, patch.y, patch.width, patch.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (pixels[at] ?? 0);
  }
  renderer.setScissorTest(false);
  renderer.shadowMap.autoUpdate = true;
  const moments = timesS.length + 1;
  for (let row = 0; row < patch.height; row += 1)
    for (let at = 0; at < rowLength; at += 1)
      colour[start(row) + at] = Math.round((sums[row * rowLength + at] ?? 0) / moments);
}
