import type { UtcMs } from '../../domain/ids.ts';
import type { Depacketizer, PictureSink } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { type JpegShape, jpegHeader, scaledTables } from './jpeg-header.ts';
import { ownCopy } from './own-copy.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { type ScratchPool, sharedScratch } from './scratch-pool.ts';
import { UnitBuffer } from './unit-buffer.ts';

/** Main header of RFC 2435 §3.1. */
const headerBytes = 8;
const maxTables = 16;
const endOfImage = Buffer.from([0xff, 0xd9]);

type Tables = Pick<JpegShape, 'tables' | 'precision'>;

/** A picture as large as this needs `dimensions`: the header counts in 8 pixels up to 2040 (RFC 2435 §3.1.5). */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** JPEG over RTP (RFC 2435) to whole JFIF pictures, each a keyframe. A picture of which a part is missing is dropped. */
export class JpegDepacketizer implements Depacketizer {
  readonly lacks = undefined;
  readonly #sink: PictureSink;
  readonly #counters: IngestCounters;
  readonly #unit: UnitBuffer;
  readonly #dimensions: Dimensions | undefined;
  #open = false;
  #timestamp = 0;
  #arrivedAt: UtcMs = 0;
  #damaged = false;
  #passing = false;
  /** Whole JPEG files in the payloads, against the RFC: handed on as they are. */
  #isFile = false;
  #shape: JpegShape | undefined;
  #header: Buffer = Buffer.alloc(0);
  #headerShape: JpegShape | undefined;
  /** Tables sent in-band, by Q: 128–254 need not be sent again (RFC 2435 §3.1.8). */
  readonly #tables = new Map<number, Tables>();

  constructor(options: { dimensions?: Dimensions; counters: IngestCounters; sink: PictureSink; pool?: ScratchPool }) {
    this.#dimensions = options.dimensions;
    this.#counters = options.counters;
    this.#sink = options.sink;
    this.#unit = new UnitBuffer(options.pool ?? sharedScratch);
  }

