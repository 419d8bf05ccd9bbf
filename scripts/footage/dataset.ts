import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type FootageCommand, options, wholeOption } from './command.ts';
import { drawLoad } from './dataset-drawing.ts';
import { claimFolder } from './dataset-origin.ts';
import { planLoads } from './dataset-plan.ts';
import { drawingDigest } from './drawing-digest.ts';
import { withBrowsers } from './in-parallel.ts';
import { PictureIndex } from './picture-index.ts';
import { firstDatasetSeed } from './seeds.ts';

/** More loads than this that cannot be drawn, in shares of all, are a fault and no bad luck. */
const mostLost = 0.02;

/** Draws pictures to train and to check detectors with. */
export const datasetCommand: FootageCommand = {
  summary:
    'draws training pictures with their truth; goes on where it was stopped, the same seed gives the same pictures',
  usage: `dataset [--pictures 6000] [--seed ${firstDatasetSeed}] [--workers 2] [--mix] [--out .maplebridge/train/rendered]`,
  async run(args, print) {
    const values = options(args, {
      pictures: { type: 'string', default: '6000' },
      seed: { type: 'string', default: String(firstDatasetSeed) },
      workers: { type: 'string', default: '2' },
      mix: { type: 'boolean', default: false },
      out: { type: 'string', default: '.maplebridge/train/rendered' },
    });
    const [pictures, seed] = [wholeOption('pictures', values.pictures, 1), wholeOption('seed', values.seed)];
    const loads = planLoads(seed, pictures);
    mkdirSync(values.out, { recursive: true });
    const index = PictureIndex.open(join(values.out, 'truth.jsonl'));
    const missing = loads.filter((load) => load.pictures.some(({ file }) => !index.has(file)));
    const claim = { firstSeed: seed, drawnBy: drawingDigest(), isMixed: values.mix, isWhole: missing.length === 0 };
    claimFolder(values.out, index, claim, print);
    print(`${pictures} pictures of ${loads.length} places, ${missing.length} to be drawn`);
    const lost: string[] = [];
    let done = 0;
    await withBrowsers(missing, wholeOption('workers', values.workers, 1), async (browser, load) => {
      done += 1;
      if (done % 50 === 0) print(`${done} of ${missing.length} places`);
      try {
        await drawLoad(browser, load, values.out, index);
        return 'sound';
      } catch (error) {
        // One unlucky layout, or a browser that was killed, must not end hours of drawing.
        lost.push(`${load.order.scene}, seed ${load.order.seed}: ${messageOf(error).split('\n', 1)[0]}`);
        if (lost.length > Math.max(5, loads.length * mostLost)) throw tooManyLost(lost);
        return 'spent';
      }
    });
    index.sort();
    print(`${index.size} pictures in ${values.out}`);
    for (const each of lost) print(`not drawn: ${each}`);
  },
};

function tooManyLost(lost: readonly string[]): AppError {
  return new AppError('MB_USAGE', `too many places could not be drawn:\n  ${lost.join('\n  ')}`);
}
