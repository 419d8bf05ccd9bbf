import { renameSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { PlannedLoad } from './dataset-plan.ts';
import { createExposure } from './exposure.ts';
import type { PictureIndex } from './picture-index.ts';
import type { StageBrowser } from './stage-browser.ts';

/** Draws the pictures of one place into the folder, and their truth into its index. */
export async function drawLoad(
  browser: StageBrowser,
  load: PlannedLoad,
  folder: string,
  index: PictureIndex,
): Promise<void> {
  const { order, pictures } = load;
  const { light, lengthS } = await browser.load(order);
  for (const { index: number, file, cameraSeed, quality, momentS } of pictures) {
    const exposure = createExposure(cameraSeed, light);
    const timeS = momentS(lengthS);
    const picture = await browser.draw(timeS, exposure.shutterS);
    exposure.expose(picture, number, timeS);
    const { width, height, rgb, boxes } = picture;
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toFile(join(folder, `${file}.tmp`));
    // Whole or not at all: it may be there already, drawn before its place was finished.
    renameSync(join(folder, `${file}.tmp`), join(folder, file));
    index.add({ file, scene: order.scene, seed: order.seed, light, width, height, boxes });
  }
}
