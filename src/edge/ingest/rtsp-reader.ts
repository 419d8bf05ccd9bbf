import type { IngestCounters } from './ingest-counters.ts';
import { headerOf, parseHead, type RtspResponse, type RtspServerRequest } from './rtsp-message.ts';

/** Why a byte stream can no longer be followed. */
export type BrokenStream = 'head-too-large' | 'body-too-large' | 'lost-sync';

/** Receives what the reader finds, in order. The bytes of a frame are valid only during the call: copy what stays. */
export interface RtspReaderHandler {
  onResponse(response: RtspResponse): void;
  onRequest(request: RtspServerRequest): void;
  /** One interleaved packet: `buffer[start, end)` (RFC 2326 §10.12). */
  onInterleaved(channel: number, buffer: Buffer, start: number, end: number): void;
  /** Bytes that are neither, told once until the stream is found again; `preview` is printable. */
  onGarbage(preview: string): void;
  /** The reader has given up: nothing more comes. */
  onBroken(reason: BrokenStream): void;
}

/** Cameras' answers stay far below: an SDP with sprop-parameter-sets is 1–2 KB. */
const maxHeadBytes = 16 * 1024;
const maxBodyBytes = 64 * 1024;
/** Longest stretch searched for the next packet; a packet is at most 64 KB. */
const maxGarbageBytes = 128 * 1024;

const dollar = 0x24;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const garbage = -1;
const unknown = 0;

/** What an RTSP message may start with: an answer, or one of the methods a server may use towards a client. */
const messageStarts = [
  'RTSP/',
  ...['OPTIONS', 'ANNOUNCE', 'GET_PARAMETER', 'SET_PARAMETER', 'REDIRECT', 'TEARDOWN', 'DESCRIBE', 'PLAY', 'PAUSE'].map(
    (method) => `${method} `,
  ),
].map((text) => Buffer.from(text, 'latin1'));

/**
 * Incremental parser of what a server sends on one connection: RTSP messages mixed with `$` frames (RFC 2326 §10.12).
 * Frames that lie whole in a chunk are handed on where they lie; only what a chunk cuts is copied. Never throws.
 */
export class RtspReader {
  readonly #handler: RtspReaderHandler;
  readonly #counters: IngestCounters;
  #stopped = false;
  /** Start of an element whose end has not arrived. */
  #carry = Buffer.alloc(0);
  #carried = 0;
  /** Size of the carried element, once known. */
  #need = unknown;
  /** How far the carried message was searched for the end of its head. */
  #searched = 0;
  #message: { head: RtspResponse | RtspServerRequest | undefined; headBytes: number; bytes: number } | undefined;
  #synced = true;
  #garbageRun = 0;

  constructor(options: { handler: RtspReaderHandler; counters: IngestCounters }) {
    this.#handler = options.handler;
    this.#counters = options.counters;
  }

  /** Takes the next `length` bytes; they may be overwritten after the call. */
  push(chunk: Buffer, length = chunk.length): void {
    let at = 0;
    while (at < length && !this.#stopped) {
      at = this.#carried > 0 ? this.#topUp(chunk, at, length) : this.#scan(chunk, at, length);
    }
  }

  /** Nothing is handed on any more. */
  stop(): void {
    this.#stopped = true;
    this.#carry = Buffer.alloc(0);
    this.#carried = 0;
  }

