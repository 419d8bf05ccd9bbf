import { spawn } from 'node:child_process';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';

/** Exact integer scaling, so that every build of FFmpeg gives the same bytes. */
const exact = 'flags=bilinear+bitexact+accurate_rnd+full_chroma_int';

/**
 * Pictures of a file every `everySeconds`, scaled into a size by the machine's ffmpeg: a way to pixels that does not
 * change when the decoder of the node does.
 */
export async function rawPictures(
  file: string,
  options: {
    source: { width: number; height: number };
    spec: PictureSpec;
    everySeconds: number;
    count: number;
    startSeconds?: number;
  },
): Promise<Picture[]> {
  const { source, spec, everySeconds, count } = options;
  const scale = Math.min(spec.width / source.width, spec.height / source.height);
  const fitted = (length: number) => (spec.fit === 'original' ? length : Math.max(1, Math.round(length * scale)));
  const width = spec.fit === 'stretch' ? spec.width : fitted(source.width);
  const height = spec.fit === 'stretch' ? spec.height : fitted(source.height);
  const filter = `fps=1/${everySeconds}:round=up,scale=${width}:${height}:${exact}`;
  const start = ['-ss', String(options.startSeconds ?? 0), '-i', file, '-vf', filter, '-frames:v', String(count)];
  const bytes = await output(['-v', 'error', '-nostdin', ...start, '-pix_fmt', spec.format, '-f', 'rawvideo', '-']);
  const size = width * height * 3;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => ({
    width,
    height,
    format: spec.format,
    data: new Uint8Array(bytes.subarray(index * size, (index + 1) * size)),
    sourceWidth: source.width,
    sourceHeight: source.height,
  }));
}

function output(args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', args);
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
