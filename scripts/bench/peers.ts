import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pause } from './ingest-child.ts';
import { type ProcessUse, processUse } from './proc.ts';

/** A way to read one camera with a process of its own. */
export interface Peer {
  readonly name: string;
  readonly command: (url: string) => readonly [string, ...string[]];
}

/** What an NVR that starts one FFmpeg a camera does, without writing to disk. */
export const ffmpegPeer: Peer = {
  name: 'ffmpeg -c copy',
  command: (url) =>
    [
      'ffmpeg',
      '-v',
      'error',
      '-nostdin',
      '-rtsp_transport',
      'tcp',
      '-i',
      url,
      '-c',
      'copy',
      '-f',
      'null',
      '-',
    ] as const,
};

/** A GStreamer pipeline a camera, down to whole NAL units. */
export const gstreamerPeer: Peer = {
  name: 'gst rtspsrc',
  command: (url) =>
    [
      'gst-launch-1.0',
      '-q',
      'rtspsrc',
      `location=${url}`,
      'protocols=tcp',
      '!',
      'rtph264depay',
      '!',
      'fakesink',
    ] as const,
};

/** What the processes of a peer used, a camera. */
export interface PeerUse {
  readonly processes: number;
  readonly cores: readonly number[];
  /** CPU seconds from the start of each process to the beginning of the window: opening and probing the stream. */
  readonly startCpuS: readonly number[];
  readonly rssMb: readonly number[];
  readonly pssMb: readonly number[];
}

/** Starting is not measured: processes are started this far apart and then left alone. */
const startEveryMs = 100;
const settleMs = 5_000;

/** Runs one process a camera and reads what each used in a window of so many seconds. */
export async function measurePeer(peer: Peer, urls: readonly string[], seconds: number): Promise<PeerUse> {
  const children: ChildProcess[] = [];
  try {
    for (const url of urls) {
      const [program, ...args] = peer.command(url);
      children.push(spawn(program, args, { stdio: 'ignore' }));
      await pause(startEveryMs);
    }
    await pause(settleMs);
    const before = children.map(use);
    const began = performance.now();
    await pause(seconds * 1000);
    const after = children.map(use);
    const tookS = (performance.now() - began) / 1000;
    return {
      processes: children.length,
      cores: after.map(({ cpuS }, index) => (cpuS - (before[index]?.cpuS ?? Number.NaN)) / tookS),
      startCpuS: before.map(({ cpuS }) => cpuS),
      rssMb: after.map(({ rssMb }) => rssMb),
      pssMb: after.map(({ pssMb }) => pssMb),
    };
  } finally {
    await Promise.all(children.map(end));
  }
}

function use(child: ChildProcess): ProcessUse {
  const found = processUse(child.pid ?? 0);
  if (found === undefined || child.exitCode !== null) throw new Error(`${child.spawnfile} ended while it was measured`);
  return found;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
