import { spawn } from 'node:child_process';
import ffmpeg from 'fluent-ffmpeg';
import { cpuSeconds } from './bench.ts';

/** What decoding one file in a process of its own cost. */
export interface ProcessCost {
  /** CPU of the process and of Node on its behalf. */
  readonly cpuS: number;
  readonly wallMs: number;
  readonly maxRssMb: number;
}

interface Task {
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

const input = ['-threads', '1', '-skip_frame', 'nokey'];
const output = ({ width, height }: Task, select = '') => [
  '-filter_threads',
  '1',
  '-vf',
  `${select}scale=${width}:${height}:flags=bilinear`,
  '-pix_fmt',
  'bgr24',
];

/** `ffmpeg -skip_frame nokey -vf scale`, pictures thrown away inside: FFmpeg by itself, nothing handed on. */
export function runFfmpeg(task: Task): Promise<ProcessCost> {
  return benchmarked([...input, '-i', task.file, ...output(task), '-f', 'null', '-']);
}

/** Decodes every picture and scales every n-th, thrown away inside. */
export function runContinuousFfmpeg(task: Task, every: number): Promise<ProcessCost> {
  const filters = output(task, `select=not(mod(n\\,${every})),`);
  return benchmarked(['-threads', '1', '-i', task.file, ...filters, '-vsync', '0', '-f', 'null', '-']);
}

function benchmarked(args: readonly string[]): Promise<ProcessCost> {
  const began = performance.now();
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', '-benchmark', ...args]);
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () => {
      const cost = costOf(log);
      if (cost === undefined) reject(new Error(log));
      else resolve({ ...cost, wallMs: performance.now() - began });
    });
  });
}

/** The same through fluent-ffmpeg, with the pictures piped into Node as any use of them needs. */
export function runFluentFfmpeg(task: Task): Promise<ProcessCost & { pictures: number }> {
  const began = performance.now();
  const nodeCpu = process.cpuUsage();
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const command = ffmpeg(task.file)
      .inputOptions(input)
      .outputOptions([...output(task), '-benchmark'])
      .format('rawvideo')
      .on('error', reject)
      .on('end', (_stdout: string | null, stderr: string | null) => {
        const cost = costOf(stderr ?? '');
        if (cost === undefined) return reject(new Error(stderr ?? 'ffmpeg said nothing'));
        const pictures = bytes / (task.width * task.height * 3);
        const cpuS = cost.cpuS + cpuSeconds(nodeCpu);
        resolve({ ...cost, cpuS, wallMs: performance.now() - began, pictures });
      });
    command.pipe().on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
  });
}

/** Reads what `-benchmark` prints at the end. */
function costOf(log: string): { cpuS: number; maxRssMb: number } | undefined {
  const time = /utime=([\d.]+)s stime=([\d.]+)s/.exec(log);
  const memory = /maxrss=(\d+)/.exec(log);
  if (time === null || memory === null) return undefined;
  return { cpuS: Number(time[1]) + Number(time[2]), maxRssMb: Number(memory[1]) / 1024 };
}
