import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Conversation, readConversation, serverBytes } from '../../tests/support/conversation.ts';
import { rtp } from '../../tests/support/rtp-builder.ts';

/** What is mutated: pieces of the conversations that the replay tests play. */
export interface IngestCorpus {
  /** All a server sends on one connection. */
  readonly sessions: readonly Buffer[];
  readonly sdps: readonly Buffer[];
  readonly challenges: readonly Buffer[];
  readonly rtcps: readonly Buffer[];
  /** RTP packets one after the other, each after its 16-bit length. */
  readonly h264: readonly Buffer[];
  readonly h265: readonly Buffer[];
  readonly mjpeg: readonly Buffer[];
}

const folder = fileURLToPath(new URL('../../tests/replay/ingest/', import.meta.url));

/** Reads the conversations of the replay tests. */
export function readIngestCorpus(): IngestCorpus {
  const conversations = readdirSync(folder).map((file) => readConversation(join(folder, file)));
  const all = conversations.flatMap((conversation) => conversation.connections.flat());
  const messages = all.filter((step) => step.kind === 'server');
  const packets = (codec: string) =>
    conversations
      .filter(({ expect }) => (expect.codec ?? 'h264') === codec)
      .map((conversation) => Buffer.concat(framesOf(conversation).map(withLength)))
      .filter((stream) => stream.length > 0);
  return {
    sessions: conversations.flatMap(({ connections }) => connections.map(streamOf)),
    sdps: messages.filter(({ body }) => body.length > 4).map(({ body, eol }) => Buffer.from(body.join(eol))),
    challenges: messages
      .flatMap(({ head }) => head)
      .filter((line) => line.startsWith('WWW-'))
      .map((line) => Buffer.from(line)),
    rtcps: conversations.flatMap(framesOf).filter((frame) => (frame[1] ?? 0) >= 192 && (frame[1] ?? 0) < 224),
    h264: packets('h264'),
    h265: packets('h265'),
    mjpeg: [...packets('mjpeg'), jpegWithRestarts()],
  };
}

function framesOf({ connections }: Conversation): Buffer[] {
  return connections
    .flat()
    .filter((step) => step.kind === 'bytes')
    .filter(({ bytes }) => bytes[0] === 0x24)
    .map(({ bytes }) => bytes.subarray(4));
}

function withLength(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]);
}

/** The answers of one connection; the client counts its requests from 1. */
function streamOf(steps: Conversation['connections'][number]): Buffer {
  let asked = 0;
  const parts: Buffer[] = [];
  for (const step of steps) {
    if (step.kind === 'client') asked += 1;
    else if (step.kind === 'server') parts.push(serverBytes(step, { port: 554, cseq: String(asked) }));
    else if (step.kind === 'bytes') parts.push(step.bytes);
  }
  return Buffer.concat(parts);
}

/** Type 65 with a restart header and tables of Q 50 (RFC 2435 §3.1.7), which no conversation has. */
function jpegWithRestarts(): Buffer {
  const payload = Buffer.concat([Buffer.from([0, 0, 0, 0, 65, 50, 8, 6, 0, 4, 0xff, 0xff]), Buffer.alloc(60, 0x55)]);
  return withLength(rtp({ sequence: 1, timestamp: 1, marker: true, payloadType: 26, payload }));
}
