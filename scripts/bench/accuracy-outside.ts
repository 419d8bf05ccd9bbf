import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import {
  ReferenceDetector,
  type ReferenceModel,
  type ReferencePicture,
  referenceNms,
} from '../../tests/support/reference-detect.ts';
import type { ScoredBox } from './average-precision.ts';
import type { SamplePicture } from './coco-sample.ts';

/** What every side of the comparison is asked for. */
export interface Asked {
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
  /** Category by class index of the model. */
  readonly categories: readonly (number | undefined)[];
}

/** Gives a photo in the size a model takes. */
export type Scale = (picture: SamplePicture, model: ReferenceModel) => Promise<ReferencePicture>;

/** Bare ONNX Runtime on the file as published, read by the reference implementation of the tests. */
export async function outside(
  model: ReferenceModel,
  path: string,
  pictures: readonly SamplePicture[],
  asked: Asked,
  scale: Scale,
): Promise<ScoredBox[]> {
  const detector = await ReferenceDetector.open(model, path);
  const found: ScoredBox[] = [];
  for (const picture of pictures) {
    const scaled = await scale(picture, model);
    const candidates = await detector.candidates(scaled, asked.scoreThreshold);
    const kept = referenceNms(candidates, asked.iouThreshold, (a, b) => a.classIndex === b.classIndex);
    const [across, down] = [picture.width / scaled.width, picture.height / scaled.height];
    for (const { x1, y1, x2, y2, score, classIndex } of kept) {
      const category = asked.categories[classIndex];
      if (category === undefined) continue;
      const x = (value: number) => Math.min(picture.width, Math.max(0, value * across));
      const y = (value: number) => Math.min(picture.height, Math.max(0, value * down));
      found.push({ image: picture.id, category, score, box: [x(x1), y(y1), x(x2), y(y2)] });
    }
  }
  await detector.close();
  return found;
}

/** libvips: decodes and scales without a line of the node. Profiles are ignored, as by a camera's decoder and by OpenCV. */
export const scaleWithVips: Scale = async (picture, model) => {
  const scale = Math.min(model.side / picture.width, model.side / picture.height);
  const width = model.stretch ? model.side : Math.round(picture.width * scale);
  const height = model.stretch ? model.side : Math.round(picture.height * scale);
  const bytes = await sharp(picture.path, { ignoreIcc: true })
    .toColourspace('srgb')
    .removeAlpha()
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { width, height, order: 'rgb', bytes };
};

/** Python and OpenCV throughout. Undefined where they are not there or cannot load the file. */
export async function outsideWithOpenCv(
  model: ReferenceModel,
  path: string,
  pictures: readonly SamplePicture[],
  asked: Asked,
): Promise<ScoredBox[] | undefined> {
  const script = fileURLToPath(new URL('./accuracy-outside.py', import.meta.url));
  const child = promisify(execFile)('/usr/bin/python3', [script], { maxBuffer: 1 << 28 });
  child.child.stdin?.on('error', () => {});
  child.child.stdin?.end(JSON.stringify({ model, path, pictures, asked }));
  try {
    return JSON.parse((await child).stdout) as ScoredBox[];
  } catch {
    return undefined;
  }
}
