import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/lib/errors.ts';
import { type FootageCommand, lightOption, options, takeOption, wholeOption } from './command.ts';
import { createExposure } from './exposure.ts';
import { markedPicture } from './marked-picture.ts';
import { pictureSize } from './picture-size.ts';
import { StageBrowser } from './stage-browser.ts';
import type { StageOrder } from './stage-order.ts';

/** Draws single moments with their boxes, to be looked at. */
export const previewCommand: FootageCommand = {
  summary: 'draws single moments of a take (or, without one, training pictures) with their boxes, as PNG',
  usage:
    'preview --scene illegal_parking [--take fires|near] [--at 5,20] [--seed 1] [--light day] [--sensor] [--out .maplebridge/footage]',
  async run(args, print) {
    const values = options(args, {
      scene: { type: 'string', default: 'illegal_parking' },
      take: { type: 'string' },
      at: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      light: { type: 'string' },
      sensor: { type: 'boolean', default: false },
      out: { type: 'string', default: '.maplebridge/footage' },
    });
    const order = {
      scene: values.scene,
      seed: wholeOption('seed', values.seed),
      ...pictureSize,
      ...(values.take !== undefined && { take: takeOption(values.take) }),
      ...(values.light !== undefined && { light: lightOption(values.light) }),
    };
    const timesS = values.at.split(',').map(Number);
    if (timesS.some((timeS) => !(timeS >= 0)))
      throw new AppError('MB_USAGE', `--at ${values.at}: seconds are needed, as in 5,20`);
    await preview(order, timesS, { outDir: values.out, isExposed: values.sensor }, print);
  },
};

async function preview(
  order: StageOrder,
  timesS: readonly number[],
  { outDir, isExposed }: { outDir: string; isExposed: boolean },
  print: (line: string) => void,
): Promise<void> {
  const browser = new StageBrowser();
  mkdirSync(outDir, { recursive: true });
  try {
    await browser.start();
    const { light, zones } = await browser.load(order);
    const exposure = isExposed ? createExposure(order.seed, light) : undefined;
    for (const [index, timeS] of timesS.entries()) {
      const drawn = await browser.draw(timeS, exposure?.shutterS);
      exposure?.expose(drawn, index, timeS);
      const file = join(outDir, `${order.scene}-${order.take ?? 'scatter'}-${order.seed}-${timeS}.png`);
      await markedPicture(drawn, zones).png().toFile(file);
      print(file);
    }
  } finally {
    await browser.stop();
  }
}
