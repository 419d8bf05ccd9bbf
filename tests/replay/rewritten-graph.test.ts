import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { rewriteModel } from '../../src/edge/detect/graph/rewrite-model.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import {
  type ReferenceBox,
  ReferenceDetector,
  type ReferencePicture,
  referenceModels,
} from '../support/reference-detect.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

const folder = (name: string) => join(sharedDir ?? '', name);
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
const rewritten = Object.entries(referenceModels).filter(
  ([, { file, head }]) => head === 'gfl' && existsSync(join(folder('models'), file)),
);

describe.skipIf(sharedDir === undefined)(`a rewritten graph finds the same boxes, shared footage${reason}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-rewritten-'));
  const pictures: ReferencePicture[] = [];

  beforeAll(async () => {
    const decoder = new DecoderPool({
      workers: 1,
      queueCapacity: 16,
      log: createLogger('test'),
      metrics: new Metrics(),
    });
    await decoder.start(new AbortController().signal);
    for (const file of ['street-parked.mp4', 'street-passing.mp4', 'people-passing.mp4']) {
      for (const unit of (await keyframesOf(join(folder('footage'), file))).slice(0, 2)) {
        const result = await decoder.decode(unit, { width: 416, height: 416, fit: 'stretch', format: 'rgb24' });
        if (!result.ok) throw new Error(result.detail);
        pictures.push({ width: 416, height: 416, order: 'rgb', bytes: result.picture.data });
      }
    }
    await decoder.stop();
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test.each(rewritten)('%s: every candidate, scores within 0.0001, corners within 0.01 pixels', async (id, model) => {
    const published = join(folder('models'), model.file);
    const path = join(scratch, `${id}.onnx`);
    const { bytes, done } = rewriteModel(readFileSync(published), { freezeWeights: true, foldHardSwish: true });
    expect(done.length).toBeGreaterThan(0);
    writeFileSync(path, bytes);
    const [before, after] = [await ReferenceDetector.open(model, published), await ReferenceDetector.open(model, path)];
    let compared = 0;
    for (const picture of pictures) {
      // The same cells in the same order: both lists hold all of them.
      const [one, other] = [await before.candidates(picture, 0), await after.candidates(picture, 0)];
      expect(one.length).toBe(other.length);
      for (const [index, box] of one.entries()) {
        const twin = other[index];
        if (twin === undefined || box.score < 0.1) continue;
        compared += 1;
        expect(Math.abs(box.score - twin.score)).toBeLessThan(1e-4);
        expect(furthest(box, twin)).toBeLessThan(0.01);
      }
    }
    await Promise.all([before.close(), after.close()]);
    expect(compared).toBeGreaterThan(20);
  });
});

function furthest(a: ReferenceBox, b: ReferenceBox): number {
  return Math.max(Math.abs(a.x1 - b.x1), Math.abs(a.y1 - b.y1), Math.abs(a.x2 - b.x2), Math.abs(a.y2 - b.y2));
}