  push(buffer: Buffer, packet: RtpPacket, gap: boolean, arrivedAt: UtcMs): void {
    if (gap && this.#open) this.#damaged = true;
    if (this.#open && packet.timestamp !== this.#timestamp) this.#finish();
    if (!this.#open) {
      this.#open = true;
      this.#timestamp = packet.timestamp;
    }
    this.#arrivedAt = arrivedAt;
    if (!this.#damaged && !this.#takePayload(buffer, packet.payloadStart, packet.payloadEnd, gap)) this.#damaged = true;
    if (packet.marker) this.#finish();
  }

  settle(): void {
    // Nothing is held: the marker ends a picture (RFC 2435 §3).
  }

  close(): void {
    this.#release();
  }

  /** False when the picture cannot be completed any more; what was not a loss is counted here. */
  #takePayload(buffer: Buffer, start: number, end: number, gap: boolean): boolean {
    if (end - start < headerBytes) return this.#malformed();
    const offset = buffer.readUIntBE(start + 1, 3);
    if (offset !== this.#unit.size) return gap ? false : this.#malformed();
    const type = buffer[start + 4] ?? 0;
    let at = start + headerBytes;
    // Types 64–127 have a restart marker header (RFC 2435 §3.1.7).
    const restarts = type >= 64 && type <= 127;
    if (restarts) at += 4;
    if (at > end) return this.#malformed();
    if (offset === 0) {
      at = this.#takeFirst(buffer, start, at, end, restarts ? buffer.readUInt16BE(at - 4) : 0);
      if (at === -1) return this.#malformed();
      this.#passing = !this.#sink.wanted('keyframe');
    }
    if (this.#passing) this.#unit.pass(end - at);
    else if (!this.#unit.append(buffer, at, end)) return this.#malformed();
    return true;
  }

  /** Reads what stands in the first packet only; returns where its data begins, -1 when it makes no sense. */
  #takeFirst(buffer: Buffer, start: number, dataAt: number, end: number, restartInterval: number): number {
    const type = (buffer[start + 4] ?? 0) & 0x3f;
    const q = buffer[start + 5] ?? 0;
    const width = (buffer[start + 6] ?? 0) * 8 || (this.#dimensions?.width ?? 0);
    const height = (buffer[start + 7] ?? 0) * 8 || (this.#dimensions?.height ?? 0);
    let at = dataAt;
    if (q >= 128) {
      at = this.#takeTables(buffer, at, end, q);
      if (at === -1) return -1;
    }
    this.#isFile = buffer[at] === 0xff && buffer[at + 1] === 0xd8;
    const quantizers = q >= 128 ? this.#tables.get(q) : this.#scaled(q);
    if (this.#isFile) return at;
    if (quantizers === undefined || type > 1 || width === 0 || height === 0) return -1;
    this.#shape = { type: type === 0 ? 0 : 1, width, height, restartInterval, ...quantizers };
    return at;
  }

  /** Quantization Table header (RFC 2435 §3.1.8). */
  #takeTables(buffer: Buffer, start: number, end: number, q: number): number {
    if (start + 4 > end) return -1;
    const precision = buffer[start + 1] ?? 0;
    const length = buffer.readUInt16BE(start + 2);
    const at = start + 4;
    if (length === 0) return this.#tables.has(q) ? at : -1;
    const first = (precision & 1) === 0 ? 64 : 128;
    const second = (precision & 2) === 0 ? 64 : 128;
    if (at + length > end || (length !== first && length !== first + second)) return -1;
    const known = this.#tables.get(q);
    if (known?.precision !== precision || known.tables.compare(buffer, at, at + length) !== 0) {
      this.#remember(q, { tables: ownCopy(buffer, at, at + length), precision });
    }
    return at + length;
  }

  #scaled(q: number): Tables | undefined {
    // 0 and 100–127 are reserved (RFC 2435 §3.1.4).
    if (q < 1 || q > 99) return undefined;
    return this.#tables.get(q) ?? this.#remember(q, { tables: scaledTables(q), precision: 0 });
  }

  /** Cameras use one or two values of Q; oldest first out, for those that are none. */
  #remember(q: number, tables: Tables): Tables {
    const [oldest] = this.#tables.keys();
    if (this.#tables.size >= maxTables && oldest !== undefined) this.#tables.delete(oldest);
    this.#tables.set(q, tables);
    return tables;
  }

  #malformed(): false {
    this.#counters.malformedPackets += 1;
    return false;
  }

  #finish(): void {
    if (this.#damaged || this.#unit.size === 0) {
      this.#counters.damagedUnits += 1;
    } else if (this.#passing) {
      this.#sink.onPassed('keyframe', this.#unit.size, this.#timestamp, this.#arrivedAt);
    } else {
      const { bytes, length } = this.#unit;
      const ended = length >= 2 && bytes[length - 2] === 0xff && bytes[length - 1] === 0xd9;
      const data = this.#unit.copy(this.#isFile ? undefined : this.#jfifHeader(), ended ? undefined : endOfImage);
      this.#sink.onPicture('keyframe', data, this.#timestamp, this.#arrivedAt);
    }
    this.#release();
  }

  /** A camera's pictures have the same header until someone changes its settings. */
  #jfifHeader(): Buffer {
    const shape = this.#shape;
    const last = this.#headerShape;
    if (shape === undefined) return this.#header;
    const same =
      last !== undefined &&
      last.tables === shape.tables &&
      last.type === shape.type &&
      last.width === shape.width &&
      last.height === shape.height &&
      last.restartInterval === shape.restartInterval;
    if (same) return this.#header;
    const resized = last !== undefined && (last.width !== shape.width || last.height !== shape.height);
    if (resized) this.#counters.parameterSetChanges += 1;
    this.#headerShape = shape;
    this.#header = ownCopy(jpegHeader(shape));
    return this.#header;
  }

  #release(): void {
    this.#unit.release();
    this.#open = false;
    this.#damaged = false;
    this.#passing = false;
    this.#isFile = false;
    this.#shape = undefined;
  }
}
