import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import type { BenchReport } from './bench.ts';
import { compareDecoders } from './decode-contestants.ts';
import { decodeReport } from './decode-report.ts';
import { benchFilm, benchSpec, filmsAtOnce } from './decode-task.ts';
import { runFluentFfmpeg } from './ffmpeg-process.ts';
import { benchKeyframes } from './footage.ts';

const repeats = 10;
const rounds = 5;
const cameras = 1000;
/** Pictures of the film: one of so many units, 3 a second at 15 units. */
const every = 5;

/**
 * Keyframes to detector-sized pictures: our pool with one worker, FFmpeg by itself, and fluent-ffmpeg with a process,
 * all on the same keyframes and in changing order; and a whole film continuously, beside FFmpeg. Per core means per CPU
 * second, main thread and start-up included.
 */
export async function decodeBench(say: (line: string) => void): Promise<BenchReport> {
  const { source, keyframes } = await benchKeyframes();
  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-bench-'));
  const [pool, unfiltered] = [makePool({}), makePool({ skipLoopFilter: true })];
  try {
    const film = await benchFilm(folder);
    const many = Array.from({ length: repeats }, () => keyframes).flat();
    const file = (name: string, units: readonly AccessUnit[]) => {
      const path = join(folder, `${name}.h264`);
      writeFileSync(path, Buffer.concat(units.map((unit) => unit.data)));
      return path;
    };
    const files = { keyframes: file('many', many), film: file('film', film) };
    say(`${many.length} keyframes of ${source}, ${film.length} units continuously, ${rounds} rounds`);
    const began = performance.now();
    await pool.start(new AbortController().signal);
    const startMs = performance.now() - began;
    await unfiltered.start(new AbortController().signal);

    const size = await contentSize(pool, keyframes);
    const load = loadavg()[0] ?? 0;
    const task = { pool, unfiltered, keyframes: many, film, every, files, size };
    const picture = `${size.width}×${size.height} bgr24`;
    return decodeReport({
      parameters: { source, keyframes: many.length, rounds, picture, cameras, film: film.length, every },
      source,
      picture,
      rounds,
      keyframes: many.length,
      keyframeKb: keyframes.reduce((sum, { data }) => sum + data.length, 0) / keyframes.length / 1000,
      film: { units: film.length, every, atOnce: filmsAtOnce },
      cpuS: await compareDecoders(task, rounds, say),
      processes: await perProcess({ file: file('single', keyframes.slice(0, 1)), ...size }),
      latencyMs: await latencies(pool, keyframes),
      idleMb: await idleMemory(pool, keyframes),
      startMs,
      load,
    });
  } finally {
    await Promise.all([pool.stop(), unfiltered.stop()]);
    rmSync(folder, { recursive: true });
  }
}

function makePool(options: { readonly skipLoopFilter?: boolean }): DecoderPool {
  const workerFile = new URL('../../src/edge/look-worker.ts', import.meta.url);
  const shared = { workers: 1, queueCapacity: 1000, log: createLogger('bench'), metrics: new Metrics(), workerFile };
  return new DecoderPool({ ...shared, ...options });
}

async function contentSize(pool: DecoderPool, keyframes: readonly AccessUnit[]) {
  const [unit] = keyframes;
  const result = unit && (await pool.decode(unit, benchSpec));
  if (!result?.ok) throw new Error(`the first keyframe does not decode: ${result?.detail}`);
  return { width: result.picture.width, height: result.picture.height };
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
    await pool.decode(unit, benchSpec);
    times.push(performance.now() - began);
  }
  return times;
}

/** Growth of this process, in MB, from a warm decoder to one that served a thousand cameras once each. */
async function idleMemory(pool: DecoderPool, keyframes: readonly AccessUnit[]): Promise<number> {
  for (const unit of keyframes) await pool.decode(unit, benchSpec);
  const before = process.memoryUsage.rss();
  for (let index = 0; index < cameras; index += 1) {
    const unit = keyframes[index % keyframes.length];
    if (unit !== undefined) await pool.decode({ ...unit, cameraId: `bench-${index}` as CameraId }, benchSpec);
  }
  return Math.max(0, process.memoryUsage.rss() - before) / 2 ** 20;
}
