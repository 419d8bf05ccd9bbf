import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import type { PictureSpec } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { type BenchReport, cpuSeconds, quantile, round, spread } from './bench.ts';
import { runFfmpeg, runFluentFfmpeg } from './ffmpeg-process.ts';
import { benchKeyframes } from './footage.ts';

const repeats = 10;
const rounds = 7;
const cameras = 1000;
/** Cameras that have a look at work at the same time. */
const callers = 4;
const spec: PictureSpec = { width: 416, height: 416, fit: 'letterbox', format: 'bgr24' };

/**
 * Keyframes to detector-sized pictures: our pool with one worker, FFmpeg by itself, and fluent-ffmpeg with a process,
 * all on the same keyframes and in changing order. Per core means per CPU second, main thread and start-up included.
 */
export async function decodeBench(say: (line: string) => void): Promise<BenchReport> {
  const { source, keyframes } = await benchKeyframes();
  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-bench-'));
  const many = Array.from({ length: repeats }, () => keyframes).flat();
  const file = join(folder, 'many.h264');
  const single = join(folder, 'single.h264');
  writeFileSync(file, Buffer.concat(many.map((unit) => unit.data)));
  writeFileSync(single, keyframes[0]?.data ?? Buffer.alloc(0));
  say(`${many.length} keyframes of ${source}, ${rounds} rounds`);

  const pool = new DecoderPool({
    workers: 1,
    queueCapacity: many.length,
    log: createLogger('bench'),
    metrics: new Metrics(),
  });
  try {
    const began = performance.now();
    await pool.start(new AbortController().signal);
    const startMs = performance.now() - began;
    const { width, height } = await contentSize(pool, keyframes);

    const rates = await compare(pool, many, { file, width, height }, say);
    const processes = await perProcess({ file: single, width, height });
    const latency = await latencies(pool, keyframes);
    const idle = await idleMemory(pool, keyframes);

    const ratio = quantile(
      rates.pool.map((rate, index) => rate / (rates.ffmpeg[index] ?? Number.NaN)),
      0.5,
    );
    const fluentRatio = quantile(
      rates.pool.map((rate, index) => rate / (rates.fluent[index] ?? Number.NaN)),
      0.5,
    );
    return {
      parameters: { source, keyframes: many.length, rounds, picture: `${width}×${height} bgr24`, cameras },
      metrics: {
        keyframesPerSecondPerCore: round(quantile(rates.pool, 0.5)),
        ratioVsFfmpegKeyframes: round(ratio),
        ratioVsFluentFfmpeg: round(fluentRatio),
        mbPer1000IdleCameras: round(idle),
        poolStartMs: round(startMs),
        keyframeLatencyMs: round(quantile(latency, 0.5)),
        fluentOneKeyframeMs: round(
          quantile(
            processes.map((each) => each.wallMs),
            0.5,
          ),
        ),
        fluentRssMbPerCamera: round(
          quantile(
            processes.map((each) => each.maxRssMb),
            0.5,
          ),
        ),
      },
      distributions: {
        poolKeyframesPerCpuSecond: spread(rates.pool),
        ffmpegKeyframesPerCpuSecond: spread(rates.ffmpeg),
        fluentFfmpegKeyframesPerCpuSecond: spread(rates.fluent),
        poolLatencyMs: spread(latency),
        fluentOneKeyframeMs: spread(processes.map((each) => each.wallMs)),
        fluentMaxRssMb: spread(processes.map((each) => each.maxRssMb)),
      },
    };
  } finally {
    await pool.stop();
    rmSync(folder, { recursive: true });
  }
}

async function contentSize(pool: DecoderPool, keyframes: readonly AccessUnit[]) {
  const [unit] = keyframes;
  const result = unit && (await pool.decode(unit, spec));
  if (!result?.ok) throw new Error(`the first keyframe does not decode: ${result?.detail}`);
  return { width: result.picture.width, height: result.picture.height };
}

type Contestant = 'pool' | 'ffmpeg' | 'fluent';

/** Keyframes a CPU second of each, round by round, each round in another order. */
async function compare(
  pool: DecoderPool,
  many: readonly AccessUnit[],
  task: { file: string; width: number; height: number },
  say: (line: string) => void,
): Promise<Record<Contestant, number[]>> {
  const rates: Record<Contestant, number[]> = { pool: [], ffmpeg: [], fluent: [] };
  const run: Record<Contestant, () => Promise<number>> = {
    pool: async () => {
      const cpu = process.cpuUsage();
      await decodeAll(pool, many);
      return cpuSeconds(cpu);
    },
    ffmpeg: async () => (await runFfmpeg(task)).cpuS,
    fluent: async () => {
      const { cpuS, pictures } = await runFluentFfmpeg(task);
      if (pictures !== many.length) throw new Error(`${pictures} pictures of ${many.length} came through the pipe`);
      return cpuS;
    },
  };
  const order: Contestant[] = ['pool', 'ffmpeg', 'fluent'];
  for (let index = 0; index < rounds; index += 1) {
    for (const name of order) rates[name].push(many.length / (await run[name]()));
    order.push(order.shift() ?? 'pool');
    say(
      `round ${index + 1}: ${order.map((name) => `${name} ${round(rates[name].at(-1) ?? 0)}`).join(', ')} keyframes/CPU s`,
    );
  }
  return rates;
}

/** A few at a time, each picture let go once it is there, as the pipeline does. */
async function decodeAll(pool: DecoderPool, units: readonly AccessUnit[]): Promise<void> {
  let next = 0;
  const take = async () => {
    for (let unit = units[next++]; unit !== undefined; unit = units[next++]) {
      const result = await pool.decode(unit, spec);
      if (!result.ok) throw new Error(`a keyframe was not decoded: ${result.detail}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, take));
}

/** One keyframe by a process of its own: what a look costs without a decoder that stays. */
async function perProcess(task: { file: string; width: number; height: number }) {
  const costs = [];
  for (let index = 0; index < 10; index += 1) costs.push(await runFluentFfmpeg(task));
  return costs;
}

/** Time from call to picture, one keyframe at a time. */
async function latencies(pool: DecoderPool, keyframes: readonly AccessUnit[]): Promise<number[]> {
  const times: number[] = [];
  for (const unit of [...keyframes, ...keyframes]) {
    const began = performance.now();
    await pool.decode(unit, spec);
    times.push(performance.now() - began);
  }
  return times;
}

/** Growth of this process, in MB, from a warm decoder to one that served a thousand cameras once each. */
async function idleMemory(pool: DecoderPool, keyframes: readonly AccessUnit[]): Promise<number> {
  for (const unit of keyframes) await pool.decode(unit, spec);
  const before = process.memoryUsage.rss();
  for (let index = 0; index < cameras; index += 1) {
    const unit = keyframes[index % keyframes.length];
    if (unit !== undefined) await pool.decode({ ...unit, cameraId: `bench-${index}` as CameraId }, spec);
  }
  return Math.max(0, process.memoryUsage.rss() - before) / 2 ** 20;
}
