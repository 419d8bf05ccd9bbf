import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src/lib/errors.ts';
import { type FootageCommand, options, wholeOption } from './command.ts';
import { clipPictures } from './film.ts';
import { withBrowsers } from './in-parallel.ts';
import { psnr } from './psnr.ts';
import { clipFiles, clipFolder, type Shot, shotsOf } from './shots.ts';
import type { StageBrowser } from './stage-browser.ts';
import { filmTake } from './take-pictures.ts';
import { readTakeTruth } from './truth-file.ts';

/**
 * A clip that shows something else, or the same an instant later, is below this; what coding loses of sensor noise at
 * night still leaves 25 dB and more.
 */
const leastPsnrDb = 22;

/** Proves that the clips that ship are what this code draws. */
export const verifyCommand: FootageCommand = {
  summary: 'draws pictures of the clips again and compares them with the files: pictures by PSNR, truth exactly',
  usage: `verify [--scene X]… [--take fires|near] [--every 24] [--workers 2] [--from ${clipFolder}]`,
  async run(args, print) {
    const values = options(args, {
      scene: { type: 'string', multiple: true },
      take: { type: 'string' },
      every: { type: 'string', default: '24' },
      workers: { type: 'string', default: '2' },
      from: { type: 'string', default: clipFolder },
    });
    const every = wholeOption('every', values.every, 1);
    const wrong: string[] = [];
    // The seed is in the truth of each.
    const shots = shotsOf(values.scene, values.take, 0);
    await withBrowsers(shots, wholeOption('workers', values.workers, 1), async (browser, shot) => {
      const files = clipFiles(values.from, shot);
      const findings = await compare(browser, shot, files, every);
      print(`${files.clip}: ${findings.summary}`);
      wrong.push(...findings.wrong.map((each) => `${files.clip}: ${each}`));
      return 'sound';
    });
    if (wrong.length > 0) throw new AppError('MB_MISSING_PART', `not what is drawn now:\n  ${wrong.join('\n  ')}`);
  },
};

async function compare(
  browser: StageBrowser,
  shot: Shot,
  files: { readonly clip: string; readonly truth: string },
  every: number,
): Promise<{ summary: string; wrong: string[] }> {
  const { pictures: boxes, ...head } = readTakeTruth(files.truth);
  if (!existsSync(files.clip))
    throw new AppError('MB_MISSING_PART', `${files.clip} is missing: make it with \`npm run footage -- clips\``);
  const filmed = await clipPictures(files.clip, every);
  const { truth, pictureCount, pictures } = await filmTake(browser, { ...shot, seed: head.seed });
  const wrong: string[] = [];
  if (!isDeepStrictEqual(head, JSON.parse(JSON.stringify(truth)))) wrong.push('zones, intervals or light differ');
  if (boxes.length !== pictureCount) wrong.push(`truth of ${boxes.length} pictures, ${pictureCount} are drawn`);
  let worst = Number.POSITIVE_INFINITY;
  let index = 0;
  for await (const { rgb, boxes: drawn } of pictures(every)) {
    const decibels = psnr(rgb, filmed[index / every] ?? new Uint8Array(0));
    worst = Math.min(worst, decibels);
    if (decibels < leastPsnrDb) wrong.push(`picture ${index}: ${decibels.toFixed(1)} dB`);
    if (!isDeepStrictEqual(boxes[index], drawn)) wrong.push(`picture ${index}: other boxes`);
    index += every;
  }
  return { summary: `${index / every} pictures, at least ${worst.toFixed(1)} dB, ${wrong.length} differences`, wrong };
}
