/** What a PUBLISH says; QoS 1, MQTT 5. */
export interface PublishWords {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly userProperties: Readonly<Record<string, string>>;
}

/** A control packet as it came (MQTT 5 §2.1). */
export interface Packet {
  /** §2.1.2: 2 CONNACK, 3 PUBLISH, 4 PUBACK, 9 SUBACK. */
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** CONNECT (§3.1): clean start, user name and password, keep-alive of a minute. */
export function connectPacket(options: { clientId: string; username: string; password: string }): Buffer {
  const { clientId, username, password } = options;
  const head = Buffer.concat([text('MQTT'), Buffer.from([5, 0b1100_0010, 0, 60]), Buffer.from([0])]);
  return packet(0x10, [head, text(clientId), text(username), text(password)]);
}

/** SUBSCRIBE (§3.8) to one topic with QoS 1. */
export function subscribePacket(topic: string): Buffer {
  return packet(0x82, [Buffer.from([0, 1, 0]), text(topic), Buffer.from([1])]);
}

/** PUBLISH (§3.3), QoS 1, with a packet id of zero that `withPacketId` sets. */
export function publishPacket({ topic, payload, contentType, userProperties }: PublishWords): Buffer {
  const users = Object.entries(userProperties).map(([name, value]) =>
    Buffer.concat([Buffer.from([0x26]), text(name), text(value)]),
  );
  const properties = Buffer.concat([Buffer.from([0x03]), text(contentType), ...users]);
  return packet(0x32, [text(topic), Buffer.from([0, 0]), length(properties.length), properties, payload]);
}

/** Gives a PUBLISH its packet id (1–65,535), in place. */
export function withPacketId(publish: Buffer, id: number): Buffer {
  let at = 1;
  while (((publish[at] ?? 0) & 0x80) !== 0) at += 1;
  at += 1;
  publish.writeUInt16BE(id, at + 2 + publish.readUInt16BE(at));
  return publish;
}

/** PUBACK (§3.4) of success. */
export function pubackPacket(id: number): Buffer {
  return Buffer.from([0x40, 2, id >> 8, id & 0xff]);
}

/** Id and payload of a PUBLISH with QoS 1 that came in. */
export function readPublish(body: Buffer): { id: number; payload: Buffer } {
  let at = 2 + body.readUInt16BE(0);
  const id = body.readUInt16BE(at);
  at += 2;
  const properties = readLength(body, at);
  if (properties === undefined) throw new Error('PUBLISH without properties');
  return { id, payload: body.subarray(properties.next + properties.value) };
}

/** §3.2.2.3.3: how many publishes the broker takes before it has acknowledged one; 65,535 where it says nothing. */
export function receiveMaximum(connack: Buffer): number {
  const properties = readLength(connack, 2);
  const end = properties === undefined ? 0 : properties.next + properties.value;
  for (let at = properties?.next ?? 0; at < end; ) {
    const id = connack[at] ?? 0;
    if (id === 0x21) return connack.readUInt16BE(at + 1);
    const size = fixedSizes.get(id) ?? 2 + connack.readUInt16BE(at + 1);
    at += 1 + size;
  }
  return 65_535;
}

/** §2.2.2.2: properties of CONNACK of a fixed size; the others are texts. */
const fixedSizes = new Map([
  [0x11, 4],
  [0x13, 2],
  [0x22, 2],
  [0x24, 1],
  [0x25, 1],
  [0x27, 4],
  [0x28, 1],
  [0x29, 1],
  [0x2a, 1],
]);

/** Cuts a stream into packets. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Packets that are whole now. */
  take(chunk: Buffer): Packet[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Packet[] = [];
    let at = 0;
    while (at < bytes.length) {
      const size = readLength(bytes, at + 1);
      if (size === undefined || size.next + size.value > bytes.length) break;
      const first = bytes[at] ?? 0;
      at = size.next + size.value;
      packets.push({ type: first >> 4, flags: first & 0x0f, body: bytes.subarray(size.next, at) });
    }
    this.#rest = bytes.subarray(at);
    return packets;
  }
}

function packet(first: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first]), length(body.length), body]);
}

/** §1.5.4. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** §1.5.5: seven bits a byte, the lowest first. */
function length(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left & 0x7f;
    left >>= 7;
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return Buffer.from(bytes);
}

function readLength(bytes: Buffer, from: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * index);
    if ((byte & 0x80) === 0) return { value, next: from + index + 1 };
  }
  return undefined;
}
