import { zstdCompressSync } from 'node:zlib';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { BlockEncoder } from './block-encoder.ts';
import type { ObservationNote, ObservedLook, RecordedEvent } from './block-format.ts';

/** A block is complete at this size, or this age, whichever comes first. */
const fullBytes = 8_192;
const fullMs = 600_000;
/** Packed blocks that save less than this are not worth unpacking. */
const worthPacking = 0.95;

/** A configuration under which looks were judged, as JSON. */
export interface LogContext {
  readonly hash: string;
  readonly body: string;
}

/** A block as the store writes it. */
export interface BlockRow {
  readonly camera: CameraId;
  readonly since: UtcMs;
  readonly until: UtcMs;
  readonly entry: boolean;
  readonly context: LogContext | undefined;
  readonly packed: boolean;
  readonly data: Uint8Array;
}

/** A note from which a replay can start, with the configuration it starts under. */
export interface EntryNote {
  readonly note: ObservationNote;
  readonly context: LogContext;
}

/** The block of one camera that is being written, with the events of its looks. */
export class OpenBlock {
  readonly camera: CameraId;
  readonly #encoder = new BlockEncoder();
  readonly #entry: EntryNote | undefined;
  /** Of this block's looks, not in the store yet. */
  events: RecordedEvent[] = [];
  /** Its row, once it has one. */
  row: number | undefined;
  /** Monotonic time of the first record that is not in the store. */
  dirtySince: number | undefined;
  /** To be written with the next write. */
  urgent = false;
  #since: UtcMs;
  #until: UtcMs;

  constructor(camera: CameraId, at: UtcMs, entry?: EntryNote) {
    this.camera = camera;
    this.#entry = entry;
    this.#since = at;
    this.#until = at;
    if (entry !== undefined) this.#encoder.note(entry.note);
  }

  get bytes(): number {
    return this.#encoder.length;
  }

  get full(): boolean {
    return this.#encoder.length >= fullBytes || this.#until - this.#since >= fullMs;
  }

  look(look: ObservedLook, events: readonly RecordedEvent[]): void {
    this.#encoder.look(look);
    this.#span(look.at);
    if (events.length === 0) return;
    this.events.push(...events);
    this.urgent = true;
  }

  note(note: ObservationNote): void {
    this.#encoder.note(note);
    this.#span(note.at);
  }

  snapshot(at: UtcMs): void {
    this.#encoder.snapshot(at);
  }

  /** `complete`: nothing comes after it; only then it is worth packing. */
  toRow(complete: boolean): BlockRow {
    const raw = this.#encoder.bytes();
    const small = complete ? zstdCompressSync(raw) : raw;
    const packed = small.length < raw.length * worthPacking;
    return {
      camera: this.camera,
      since: this.#since,
      until: this.#until,
      entry: this.#entry !== undefined,
      context: this.#entry?.context,
      packed,
      data: packed ? small : raw,
    };
  }

  /** The clock may be set back. */
  #span(at: UtcMs): void {
    this.#since = Math.min(this.#since, at);
    this.#until = Math.max(this.#until, at);
  }
}
