import { mkdirSync } from 'node:fs';
import { type FootageCommand, options, wholeOption } from './command.ts';
import { Film } from './film.ts';
import { withBrowsers } from './in-parallel.ts';
import { picturesPerSecond } from './picture-size.ts';
import { clipFiles, clipFolder, type Shot, shotsOf } from './shots.ts';
import type { StageBrowser } from './stage-browser.ts';
import { filmTake } from './take-pictures.ts';
import type { TruthBox } from './truth.ts';
import { writeTakeTruth } from './truth-file.ts';

/** A draft has two pictures a second: enough to try a scene's rule on, in a sixth of the time. */
const draftStep = picturesPerSecond / 2;

/** Draws the clips that ship, with their truth beside them. */
export const clipsCommand: FootageCommand = {
  summary:
    'draws the takes of every scene (or of some) as H.264 clips with their truth; the same seed gives the same files',
  usage: `clips [--scene X]… [--take fires|near] [--seed 1] [--workers 2] [--draft] [--out ${clipFolder}]`,
  async run(args, print) {
    const values = options(args, {
      scene: { type: 'string', multiple: true },
      take: { type: 'string' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      draft: { type: 'boolean', default: false },
      out: { type: 'string', default: clipFolder },
    });
    const shots = shotsOf(values.scene, values.take, wholeOption('seed', values.seed));
    mkdirSync(values.out, { recursive: true });
    await withBrowsers(shots, wholeOption('workers', values.workers, 1), async (browser, shot) => {
      print(await makeClip(browser, shot, values.out, values.draft ? draftStep : 1));
      return 'sound';
    });
  },
};

/** Draws every `step`-th picture and shows it as long as it takes. */
async function makeClip(browser: StageBrowser, shot: Shot, folder: string, step: number): Promise<string> {
  const files = clipFiles(folder, shot);
  const film = await Film.create();
  try {
    const { truth, pictureCount, pictures } = await filmTake(browser, shot);
    const boxes: (readonly TruthBox[])[] = [];
    for await (const picture of pictures(step)) {
      for (let shown = 0; shown < step && boxes.length < pictureCount; shown += 1) {
        await film.add(picture.rgb);
        boxes.push(picture.boxes);
      }
    }
    const { bytes, coding, tries } = await film.encode(files.clip);
    writeTakeTruth(files.truth, { ...truth, pictures: boxes });
    const seconds = (boxes.length / picturesPerSecond).toFixed(0);
    return `${files.clip}: ${seconds} s, ${truth.light}, ${Math.round(bytes / 1000)} kB at ${coding} (try ${tries})`;
  } finally {
    await film.remove();
  }
}
