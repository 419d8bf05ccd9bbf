import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest, type ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import { type ModelStoreOptions, resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { createLogger, type Logger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { type BenchReport, cpuSeconds, quantile, round, spread } from './bench.ts';
import { benchKeyframes } from './footage.ts';

const rounds = 7;
const pictures = 24;

/**
 * Pictures a second through our detector (thread, tensor, graph, boxes, suppression) beside a bare `session.run` loop
 * on the same graph and settings, round by round in changing order.
 */
export async function detectBench(say: (line: string) => void): Promise<BenchReport> {
  const { source, keyframes } = await benchKeyframes();
  const log = createLogger('bench');
  const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
  const store: ModelStoreOptions = { manifest: loadManifest(), mirror };
  const results: Record<string, ModelResult> = {};
  for (const entry of store.manifest.models) {
    try {
      results[`${entry.id}/cpu`] = await compare(entry, store, keyframes, log);
      say(`${entry.id}: ${JSON.stringify(results[`${entry.id}/cpu`])}`);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'MB_MODEL_MISSING') throw error;
      say(`${entry.id}: left out: ${messageOf(error)}`);
    }
  }
  const standard = results[`${detectSchema.parse({}).modelId}/cpu`];
  if (standard === undefined) throw new Error('the standard model is not here: set MAPLEBRIDGE_MODEL_MIRROR');
  return {
    parameters: { source, rounds, pictures, threads: 1, standard: detectSchema.parse({}).modelId },
    metrics: {
      imagesPerSecond: standard.imagesPerSecond.median,
      ratioVsBare: standard.ratioVsBare.median,
    },
    distributions: results,
  };
}

interface ModelResult {
  readonly imagesPerSecond: ReturnType<typeof spread>;
  readonly bareImagesPerSecond: ReturnType<typeof spread>;
  /** By CPU time, so that neighbours on the machine do not decide it. */
  readonly ratioVsBare: ReturnType<typeof spread>;
  /** Time in the detector's thread, tensor to boxes. */
  readonly latencyMs: number;
}

async function compare(
  entry: ModelEntry,
  store: ModelStoreOptions,
  keyframes: readonly AccessUnit[],
  log: Logger,
): Promise<ModelResult> {
  const { path } = await resolveModel(entry.id, store);
  const options = { ...detectSchema.parse({ modelId: entry.id }), store, log, metrics: new Metrics() };
  const detector = await loadDetector(options);
  const bare = await bareLoop(path, entry);
  const inputs = await decodeAll(keyframes, detector.input, log);
  const rates = { ours: [] as number[], bare: [] as number[] };
  const cpu = { ours: [] as number[], bare: [] as number[] };
  const latencies: number[] = [];
  const timed = async (who: 'ours' | 'bare', work: () => Promise<void>) => {
    const began = performance.now();
    const used = process.cpuUsage();
    await work();
    cpu[who].push(cpuSeconds(used));
    rates[who].push((inputs.length * 1000) / (performance.now() - began));
  };
  const runs = [
    () =>
      timed('ours', async () => {
        const found = await detector.detect(inputs);
        latencies.push(...found.map(({ run }) => run.latencyMs));
      }),
    () =>
      timed('bare', async () => {
        for (let index = 0; index < inputs.length; index += 1) await bare.run();
      }),
  ];
  for (let index = 0; index < rounds; index += 1) {
    for (const run of runs) await run();
    runs.reverse();
  }
  await Promise.all([detector.close(), bare.close()]);
  return {
    imagesPerSecond: spread(rates.ours),
    bareImagesPerSecond: spread(rates.bare),
    ratioVsBare: spread(cpu.bare.map((used, index) => used / (cpu.ours[index] ?? Number.NaN))),
    latencyMs: round(quantile(latencies, 0.5)),
  };
}

/** The graph alone on one ready-made tensor. */
async function bareLoop(path: string, entry: ModelEntry) {
  const session = await ort.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const { width, height, name } = entry.input;
  const feeds = {
    [name]: new ort.Tensor('float32', new Float32Array(3 * width * height).fill(0.5), [1, 3, height, width]),
  };
  await session.run(feeds);
  return { run: () => session.run(feeds), close: () => session.release() };
}

async function decodeAll(keyframes: readonly AccessUnit[], input: PictureSpec, log: Logger) {
  const pool = new DecoderPool({ workers: 1, queueCapacity: pictures, log, metrics: new Metrics() });
  await pool.start(new AbortController().signal);
  const decoded = await Promise.all(
    Array.from({ length: pictures }, (_, index) => {
      const unit = keyframes[index % keyframes.length];
      if (unit === undefined) throw new Error('no keyframes');
      return pool.decode(unit, input);
    }),
  );
  await pool.stop();
  return decoded.flatMap((result): Picture[] => (result.ok ? [result.picture] : []));
}
