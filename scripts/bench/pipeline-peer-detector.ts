import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { ResolvedModel } from '../../src/edge/detect/model-store.ts';

/** The peer's detector: bare ONNX Runtime, one thread, one picture at a time; nothing is read from the outputs. */
const { path, entry } = workerData as ResolvedModel;
const { name, width, height, layout, mean, std } = entry.input;
const session = await ort.InferenceSession.create(path, {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
});
const pixels = width * height;
const data = new Float32Array(3 * pixels);
const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
const [channelStep, pixelStep] = layout === 'nchw' ? [pixels, 1] : [1, 3];

function fill(picture: Uint8Array): void {
  for (let channel = 0; channel < 3; channel += 1) {
    const scale = 1 / (std[channel] ?? 1);
    const shift = (mean[channel] ?? 0) * scale;
    const base = channel * channelStep;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      data[base + pixel * pixelStep] = (picture[pixel * 3 + channel] ?? 0) * scale - shift;
    }
  }
}

parentPort?.on('message', async ({ picture }: { picture: Uint8Array }) => {
  const began = performance.now();
  fill(picture);
  await session.run({ [name]: new ort.Tensor('float32', data, dims) });
  parentPort?.postMessage(performance.now() - began);
});
parentPort?.postMessage('ready');
