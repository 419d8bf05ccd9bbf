import { spawn } from 'node:child_process';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';

/** Access unit delimiter with its start code (H.264 §7.3.2.4); FFmpeg puts one before every unit here. */
const delimiter = Buffer.from([0, 0, 0, 1, 9]);

/** Keyframes of an H.264 file as a camera would send them: Annex B, parameter sets first. `everyMs` spaces their PTS. */
export async function keyframesOf(
  file: string,
  options: { camera?: string; everyMs?: number; startAt?: number } = {},
): Promise<AccessUnit[]> {
  return unitsOf(await annexB(['-i', file, '-c:v', 'copy']), options);
}

/** Keyframes of a moving test pattern, encoded by the machine's ffmpeg. */
export async function testKeyframes(
  size: { width: number; height: number },
  count: number,
  options: { camera?: string; everyMs?: number; startAt?: number } = {},
): Promise<AccessUnit[]> {
  const pattern = `testsrc2=size=${size.width}x${size.height}:rate=1:duration=${count}`;
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '1', '-pix_fmt', 'yuv420p'];
  return unitsOf(await annexB(['-f', 'lavfi', '-i', pattern, ...encode]), options);
}

function unitsOf(stream: Buffer, options: { camera?: string; everyMs?: number; startAt?: number }): AccessUnit[] {
  const starts: number[] = [];
  for (let at = stream.indexOf(delimiter); at >= 0; at = stream.indexOf(delimiter, at + 1)) starts.push(at);
  return starts.map((start, index) => {
    const ptsMs = index * (options.everyMs ?? 2000);
    return {
      cameraId: (options.camera ?? 'cam-1') as CameraId,
      codec: 'h264',
      keyframe: true,
      data: Buffer.from(stream.subarray(start, starts[index + 1] ?? stream.length)),
      rtpTimestamp: (ptsMs * 90) % 2 ** 32,
      ptsMs,
      ntpMs: undefined,
      receivedAt: (options.startAt ?? 0) + ptsMs,
    };
  });
}

/** Runs ffmpeg to an Annex B stream of keyframes only. */
function annexB(input: readonly string[]): Promise<Buffer> {
  const filters = 'h264_mp4toannexb,dump_extra=freq=keyframe,h264_metadata=aud=insert,noise=drop=not(key)';
  const generic = 'dump_extra=freq=keyframe,h264_metadata=aud=insert,noise=drop=not(key)';
  const bsf = input.includes('lavfi') ? generic : filters;
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, '-an', '-bsf:v', bsf, '-f', 'h264', '-']);
    const chunks: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(errors))));
  });
}
