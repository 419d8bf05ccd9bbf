import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import type { Picture } from '../../domain/picture.ts';
import { messageOf } from '../../lib/errors.ts';
import { ModelRunner } from '../detect/model-runner.ts';
import { believed } from './believed.ts';
import { findThings } from './find-things.ts';
import { redactClip } from './redact-clip.ts';
import type { RedactAnswer, RedactOrder, RedactSetup } from './redact-messages.ts';
import { redactPicture } from './redact-picture.ts';
import { regionsOf } from './regions-of.ts';

const port = parentPort;
if (port === null) throw new Error('redact-worker.ts runs in a worker thread only');
const answer = (message: RedactAnswer) => port.postMessage(message);
/** A picture's memory is handed over, not copied. */
const deliver = (message: RedactAnswer) =>
  port.postMessage(message, message.kind === 'picture' ? [message.picture.data.buffer as ArrayBuffer] : []);
const { runner: options } = workerData as RedactSetup;

sharp.concurrency(1);
const runner = options && (await ModelRunner.open(options));
const find = async (picture: Picture) =>
  runner === undefined || options === undefined
    ? []
    : believed(await findThings(picture, runner, options.entry.input), options.scoreThreshold);

// A picture does not wait for a clip under way: the clip gives way between two of its own.
port.on('message', (order: RedactOrder) => {
  obey(order).then(deliver, (error: unknown) => answer({ kind: 'failed', id: order.id, detail: messageOf(error) }));
});
answer({ kind: 'ready' });

async function obey(order: RedactOrder): Promise<RedactAnswer> {
  if (order.kind === 'clip') return { kind: 'clip', id: order.id, note: await redactClip({ ...order, find }) };
  const { id, picture, plan } = order;
  const planned = regionsOf(await find(picture), plan, picture);
  return { kind: 'picture', id, picture, note: redactPicture(picture, planned, plan.method) };
}
