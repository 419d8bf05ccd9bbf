import { Decoder, Demuxer, type Frame, Log } from 'node-av';
import { AV_LOG_QUIET } from 'node-av/constants';
import type { Picture } from '../../domain/picture.ts';
import { AppError } from '../../lib/errors.ts';
import { PictureScaler } from './picture-scaler.ts';

/** AV_FRAME_FLAG_CORRUPT. */
const corruptFlag = 1;

/**
 * The pictures of a video file in order of showing, RGB, at most as many a second and as wide as wanted, of even size.
 * @throws AppError MB_DECODE_FAILED where one of them is damaged: such a film is not shown in part.
 */
export async function* clipPictures(
  path: string,
  { maxFps, maxWidth }: { readonly maxFps: number; readonly maxWidth: number },
): AsyncGenerator<{ picture: Picture; ptsMs: number }> {
  Log.setLevel(AV_LOG_QUIET);
  const scaler = new PictureScaler();
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
    scaler.close();
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
