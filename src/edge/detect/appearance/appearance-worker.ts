import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { OnnxSession } from '../onnx-session.ts';
import { TensorFill } from '../tensor-fill.ts';
import type { AppearanceAnswer, AppearanceOrder, AppearanceSetup } from './appearance-messages.ts';
import type { Crop } from './crop.ts';

const port = parentPort;
if (port === null) throw new Error('appearance-worker.ts runs in a worker thread only');
const answer = (message: AppearanceAnswer) => port.postMessage(message);
const { path, entry } = workerData as AppearanceSetup;
const { width, height } = entry.input;
const whole = {
  ...{ width, height },
  placements: [{ picture: 0, source: { x: 0, y: 0, width, height }, x: 0, y: 0 }],
};

// One picture after another in one thread is what this model needs: no pool of threads for resizing.
sharp.concurrency(1);
const fill = new TensorFill(entry.input);
const session = await OnnxSession.open(path, { provider: 'cpu', threads: 1, inputName: entry.input.name });
let last: Promise<void> = Promise.resolve();
port.on('message', ({ id, crop }: AppearanceOrder) => {
  last = last.then(async () => answer({ kind: 'done', id, vector: await vectorOf(crop).catch(() => undefined) }));
});
answer({ kind: 'ready' });

/** Unit length; undefined where the model gives something else than its entry says. */
async function vectorOf(crop: Crop): Promise<Float32Array | undefined> {
  const raw = { width: crop.width, height: crop.height, channels: 3 } as const;
  const data = await sharp(crop.data, { raw })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const picture = { width, height, format: crop.format, data, sourceWidth: crop.width, sourceHeight: crop.height };
  fill.fill(whole, [picture]);
  const tensor = fill.tensor({ width, height });
  const [output] = await session.run(tensor.data, tensor.dims);
  if (output?.data.length !== entry.dimensions) return undefined;
  const length = Math.hypot(...output.data);
  return length > 0 ? output.data.map((value) => value / length) : undefined;
}
