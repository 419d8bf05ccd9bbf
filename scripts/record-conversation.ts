import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * Stands between a client and a camera and writes down what they say, in the form that `tests/replay/ingest` holds. The
 * client asks for `rtsp://127.0.0.1:<port>/live`, and so does the recorder; what proves a password is left out.
 */
const { values } = parseArgs({
  options: {
    camera: { type: 'string' },
    out: { type: 'string' },
    frames: { type: 'string', default: '200' },
  },
});
const [, host, port] = /^(.+):(\d+)$/.exec(values.camera ?? '') ?? [];
if (host === undefined || values.out === undefined) {
  process.stderr.write('usage: node scripts/record-conversation.ts --camera host:port --out file [--frames 200]\n');
  process.exit(2);
}

const lines: string[] = ['# Recorded.', 'expect: {"units": 0, "keyframes": 0, "counters": {}}'];
let framesLeft = Number(values.frames);
const server = createServer((client) => record(client, connect(Number(port), host)));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live\n`);

function record(client: Socket, camera: Socket): void {
  lines.push('--- connection');
  const asked = new Splitter((head) => lines.push(...requestLines(head)));
  const said = new Splitter(answered, (channel, packet) => {
    framesLeft -= 1;
    if (framesLeft >= 0) lines.push(`R: ${channel} ${packet.toString('base64')}`);
    if (framesLeft === 0) client.destroy();
  });
  client.on('data', (chunk) => {
    asked.push(chunk);
    camera.write(chunk);
  });
  camera.on('data', (chunk) => {
    said.push(chunk);
    client.write(chunk);
  });
  camera.on('close', () => client.end());
  for (const socket of [client, camera]) socket.on('error', () => undefined);
  client.on('close', () => {
    camera.destroy();
    writeFileSync(values.out ?? '', `${lines.join('\n')}\n`);
    if (framesLeft <= 0) server.close();
  });
}

function requestLines(head: string): string[] {
  const [first = '', ...fields] = plain(head).split('\r\n');
  const told = fields.filter((field) => /^(Transport|Session|Accept|Range):/i.test(field));
  return [first, ...told].map((line) => `C: ${line}`);
}

function answered(head: string, body: string): void {
  const known = plain(head)
    .replace(/^(CSeq:\s*)\d+/im, '$1{cseq}')
    .replace(/^(Content-Length:\s*)\d+/im, '$1{length}');
  lines.push(...known.split('\r\n').map((line) => `S: ${line}`), 'S:');
  const bodyLines = plain(body).replace(/\r?\n$/, '');
  if (body !== '') lines.push(...bodyLines.split(/\r?\n/).map((line) => `S| ${line}`));
}

/** Without the address of this machine, which is another one when the conversation is played. */
function plain(text: string): string {
  return text.replace(/rtsp:\/\/127\.0\.0\.1(:\d+)?\/live/g, '{url}');
}

/** Cuts a byte stream into RTSP messages and interleaved frames (RFC 2326 §10.12). */
class Splitter {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onMessage: (head: string, body: string) => void;
  readonly #onFrame: (channel: number, packet: Buffer) => void;

  constructor(
    onMessage: (head: string, body: string) => void,
    onFrame: (channel: number, packet: Buffer) => void = () => undefined,
  ) {
    this.#onMessage = onMessage;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let size = this.#take(); size > 0; size = this.#take()) this.#rest = this.#rest.subarray(size);
  }

  /** Hands on the element at the beginning; its size, or 0 when it is not whole. */
  #take(): number {
    const rest = this.#rest;
    if (rest[0] === 0x24) {
      const size = rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + rest.readUInt16BE(2);
      if (size > rest.length) return 0;
      this.#onFrame(rest[1] ?? 0, rest.subarray(4, size));
      return size;
    }
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) return 0;
    const head = rest.toString('latin1', 0, headEnd);
    const size = headEnd + 4 + Number(/^Content-Length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
    if (size > rest.length) return 0;
    this.#onMessage(head, rest.toString('utf8', headEnd + 4, size));
    return size;
  }
}
