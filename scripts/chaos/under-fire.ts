/**
 * Loaded before a service (`node --import`), so that the campaign can set its clock and kill it at an exact instant
 * while the service itself runs as it ships. Nothing of this is in production code.
 */
import { writeSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { type FireOrder, type KillPoint, lastWord } from './kill-points.ts';

/** MQTT 3.1.1 §2.2.1 and 5 §2.1.2: packet type 4 is PUBACK, without flags. */
const pubackByte = 0x40;

const MachineDate = Date;
let offsetMs = Number(process.env['CHAOS_CLOCK_OFFSET_MS'] ?? 0);
let armed: KillPoint | undefined;

const now = () => MachineDate.now() + offsetMs;
globalThis.Date = new Proxy(MachineDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

process.on('message', (order: FireOrder) => {
  if (order.type === 'clock') offsetMs = order.offsetMs;
  if (order.type === 'arm') armed = order.point;
});
// A campaign that is gone leaves nobody behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();

/** Dies here and now when this is the instant that was ordered. */
export function strike(point: KillPoint): void {
  if (armed !== point) return;
  writeSync(2, `${lastWord(point)}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered at the next return to user mode; not one more instruction of the service may run.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

// `spooled`: the batch is in the spool, the journal does not know its number. `before-drop`: committed, not sent.
// `after-drop`: sent, not marked so. `before-archive`: the desk has committed, the file is still in the inbox.
// `after-archive`: the copy in the archive is whole, the one in the inbox may still be there. `left-inbox`: it is gone.
const folderOf = (path: unknown) => String(path).split('/').at(-2);
const { rename, rm } = fsPromises;
fsPromises.rename = async (from, to) => {
  const folder = folderOf(to);
  if (folder === 'drop') strike('before-drop');
  if (folder === 'archive') strike('before-archive');
  await rename(from, to);
  if (folder === 'spool') strike('spooled');
  if (folder === 'drop') strike('after-drop');
  if (folder === 'archive') strike('after-archive');
  if (folderOf(from) === 'inbox') strike('left-inbox');
};
fsPromises.rm = async (path, options) => {
  await rm(path, options);
  if (folderOf(path) === 'inbox') strike('left-inbox');
};
syncBuiltinESMExports();

// `ack-out`: the journal has the alerts, the node is not told. `commit-sent`: Postgres commits, the desk never hears it.
const write = Socket.prototype.write;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
  const holds = (text: string) => armed !== undefined && Buffer.from(args[0] as Uint8Array | string).includes(text);
  if (armed === 'ack-out' && holds('/ack')) strike('ack-out');
  const result = write.apply(this, args);
  if (armed === 'commit-sent' && holds('COMMIT')) strike('commit-sent');
  return result;
} as typeof write;

// `puback`: the broker has a message, nobody else does. `ack-in`: the gateway's word has come and nothing is freed yet.
const push = Socket.prototype.push;
Socket.prototype.push = function (this: Socket, chunk: unknown, encoding?: BufferEncoding) {
  if (Buffer.isBuffer(chunk)) {
    if (chunk[0] === pubackByte) strike('puback');
    if (armed === 'ack-in' && chunk.includes('/ack')) strike('ack-in');
  }
  return push.call(this, chunk, encoding);
};
