import sharp from 'sharp';
import type { Detection } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';
import type { ModelInput } from './detect/model-manifest.ts';
import type { ModelRunner } from './detect/model-runner.ts';

/**
 * Finds people and vehicles in a picture (packed RGB). A model that takes letterboxed pictures is shown it at full size in
 * parts, and once more as a whole: who is small and far is found in a part, who is near in the whole. One that takes
 * stretched pictures is shown the whole and, of a still (`halves`), each half of it.
 */
export async function findThings(
  picture: Picture,
  runner: ModelRunner,
  { input, halves }: { readonly input: ModelInput; readonly halves: boolean },
): Promise<readonly Detection[]> {
  if (input.fit === 'letterbox') {
    const { detections } = await runner.detect(inOrder(picture, input));
    return detections;
  }
  const found: Detection[] = [];
  for (const part of halves ? partsOf(picture) : partsOf(picture).slice(0, 1)) {
    const { detections } = await runner.detect(inOrder(await stretched(picture, part, input), input));
    found.push(...detections.map((each) => ({ ...each, box: placed(each.box, part, picture) })));
  }
  return found;
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Halves that share a fifth; pictures no larger than the model's input gain nothing by them. */
function partsOf({ width, height }: Picture): Part[] {
  const whole = { left: 0, top: 0, width, height };
  if (Math.max(width, height) < 640) return [whole];
  const [half, tall] = [Math.round(0.6 * width), Math.round(0.6 * height)];
  return width >= height
    ? [whole, { ...whole, width: half }, { ...whole, left: width - half, width: half }]
    : [whole, { ...whole, height: tall }, { ...whole, top: height - tall, height: tall }];
}

async function stretched({ data, width, height, ...rest }: Picture, part: Part, input: ModelInput): Promise<Picture> {
  const scaled = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract(part)
    .resize(input.width, input.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { ...rest, width: input.width, height: input.height, data: scaled };
}

function placed(box: Box, { left, top, width, height }: Part, picture: Picture): Box {
  const x = (value: number) => (left + value * width) / picture.width;
  const y = (value: number) => (top + value * height) / picture.height;
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])];
}

/** A copy in the order of colours the model was trained with. */
function inOrder(picture: Picture, { channelOrder }: ModelInput): Picture {
  if (channelOrder === 'rgb') return picture;
  const data = new Uint8Array(picture.data.length);
  for (let at = 0; at < data.length; at += 3) {
    data[at] = picture.data[at + 2] as number;
    data[at + 1] = picture.data[at + 1] as number;
    data[at + 2] = picture.data[at] as number;
  }
  return { ...picture, format: 'bgr24', data };
}
