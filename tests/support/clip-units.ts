import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';

const run = promisify(execFile);

interface Stream {
  readonly demuxer: string;
  /** Access unit delimiter with its start code; FFmpeg puts one before every unit here. */
  readonly delimiter: Buffer;
  /** NAL unit types of pictures that decode alone. */
  readonly keyTypes: ReadonlySet<number>;
  readonly typeOf: (byte: number) => number;
}

const streams: Readonly<Record<'h264' | 'h265', Stream>> = {
  h264: {
    demuxer: 'h264',
    delimiter: Buffer.from([0, 0, 0, 1, 9]),
    keyTypes: new Set([5]),
    typeOf: (byte) => byte & 31,
  },
  h265: {
    demuxer: 'hevc',
    delimiter: Buffer.from([0, 0, 0, 1, 0x46]),
    keyTypes: new Set([16, 17, 18, 19, 20, 21]),
    typeOf: (byte) => (byte >> 1) & 63,
  },
};

/** Every access unit of an MP4 as a camera would send it, in decoding order: Annex B, keyframes with parameter sets. */
export async function clipUnits(
  file: string,
  { codec = 'h264', camera = 'cam-1', fps = 10 }: { codec?: 'h264' | 'h265'; camera?: string; fps?: number } = {},
): Promise<AccessUnit[]> {
  const { demuxer, delimiter } = streams[codec];
  const filters = `${demuxer}_mp4toannexb,dump_extra=freq=keyframe,${demuxer}_metadata=aud=insert`;
  const output = ['-an', '-c:v', 'copy', '-bsf:v', filters, '-f', demuxer, '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, ...output], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  const starts: number[] = [];
  for (let at = stdout.indexOf(delimiter); at >= 0; at = stdout.indexOf(delimiter, at + 1)) starts.push(at);
  return starts.map((start, index) => {
    const data = Buffer.from(stdout.subarray(start, starts[index + 1] ?? stdout.length));
    const ptsMs = (index * 1000) / fps;
    return {
      cameraId: camera as CameraId,
      codec,
      keyframe: isKeyframe(data, streams[codec]),
      data,
      rtpTimestamp: ptsMs * 90,
      ptsMs,
      ntpMs: undefined,
      receivedAt: ptsMs,
    };
  });
}

/** For each unit in decoding order, which picture of the film it is. */
export async function shownAs(file: string): Promise<number[]> {
  const ask = ['-select_streams', 'v', '-show_entries', 'packet=pts', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...ask, file]);
  const times = stdout.trim().split('\n').map(Number.parseFloat);
  const inOrder = times.toSorted((a, b) => a - b);
  return times.map((time) => inOrder.indexOf(time));
}

/** Every picture of the film as FFmpeg's own program decodes it, packed grey, scaled. */
export async function greyFilm(file: string, width: number, height: number): Promise<Buffer[]> {
  const output = ['-an', '-vf', `scale=${width}:${height}`, '-pix_fmt', 'gray', '-vsync', '0', '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, ...output], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  const size = width * height;
  return Array.from({ length: stdout.length / size }, (_, at) => stdout.subarray(at * size, (at + 1) * size));
}

function isKeyframe(unit: Buffer, { keyTypes, typeOf }: Stream): boolean {
  for (let at = unit.indexOf('000001', 0, 'hex'); at >= 0; at = unit.indexOf('000001', at + 3, 'hex')) {
    if (keyTypes.has(typeOf(unit[at + 3] ?? 0))) return true;
  }
  return false;
}