  /** Hands on every whole element from `at` and carries the rest. */
  #scan(chunk: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end && !this.#stopped) {
      const size = this.#measure(chunk, at, end);
      if (size === garbage) {
        this.#skipByte(chunk, at, end);
        at += 1;
      } else if (size === unknown || at + size > end) {
        if (!this.#stopped) this.#keep(chunk, at, end, size);
        return end;
      } else {
        this.#dispatch(chunk, at, at + size);
        at += size;
      }
    }
    return at;
  }

  /** Adds to the carried element what it lacks; returns where to go on in the chunk. */
  #topUp(chunk: Buffer, at: number, end: number): number {
    const before = this.#carried;
    const want = this.#need > 0 ? this.#need - before : this.#carry[0] === dollar ? 1 : 4096;
    const taken = Math.min(want, end - at);
    this.#keep(chunk, at, at + taken, this.#need);
    const size = this.#need > 0 ? this.#need : this.#measure(this.#carry, 0, this.#carried);
    if (this.#stopped) return end;
    if (size === garbage) {
      // A start that turned out to be none: look again from its second byte.
      const rest = Buffer.from(this.#carry.subarray(0, this.#carried));
      this.#carried = 0;
      this.#skipByte(rest, 0, rest.length);
      this.#scan(rest, 1, rest.length);
      return at + taken;
    }
    if (size === unknown || size > this.#carried) {
      this.#need = size;
      return at + taken;
    }
    this.#carried = 0;
    this.#dispatch(this.#carry, 0, size);
    return at + size - before;
  }

  #keep(chunk: Buffer, start: number, end: number, size: number): void {
    const carried = this.#carried + end - start;
    const capacity = Math.max(size, carried);
    if (this.#carry.length < capacity) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2048, capacity, Math.min(this.#carry.length * 2, maxHeadBytes)));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    chunk.copy(this.#carry, this.#carried, start, end);
    this.#carried = carried;
    this.#need = size;
  }

  /** Size of the element at `at`; `unknown` when more bytes are needed to tell, `garbage` when none starts here. */
  #measure(buffer: Buffer, at: number, end: number): number {
    const first = buffer[at];
    if (first === dollar) return this.#measureFrame(buffer, at, end);
    // Blank lines between messages are allowed (RFC 2068 §4.1).
    if (first === carriageReturn || first === lineFeed) return 1;
    const start = messageStarts.find((text) => {
      const length = Math.min(text.length, end - at);
      return text[0] === first && text.compare(buffer, at, at + length, 0, length) === 0;
    });
    if (start === undefined) return garbage;
    return end - at < start.length ? unknown : this.#measureMessage(buffer, at, end);
  }

  /** After garbage a `$` alone proves nothing: the frame must also look like RTP or RTCP (RFC 3550 §5.1, version 2). */
  #measureFrame(buffer: Buffer, at: number, end: number): number {
    const size = end - at < 4 ? unknown : 4 + buffer.readUInt16BE(at + 2);
    if (this.#synced || size === unknown) return size;
    if (size < 4 + 8) return garbage;
    if (end - at < 5) return unknown;
    return (buffer[at + 4] ?? 0) >> 6 === 2 ? size : garbage;
  }

  #measureMessage(buffer: Buffer, at: number, end: number): number {
    if (this.#message === undefined) {
      const headEnd = this.#findHeadEnd(buffer, at, end);
      if ((headEnd === unknown ? end : headEnd) - at > maxHeadBytes) return this.#break('head-too-large');
      if (headEnd === unknown) return unknown;
      this.#searched = 0;
      const head = parseHead(buffer.toString('latin1', at, headEnd).trimEnd());
      const bodyBytes = head === undefined ? 0 : Number(headerOf(head, 'content-length') ?? 0);
      if (bodyBytes > maxBodyBytes) return this.#break('body-too-large');
      const valid = Number.isInteger(bodyBytes) && bodyBytes >= 0;
      const headBytes = headEnd - at;
      this.#message = {
        head: valid ? head : undefined,
        headBytes,
        bytes: headBytes + (valid ? bodyBytes : 0),
      };
    }
    return this.#message.bytes;
  }

  /** The head ends with an empty line; bare line feeds are tolerated. */
  #findHeadEnd(buffer: Buffer, at: number, end: number): number {
    let from = at + this.#searched;
    for (;;) {
      const newline = buffer.indexOf(lineFeed, from);
      if (newline === -1 || newline >= end) break;
      if (newline + 1 < end && buffer[newline + 1] === lineFeed) return newline + 2;
      if (newline + 2 < end && buffer[newline + 1] === carriageReturn && buffer[newline + 2] === lineFeed) {
        return newline + 3;
      }
      if (newline + 2 >= end) {
        this.#searched = newline - at;
        return unknown;
      }
      from = newline + 1;
    }
    this.#searched = end - at;
    return unknown;
  }

  #dispatch(buffer: Buffer, start: number, end: number): void {
    this.#need = unknown;
    this.#searched = 0;
    const first = buffer[start];
    if (first === carriageReturn || first === lineFeed) return;
    this.#synced = true;
    this.#garbageRun = 0;
    if (first === dollar) {
      this.#handler.onInterleaved(buffer[start + 1] ?? 0, buffer, start + 4, end);
      return;
    }
    const message = this.#message;
    this.#message = undefined;
    if (message?.head === undefined) {
      this.#counters.malformedMessages += 1;
      return;
    }
    const body = buffer.toString('utf8', start + message.headBytes, end);
    if (message.head.kind === 'response') this.#handler.onResponse({ ...message.head, body });
    else this.#handler.onRequest({ ...message.head, body });
  }

  #skipByte(buffer: Buffer, at: number, end: number): void {
    this.#need = unknown;
    this.#counters.garbageBytes += 1;
    this.#garbageRun += 1;
    if (this.#synced) {
      this.#synced = false;
      const preview = buffer.toString('latin1', at, Math.min(end, at + 24)).split(/[\r\n]/, 1)[0] ?? '';
      this.#handler.onGarbage(preview.replace(/[^\x20-\x7e]/g, '.'));
    }
    if (this.#garbageRun > maxGarbageBytes) this.#break('lost-sync');
  }

  #break(reason: BrokenStream): typeof unknown {
    if (!this.#stopped) {
      this.stop();
      this.#handler.onBroken(reason);
    }
    return unknown;
  }
}
