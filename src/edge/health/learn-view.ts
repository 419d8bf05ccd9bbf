import type { UtcMs } from '../../domain/ids.ts';
import type { BlockMatch } from './block-match.ts';
import type { ReferenceVersion } from './reference-memory.ts';

/** Pictures that are averaged at first; later each moves the view by one grey value at most, which is a median. */
const averaged = 16;

/** Of the usual sharpness a picture makes up so much at least: fog and dew of an hour are no new usual. */
const leastSharpness = 1 / 256;
/** And of a block's usual correlation. */
const leastSteadiness = 1 / 32;

/** Steadiness of a block before anything is known of it: 0.8. */
const firstSteadiness = 204;

/** Learns a view from one more picture; `match` undefined: it is the first. */
export function learnFrom(
  version: ReferenceVersion,
  match: BlockMatch | undefined,
  luma: Uint8Array,
  sharpness: number | undefined,
  at: UtcMs,
): void {
  const { picture, steadiness, learnt } = version;
  if (match === undefined) {
    for (let pixel = 0; pixel < picture.length; pixel += 1) picture[pixel] = luma[pixel] ?? 0;
    steadiness.fill(firstSteadiness);
    version.sharpness = sharpness ?? 0;
  } else {
    movePicture(picture, luma, learnt);
    for (let block = 0; block < steadiness.length; block += 1) {
      const correlation = match.correlations[block] ?? Number.NaN;
      if (Number.isNaN(correlation)) continue;
      const known = steadiness[block] ?? 0;
      const share = Math.max(leastSteadiness, 1 / (learnt + 1));
      steadiness[block] = Math.round(known + share * (255 * Math.max(0, correlation) - known));
    }
    if (sharpness !== undefined) {
      const share = version.sharpness === 0 ? 1 : Math.max(leastSharpness, 1 / (learnt + 1));
      version.sharpness += share * (sharpness - version.sharpness);
    }
  }
  version.learnt = learnt + 1;
  version.learntAt = at;
}

function movePicture(picture: Uint8Array, luma: Uint8Array, learnt: number): void {
  if (learnt < averaged) {
    const share = 1 / (learnt + 1);
    for (let pixel = 0; pixel < picture.length; pixel += 1) {
      const usual = picture[pixel] ?? 0;
      picture[pixel] = Math.round(usual + share * ((luma[pixel] ?? 0) - usual));
    }
    return;
  }
  for (let pixel = 0; pixel < picture.length; pixel += 1) {
    const usual = picture[pixel] ?? 0;
    const now = luma[pixel] ?? 0;
    // Differences of one are noise.
    if (now > usual + 1) picture[pixel] = usual + 1;
    else if (now < usual - 1) picture[pixel] = usual - 1;
  }
}
