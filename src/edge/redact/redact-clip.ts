import { Decoder, Demuxer, type Frame, Log } from 'node-av';
import { AV_LOG_QUIET } from 'node-av/constants';
import type { Picture } from '../../domain/picture.ts';
import { AppError } from '../../lib/errors.ts';
import { PictureScaler } from '../decode/picture-scaler.ts';
import { coverBetween } from './cover-between.ts';
import type { ClipMaking } from './redact-messages.ts';
import { noteOf, type PictureNote, redactPicture } from './redact-picture.ts';
import { type RedactionPlan, regionsOf, type Thing } from './regions-of.ts';
import { Vp9File } from './vp9-file.ts';

/** What a clip is made from and into. */
export interface ClipRedaction {
  readonly from: string;
  readonly to: string;
  readonly plan: RedactionPlan;
  readonly making: ClipMaking;
  readonly find: (picture: Picture) => Promise<readonly Thing[]>;
}

/** A picture of the clip with what was found in it, where it was looked at. */
interface Shown {
  readonly picture: Picture;
  readonly ptsMs: number;
  found: readonly Thing[] | undefined;
}

/** AV_FRAME_FLAG_CORRUPT. */
const corruptFlag = 1;

/**
 * Decodes a clip, covers what must not be recognised in every picture, and codes it anew. People are looked for now and
 * then; the pictures from one such look to the next are covered by what both found. Gives way to other work of the
 * thread with every picture.
 * @throws AppError MB_DECODE_FAILED: what does not decode, whole, is not shown.
 */
export async function redactClip({ from, to, plan, making, find }: ClipRedaction): Promise<PictureNote> {
  Log.setLevel(AV_LOG_QUIET);
  const scaler = new PictureScaler();
  let file: Vp9File | undefined;
  let note: PictureNote | undefined;
  let before: readonly Thing[] = [];
  /** What the look before that found: who is missed once is covered all the same. */
  let earlier: readonly Thing[] = [];
  let waiting: Shown[] = [];
  const write = (after: readonly Thing[]) => {
    for (const { picture, ptsMs, found } of waiting) {
      file ??= new Vp9File(to, picture);
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
    for await (const { picture, ptsMs } of picturesOf(from, making, scaler)) {
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
    (file as Vp9File).finish();
    return note;
  } finally {
    (file as Vp9File | undefined)?.close();
    scaler.close();
  }
}

/** The clip's pictures in order of showing, as many a second and as wide as wanted, of even size. */
async function* picturesOf(
  path: string,
  { maxFps, maxWidth }: ClipMaking,
  scaler: PictureScaler,
): AsyncGenerator<{ picture: Picture; ptsMs: number }> {
  const source = await Demuxer.open(path);
  try {
    const stream = source.video();
    if (stream === undefined) throw new AppError('MB_DECODE_FAILED', 'blurred clip: no video');
    const decoder = await Decoder.create(stream, { threads: 1, exitOnError: true } as never);
    const { num, den } = stream.timeBase;
    let nextMs = Number.NEGATIVE_INFINITY;
    try {
      for await (const frame of decoder.frames(source.packets(stream.index))) {
        if (frame === null) continue;
        const ptsMs = (Number(frame.pts) * num * 1_000) / den;
        // A little early counts: cameras' times are not exact.
        const picture = ptsMs < nextMs - 5 ? undefined : pictureOf(frame, maxWidth, scaler);
        frame.free();
        if (picture === undefined) continue;
        nextMs = ptsMs + 1_000 / maxFps;
        yield { picture, ptsMs };
      }
    } finally {
      decoder.close();
    }
  } finally {
    await source.close();
  }
}

function pictureOf(frame: Frame, maxWidth: number, scaler: PictureScaler): Picture {
  if (frame.decodeErrorFlags !== 0 || (frame.flags & corruptFlag) !== 0) {
    throw new AppError('MB_DECODE_FAILED', 'blurred clip: damaged pictures');
  }
  const scale = Math.min(1, maxWidth / frame.width);
  const even = (length: number) => Math.max(2, 2 * Math.round((length * scale) / 2));
  const size = { width: even(frame.width), height: even(frame.height) };
  const picture = scaler.picture(frame, { ...size, fit: 'stretch', format: 'rgb24' });
  if (picture === undefined) throw new AppError('MB_DECODE_FAILED', 'blurred clip: pictures of no known kind');
  return picture;
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
