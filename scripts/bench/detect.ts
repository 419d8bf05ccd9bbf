import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { Picture } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest, type ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import { type ModelStoreOptions, resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { type BenchReport, quantile, round, spread } from './bench.ts';
import { benchKeyframes } from './footage.ts';

const rounds = 7;
const pictures = 24;
const log = createLogger('bench');

/**
 * Pictures a second through our detector (thread, tensor, graph, boxes, suppression) beside a bare `session.run` loop
 * on the same graph and settings, round by round in changing order.
 */
export async function detectBench(say: (line: string) => void): Promise<BenchReport> {
  const { source, keyframes } = await benchKeyframes();
  const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
  const store: ModelStoreOptions = { manifest: loadManifest(), mirror };
  const results: Record<string, ModelResult> = {};
  for (const entry of store.manifest.models) {
    try {
      results[`${entry.id}/cpu`] = await compare(entry, store, keyframes);
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
  readonly ratioVsBare: ReturnType<typeof spread>;
  /** Time in the detector's thread, tensor to boxes. */
  readonly latencyMs: number;
}

async function compare(
  entry: ModelEntry,
  store: ModelStoreOptions,
  keyframes: readonly AccessUnit[],
): Promise<ModelResult> {
  const { path } = await resolveModel(entry.id, store);
  const options = { ...detectSchema.parse({ modelId: entry.id }), store, log, metrics: new Metrics() };
  const detector = await loadDetector(options);
  const bare = await bareLoop(path, entry);
  const inputs = await decodeAll(keyframes, detector.input);
  const ours: number[] = [];
  const theirs: number[] = [];
  const latencies: number[] = [];
  const runs = [
    async () => {
      const began = performance.now();
      const found = await detector.detect(inputs);
      ours.push((inputs.length * 1000) / (performance.now() - began));
      latencies.push(...found.map(({ run }) => run.latencyMs));
    },
    async () => {
      const began = performance.now();
      for (let index = 0; index < inputs.length; index += 1) await bare.run();
      theirs.push((inputs.length * 1000) / (performance.now() - began));
    },
  ];
  for (let index = 0; index < rounds; index += 1) {
    for (const run of runs) await run();
    runs.reverse();
  }
  await Promise.all([detector.close(), bare.close()]);
  return {
    imagesPerSecond: spread(ours),
    bareImagesPerSecond: spread(theirs),
    ratioVsBare: spread(ours.map((rate, index) => rate / (theirs[index] ?? Number.NaN))),
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

async function decodeAll(keyframes: readonly AccessUnit[], input: Parameters<DecoderPool['decode']>[1]) {
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
