import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { loadableModel } from '../../src/edge/detect/loadable-model.ts';
import { canonicalClasses, loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { ModelRunner } from '../../src/edge/detect/model-runner.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import { type ReferenceBox, ReferenceDetector, referenceModels, referenceNms } from '../support/reference-detect.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

const manifest = loadManifest();
const log = createLogger('test');
const folder = (name: string) => join(sharedDir ?? '', name);
const threshold = 0.3;
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
const here = Object.entries(referenceModels).filter(([, { file }]) => existsSync(join(folder('models'), file)));

/** What competes in suppression, as the product documents it: kinds that one thing may be taken for from look to look. */
const groups = [
  ['car', 'bus', 'truck'],
  ['bicycle', 'motorcycle'],
];
const groupOf = (name: string) => groups.find((each) => each.includes(name))?.[0] ?? name;

/** Fixed frames, by file and index of the keyframe. */
const frames: [string, number[]][] = [
  ['street-parked.mp4', [1, 20]],
  ['street-passing.mp4', [0, 2]],
  ['people-passing.mp4', [3, 6, 9, 12, 15, 18, 21]],
];

describe.skipIf(sharedDir === undefined)(
  `the same boxes as a reference implementation, shared footage${reason}`,
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-reference-'));
    const decoder = new DecoderPool({ workers: 1, queueCapacity: 16, log, metrics: new Metrics() });
    const units: { name: string; unit: AccessUnit }[] = [];

    beforeAll(async () => {
      await decoder.start(new AbortController().signal);
      for (const [file, wanted] of frames) {
        const keyframes = await keyframesOf(join(folder('footage'), file));
        for (const index of wanted) {
          const unit = keyframes[index];
          if (unit === undefined) throw new Error(`${file} has ${keyframes.length} keyframes`);
          units.push({ name: `${file}, keyframe ${index}`, unit });
        }
      }
    });
    afterAll(async () => {
      await decoder.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    const decode = async (unit: AccessUnit, spec: PictureSpec): Promise<Picture> => {
      const result = await decoder.decode(unit, spec);
      if (!result.ok) throw new Error(result.detail);
      return result.picture;
    };

    test('models are there', () => expect(here.length, readdirSync(folder('models')).join()).toBeGreaterThan(2));

    describe.each(here)('%s', (id, model) => {
      let detector: ModelRunner;
      let spec: PictureSpec;
      let reference: ReferenceDetector;
      const entry = manifest.models.find((each) => each.id === id);
      const set = manifest.classSets[entry?.classes ?? ''];

      beforeAll(async () => {
        const store = { manifest, cacheDir: scratch, mirror: folder('models') };
        const { path, entry } = await loadableModel(id, store);
        const { width, height, fit, channelOrder } = entry.input;
        spec = { width, height, fit, format: channelOrder === 'rgb' ? 'rgb24' : 'bgr24' };
        const classes = canonicalClasses(manifest, entry);
        const settings = { provider: 'cpu', threads: 1, scoreThreshold: threshold, iouThreshold: 0.5 };
        // The reference pads to the whole input; an input cut short after the picture moves boxes at its end by some pixels.
        detector = await ModelRunner.open({ path, entry, classes, ...settings });
        reference = await ReferenceDetector.open(model, join(folder('models'), model.file));
      });
      afterAll(() => Promise.all([detector?.close(), reference?.close()]));

      /** Boxes in pixels of the picture the model saw, by canonical name. */
      const both = async (unit: AccessUnit) => {
        const picture = await decode(unit, spec);
        const { detections } = await detector.detect(picture);
        const { width, height, data } = picture;
        const ours = detections.map(({ box: [x1, y1, x2, y2], score, class: name }) => ({
          ...{ x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height },
          score,
          name: name as string,
        }));
        const order = picture.format === 'rgb24' ? 'rgb' : 'bgr';
        const candidates = await reference.candidates({ width, height, order, bytes: data }, threshold - 0.01);
        const named = candidates.flatMap((box) => {
          const name = set?.canonical[set.names[box.classIndex] ?? ''];
          return name === undefined ? [] : [{ ...clipped(box, width, height), name }];
        });
        const theirs = referenceNms(named, 0.5, (a, b) => groupOf(a.name) === groupOf(b.name));
        return { ours, theirs };
      };

      test('within 1 pixel and 0.01 of score, none missing, none beside', async () => {
        let compared = 0;
        for (const { name, unit } of units) {
          const { ours, theirs } = await both(unit);
          const like = (a: (typeof theirs)[number] | (typeof ours)[number]) => (b: typeof a) =>
            a.name === b.name &&
            Math.abs(a.score - b.score) <= 0.01 &&
            Math.max(Math.abs(a.x1 - b.x1), Math.abs(a.y1 - b.y1), Math.abs(a.x2 - b.x2), Math.abs(a.y2 - b.y2)) <= 1;
          // A score at the threshold itself may fall on either side of it.
          expect(
            ours.filter((box) => !theirs.some(like(box))),
            `${name}: ours alone`,
          ).toEqual([]);
          const surely = theirs.filter(({ score }) => score > threshold + 0.01);
          expect(
            surely.filter((box) => !ours.some(like(box))),
            `${name}: the reference's alone`,
          ).toEqual([]);
          compared += ours.length;
        }
        expect(compared).toBeGreaterThan(3);
      });
    });
  },
);

function clipped<B extends ReferenceBox>(box: B, width: number, height: number): B {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return {
    ...box,
    x1: within(box.x1, width),
    y1: within(box.y1, height),
    x2: within(box.x2, width),
    y2: within(box.y2, height),
  };
}
