import type { Picture } from '../../domain/picture.ts';
import type { Thing } from '../../domain/redaction.ts';
import { AppError } from '../../lib/errors.ts';
import { coverBetween } from './cover-between.ts';
import type { ClipMaking } from './redact-messages.ts';
import { noteOf, type PictureNote, redactPicture } from './redact-picture.ts';
import type { PictureSize } from './region.ts';
import { type RedactionPlan, regionsOf } from './regions-of.ts';

/** What a clip is made from and into. */
export interface ClipRedaction {
  /** In order of showing, all of one size; fails where one does not decode. */
  readonly pictures: AsyncIterable<{ readonly picture: Picture; readonly ptsMs: number }>;
  readonly open: (size: PictureSize) => VideoFile;
  readonly plan: RedactionPlan;
  readonly making: ClipMaking;
  readonly find: (picture: Picture) => Promise<readonly Thing[]>;
}

/** A video file that is being written. */
export interface VideoFile {
  write(picture: Picture, ptsMs: number): void;
  finish(): void;
  /** Lets go of it, finished or not. */
  close(): void;
}

/** A picture of the clip with what was found in it, where it was looked at. */
interface Shown {
  readonly picture: Picture;
  readonly ptsMs: number;
  found: readonly Thing[] | undefined;
}

/**
 * Covers what must not be recognised in every picture of a clip, and has it written anew. People are looked for now and
 * then; the pictures from one such look to the next are covered by what both found. Gives way to other work of the
 * thread with every picture.
 * @throws AppError MB_DECODE_FAILED: what does not decode, whole, is not shown.
 */
export async function redactClip({ pictures, open, plan, making, find }: ClipRedaction): Promise<PictureNote> {
  let file: VideoFile | undefined;
  let note: PictureNote | undefined;
  let before: readonly Thing[] = [];
  /** What the look before that found: who is missed once is covered all the same. */
  let earlier: readonly Thing[] = [];
  let waiting: Shown[] = [];
  const write = (after: readonly Thing[]) => {
    for (const { picture, ptsMs, found } of waiting) {
      file ??= open({ width: picture.width, height: picture.height });
      const covered = [...coverBetween(before, after, found), ...earlier];
      const regions = regionsOf(covered, plan, picture);
      redactPicture(picture, regions, plan.method);
      file.write(picture, ptsMs);
      const said = noteOf(regions, plan.method);
      note = note === undefined ? said : both(note, said);
    }
    waiting = [];
  };
  try {
    let lookedAtMs = Number.NEGATIVE_INFINITY;
    for await (const { picture, ptsMs } of pictures) {
      if (ptsMs - lookedAtMs >= making.detectEveryMs) {
        lookedAtMs = ptsMs;
        const found = await find(picture);
        write(found);
        earlier = before;
        before = found;
        waiting.push({ picture, ptsMs, found });
      } else {
        waiting.push({ picture, ptsMs, found: undefined });
      }
    }
    const last = waiting.at(-1);
    if (last !== undefined && last.found === undefined) last.found = await find(last.picture);
    write(last?.found ?? []);
    if (file === undefined || note === undefined) throw new AppError('MB_DECODE_FAILED', 'blurred clip: no pictures');
    (file as VideoFile).finish();
    return note;
  } finally {
    (file as VideoFile | undefined)?.close();
  }
}

/** Of a clip, the word that says more was there; regions of the picture that has most. */
function both(a: PictureNote, b: PictureNote): PictureNote {
  const plates = [a.plates, b.plates];
  return {
    ...a,
    faces: a.faces === 'blurred' ? a.faces : b.faces,
    plates: plates.includes('kept') ? 'kept' : plates.includes('blurred') ? 'blurred' : 'none-found',
    regions: Math.max(a.regions, b.regions),
  };
}
