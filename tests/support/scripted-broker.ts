import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a scripted broker says; reason codes of MQTT 5 §2.4. */
interface Script {
  /** Said right after CONNACK, before it closes. */
  readonly farewell?: number;
  /** Answer to the publish of that place in order, over all connections; 0 where it is undefined. */
  readonly puback?: (index: number) => number;
}

/** A broker of MQTT 5 that says what no real one can be made to: byte for byte, and to one client at a time. */
export class ScriptedBroker {
  readonly #script: Script;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;
  published = 0;

  constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let packet = firstPacket(bytes); packet !== undefined; packet = firstPacket(bytes)) {
        bytes = bytes.subarray(packet.end);
        this.#answer(socket, packet.type, packet.body);
      }
    });
  }

  #answer(socket: Socket, type: number, body: Buffer): void {
    const { farewell, puback } = this.#script;
    if (type === 1) {
      socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      if (farewell !== undefined) socket.end(Buffer.from([0xe0, 2, farewell, 0]));
    } else if (type === 3) {
      const idAt = 2 + body.readUInt16BE(0);
      const code = puback?.(this.published) ?? 0;
      this.published += 1;
      socket.write(Buffer.from([0x40, 4, body[idAt] ?? 0, body[idAt + 1] ?? 0, code, 0]));
    } else if (type === 8) socket.write(Buffer.from([0x90, 4, body[0] ?? 0, body[1] ?? 0, 0, 1]));
    else if (type === 12) socket.write(Buffer.from([0xd0, 0]));
  }
}

/** MQTT 5 §2.1: type, and the remaining length as a variable byte integer. */
function firstPacket(bytes: Buffer): { type: number; body: Buffer; end: number } | undefined {
  let length = 0;
  for (let at = 1; at < Math.min(bytes.length, 5); at += 1) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte >= 0x80) continue;
    const end = at + 1 + length;
    return bytes.length < end ? undefined : { type: (bytes[0] ?? 0) >> 4, body: bytes.subarray(at + 1, end), end };
  }
  return undefined;
}
