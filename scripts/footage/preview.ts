import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { StageBrowser } from './stage-browser.ts';
import type { StageOrder } from './stage-order.ts';

/** Draws single moments of a take (or training pictures) with their boxes, to be looked at. */
export async function preview(
  order: StageOrder,
  timesS: readonly number[],
  outDir: string,
): Promise<readonly string[]> {
  const browser = new StageBrowser();
  mkdirSync(outDir, { recursive: true });
  const files: string[] = [];
  try {
    await browser.start();
    const report = await browser.load(order);
    for (const timeS of timesS) {
      const { width, height, rgb, boxes } = await browser.draw(timeS);
      const marks = boxes.map(({ box: [x1, y1, x2, y2], class: name, ignore }) => {
        const colour = ignore === true ? '#888' : '#0f0';
        return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}"/><text x="${x1}" y="${y1 - 2}" font-size="9" fill="${colour}">${name}</text>`;
      });
      const zones = report.zones.map(({ points }) => {
        const path = points.map(([x, y]) => `${x * width},${y * height}`).join(' ');
        return `<polyline points="${path}" fill="none" stroke="#ff0" stroke-dasharray="3"/>`;
      });
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${zones.join('')}${marks.join('')}</svg>`;
      const file = join(outDir, `${order.scene}-${order.take ?? 'scatter'}-${order.seed}-${timeS}.png`);
      const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
      writeFileSync(
        file,
        await picture
          .composite([{ input: Buffer.from(svg) }])
          .png()
          .toBuffer(),
      );
      files.push(file);
    }
  } finally {
    await browser.stop();
  }
  return files;
}
