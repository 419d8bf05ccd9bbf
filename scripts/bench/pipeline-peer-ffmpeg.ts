import { type ChildProcess, spawn } from 'node:child_process';
import type { ModelInput } from '../../src/edge/detect/model-manifest.ts';

/** `keyframes`: the decoder skips all others; `every`: all are decoded, as recorders do that set a rate by filter. */
export type PeerDecode = 'keyframes' | 'every';

/** A picture an idle camera's motion is looked for in: grey, as such checks use. */
export const motionSize = { width: 160, height: 90 } as const;

/** What one camera's process is to put out. */
export interface PeerFeed {
  readonly url: string;
  readonly everyMs: number;
  readonly decode: PeerDecode;
  /** The detector's input; undefined: the motion check's. */
  readonly input: ModelInput | undefined;
}

/** Bytes of one of its pictures. */
export function pictureBytes({ input }: PeerFeed): number {
  return input === undefined ? motionSize.width * motionSize.height : input.width * input.height * 3;
}

/** Starts a camera's process; raw pictures come out of its standard output. */
export function startFeed(feed: PeerFeed): ChildProcess {
  return spawn('ffmpeg', argumentsOf(feed), { stdio: ['ignore', 'pipe', 'ignore'] });
}

function argumentsOf({ url, everyMs, decode, input }: PeerFeed): readonly string[] {
  const open = ['-v', 'quiet', '-nostdin', '-threads', '1', '-filter_threads', '1'];
  const probe = ['-analyzeduration', '1000000', '-probesize', '500000', '-fflags', 'nobuffer'];
  const skip = decode === 'keyframes' ? ['-skip_frame', 'nokey'] : [];
  // Under the interval, by half a GOP where only keyframes come: FFmpeg moves timestamps when the first sender report
  // tells it the camera's clock, and a keyframe that came a moment too early would cost a whole GOP.
  const leastS = everyMs / 1000 - (decode === 'keyframes' ? 1 : 0.1);
  const pace = `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${leastS})'`;
  const format = input === undefined ? 'gray' : `${input.channelOrder}24`;
  const out = [
    '-an',
    '-vf',
    `${pace},${scaled(input)}`,
    '-pix_fmt',
    format,
    '-flush_packets',
    '1',
    '-f',
    'rawvideo',
    '-',
  ];
  // Without passthrough, pictures that are seldom would be repeated to make a constant rate.
  return [...open, ...probe, ...skip, '-rtsp_transport', 'tcp', '-i', url, '-fps_mode', 'passthrough', ...out];
}

function scaled(input: ModelInput | undefined): string {
  if (input === undefined) return `scale=${motionSize.width}:${motionSize.height}:flags=bilinear`;
  const { width, height, fit: how, pad } = input;
  if (how === 'stretch') return `scale=${width}:${height}:flags=bilinear`;
  const grey = Math.round(pad).toString(16).padStart(2, '0').repeat(3);
  const scale = `scale=${width}:${height}:force_original_aspect_ratio=decrease:flags=bilinear`;
  return `${scale},pad=${width}:${height}:0:0:0x${grey}`;
}
