import { createExposure } from './exposure.ts';
import { pictureSize, picturesPerSecond } from './picture-size.ts';
import { shotSeed } from './seeds.ts';
import type { Shot } from './shots.ts';
import type { DrawnPicture, StageBrowser } from './stage-browser.ts';
import type { TakeTruth } from './truth.ts';

/** A take on stage, ready to be filmed. */
export interface FilmedTake {
  /** All but the pictures. */
  readonly truth: Omit<TakeTruth, 'pictures'>;
  readonly pictureCount: number;
  /** Every `step`-th picture as the camera delivers it; one is drawn while the last one is worked on. */
  pictures(step?: number): AsyncGenerator<DrawnPicture>;
}

/** Builds a take's place; one take at a time in a browser. */
export async function filmTake(browser: StageBrowser, { scene, take, seed }: Shot): Promise<FilmedTake> {
  const shot = shotSeed(seed, scene, take);
  const { about, light, lengthS, zones, intervals } = await browser.load({ scene, take, seed: shot, ...pictureSize });
  const exposure = createExposure(shot, light);
  const pictureCount = Math.round(lengthS * picturesPerSecond);
  const timeOf = (index: number) => index / picturesPerSecond;
  const draw = (index: number) => {
    const drawn = browser.draw(timeOf(index), exposure.shutterS);
    // Whoever stops in between never asks for it.
    drawn.catch(() => undefined);
    return drawn;
  };
  const head = { version: 1, scene, take, seed, light, about, ...pictureSize, fps: picturesPerSecond } as const;
  return {
    truth: { ...head, zones, intervals },
    pictureCount,
    async *pictures(step = 1) {
      let next = draw(0);
      for (let index = 0; index < pictureCount; index += step) {
        const picture = await next;
        if (index + step < pictureCount) next = draw(index + step);
        exposure.expose(picture, index, timeOf(index));
        yield picture;
      }
    },
  };
}
