import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtInClips } from '../../src/simulator/built-in-clip.ts';
import { sharedDir } from '../../tests/support/shared.ts';

/** What goes on before a camera: nothing, something all the time, or the scripted event. */
export type CameraKind = 'idle' | 'busy' | 'scripted';

/** A clip of the bench, as a camera's substream: 640×360 H.264, 15 pictures a second, a keyframe every 2 s. */
export interface PipelineClip {
  readonly kind: CameraKind;
  readonly name: string;
  readonly file: string;
  readonly lengthMs: number;
  /** Polygon the camera's scenes watch, 0–1. */
  readonly zone: readonly (readonly [number, number])[];
}

type Recipe = Omit<PipelineClip, 'file'> & {
  readonly source: string;
  /** FFmpeg filters, before size and rate are set. */
  readonly filter: string;
};

/** Where nothing stands and everything that moves passes: the near lane, the room's floor, an empty verge. */
const lane = [
  [0.36, 0.5],
  [0.52, 0.5],
  [1, 0.86],
  [1, 1],
  [0.48, 1],
] as const;
const mirroredLane = lane.map(([x, y]) => [1 - x, y] as const);
const floor = rectangle(0, 0.4, 1, 1);
const verge = rectangle(0, 0.8, 0.25, 1);
/** Around the place where the car of the scripted clip stands. */
const bay = rectangle(0.46, 0.6, 0.68, 0.8);

/** People stand in the room during these seconds of `people-passing`. */
const occupied = 'between(t,5,19)+between(t,23,43)+between(t,50,67)+between(t,74,83)';
const onward = 'setpts=N/FR/TB';

/** Recipes from the shared footage. The room is empty at 87–91 s and 45–49 s; the street's picture is held at 8–70 s. */
function footageRecipes(folder: string): readonly Recipe[] {
  const [parked, passing, people] = ['street-parked', 'street-passing', 'people-passing'].map((name) =>
    join(folder, `${name}.mp4`),
  ) as [string, string, string];
  const idle = { kind: 'idle', lengthMs: 40_000 } as const;
  const busy = { kind: 'busy', lengthMs: 10_000 } as const;
  const empty = (from: number) => `trim=${from}:${from + 3},${onward},fps=15,loop=loop=-1:size=45,trim=0:40`;
  return [
    { ...idle, name: 'street held', source: parked, zone: verge, filter: 'trim=8:48' },
    {
      ...idle,
      ...{ name: 'street held, dusk', source: parked, zone: rectangle(0.8, 0.8, 1, 1) },
      filter: 'trim=20:60,hflip,eq=brightness=-0.12:contrast=0.8,noise=alls=6:allf=t',
    },
    {
      ...idle,
      ...{ name: 'street held, light drifts', source: parked, zone: verge },
      filter: "trim=10:50,crop=iw*0.75:ih*0.75:0:0,setpts=PTS-STARTPTS,eq=brightness='0.05*sin(2*PI*t/40)':eval=frame",
    },
    { ...idle, name: 'empty room', source: people, zone: floor, filter: `${empty(87.5)},noise=alls=4:allf=t` },
    {
      ...idle,
      ...{ name: 'empty room, mirrored', source: people, zone: floor },
      filter: `${empty(45.5)},hflip,noise=alls=6:allf=t`,
    },
    { ...busy, name: 'street', source: passing, zone: lane, filter: 'trim=0:10' },
    {
      ...busy,
      ...{ name: 'street, mirrored, slower', lengthMs: 12_000, source: passing, zone: mirroredLane },
      filter: 'trim=0:10,hflip,setpts=1.2*PTS',
    },
    {
      ...busy,
      ...{ name: 'street, nearer', source: passing, zone: rectangle(0.3, 0.4, 1, 1) },
      filter: 'trim=0:10,crop=iw*0.7:ih*0.7:iw*0.15:ih*0.3',
    },
    {
      ...busy,
      ...{ name: 'people in a room', lengthMs: 60_000, source: people, zone: floor },
      filter: `select='${occupied}',${onward},trim=0:60`,
    },
    {
      ...{ kind: 'scripted', name: 'a car stops and drives off', lengthMs: 24_000, source: parked, zone: bay },
      filter: `select='lt(t,13)+gte(t,70)*lt(t,81)',${onward},noise=alls=3:allf=t`,
    },
  ];
}

/** Without footage: the test pattern moving, and its first picture held with sensor noise. */
function patternRecipes(file: string): readonly Recipe[] {
  const common = { source: file, zone: rectangle(0, 0, 1, 1), lengthMs: 20_000 };
  const held = "select='eq(n,0)',loop=loop=-1:size=1,setpts=N/15/TB,trim=0:20,noise=alls=4:allf=t";
  return [
    { ...common, kind: 'idle', name: 'test pattern held', filter: held },
    { ...common, kind: 'busy', name: 'test pattern', filter: 'null' },
  ];
}

/** Makes the clips, once a machine, in the folder for temporary files; `footage` is false where it had to do without. */
export async function pipelineClips(
  say: (line: string) => void,
): Promise<{ footage: boolean; clips: readonly PipelineClip[] }> {
  const footageDir = join(sharedDir ?? '', 'footage');
  const footage = sharedDir !== undefined && existsSync(join(footageDir, 'people-passing.mp4'));
  if (!footage) say('no shared footage: cameras show a test pattern, and there is no scripted event');
  const recipes = footage ? footageRecipes(footageDir) : patternRecipes((await builtInClips()).file);
  const clips: PipelineClip[] = [];
  for (const { source, filter, ...clip } of recipes) {
    clips.push({ ...clip, file: await made(source, filter, clip.lengthMs / 1000) });
  }
  return { footage, clips };
}

async function made(source: string, filter: string, seconds: number): Promise<string> {
  const shape = `${filter},setpts=PTS-STARTPTS,scale=640:360,setsar=1,fps=15`;
  const rate = ['-b:v', '512k', '-maxrate', '512k', '-bufsize', '512k', '-t', String(seconds), '-an'];
  const gop = ['-g', '30', '-keyint_min', '30', '-bf', '0', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
  const args = ['-i', source, '-vf', shape, '-c:v', 'libx264', '-profile:v', 'main', '-preset', 'veryfast'];
  // A camera codes as it sees, without looking ahead: x264's lookahead would put half of the bits into keyframes.
  const live = ['-tune', 'zerolatency', '-threads', '1', '-x264-params', 'sliced-threads=0'];
  const all = [...args, ...live, ...rate, ...gop];
  const folder = join(tmpdir(), 'maplebridge-bench-clips');
  const file = join(folder, `${createHash('sha256').update(all.join('\0')).digest('hex').slice(0, 16)}.mp4`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...all, '-f', 'mp4', unfinished]);
  renameSync(unfinished, file);
  return file;
}

function rectangle(left: number, top: number, right: number, bottom: number): readonly (readonly [number, number])[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}
