import { parentPort, workerData } from 'node:worker_threads';
import type { Picture } from '../domain/picture.ts';
import { messageOf } from '../lib/errors.ts';
import { clipPictures } from './decode/clip-pictures.ts';
import { ModelRunner } from './detect/model-runner.ts';
import { Vp9File } from './evidence/vp9-file.ts';
import { findThings } from './find-things.ts';
import { believed } from './redact/believed.ts';
import { redactClip } from './redact/redact-clip.ts';
import type { RedactAnswer, RedactOrder } from './redact/redact-messages.ts';
import { redactPicture } from './redact/redact-picture.ts';
import type { PictureSize } from './redact/region.ts';
import { regionsOf } from './redact/regions-of.ts';
import type { RedactSetup } from './redaction-model.ts';

const port = parentPort;
if (port === null) throw new Error('redact-worker.ts runs in a worker thread only');
const answer = (message: RedactAnswer) => port.postMessage(message);
/** A picture's memory is handed over, not copied. */
const deliver = (message: RedactAnswer) =>
  port.postMessage(message, message.kind === 'picture' ? [message.picture.data.buffer as ArrayBuffer] : []);
const { runner: options } = workerData as RedactSetup;

const runner = options && (await ModelRunner.open(options));
const finder = (halves: boolean) => async (picture: Picture) =>
  runner === undefined || options === undefined
    ? []
    : believed(await findThings(picture, runner, { input: options.entry.input, halves }), options.scoreThreshold);

// A picture does not wait for a clip under way: the clip gives way between two of its own.
port.on('message', (order: RedactOrder) => {
  obey(order).then(deliver, (error: unknown) => answer({ kind: 'failed', id: order.id, detail: messageOf(error) }));
});
answer({ kind: 'ready' });

async function obey(order: RedactOrder): Promise<RedactAnswer> {
  if (order.kind === 'clip') {
    const { id, from, to, plan: wanted, making } = order;
    const open = (size: PictureSize) => new Vp9File(to, size);
    const note = await redactClip({
      pictures: clipPictures(from, making),
      open,
      plan: wanted,
      making,
      find: finder(false),
    });
    return { kind: 'clip', id, note };
  }
  const { id, picture, plan } = order;
  const planned = regionsOf(await finder(true)(picture), plan, picture);
  return { kind: 'picture', id, picture, note: redactPicture(picture, planned, plan.method) };
}
