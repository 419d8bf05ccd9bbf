import type { Track } from '../../domain/track.ts';
import {
  blockVersion,
  type ObservationNote,
  type ObservationRecord,
  rareBits,
  tagBits,
  trackBits,
  trackStates,
} from './block-format.ts';
import { ByteReader } from './byte-reader.ts';
import { type TrackSteps, trackOf, unknownTrack } from './track-steps.ts';

/** Reads the records of one block; what was cut off or damaged ends it early, with the whole records before. */
export function* decodeBlock(bytes: Uint8Array): Generator<ObservationRecord> {
  const decoder = new BlockDecoder(bytes);
  for (;;) {
    const record = decoder.next();
    if (record === undefined) return;
    yield record;
  }
}

class BlockDecoder {
  readonly #in: ByteReader;
  readonly #strings: string[] = [];
  readonly #known = new Map<string, TrackSteps>();
  #list: string[] = [];
  #aspect = 0;
  #lastAt = 0;
  #lastStep = 0;
  #readable: boolean;

  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
    this.#readable = bytes[0] === blockVersion;
    if (this.#readable) this.#in.byte();
  }

  next(): ObservationRecord | undefined {
    if (!this.#readable || this.#in.atEnd) return undefined;
    try {
      const tag = this.#in.byte();
      if (tag === tagBits.note) return { kind: 'note', note: JSON.parse(this.#in.text()) as ObservationNote };
      if (tag === tagBits.snapshot) return { kind: 'snapshot', at: this.#lastAt - this.#in.signed() };
      if (tag & ~(tagBits.aspect | tagBits.list)) throw new RangeError('no such record');
      return { kind: 'look', look: this.#look(tag) };
    } catch {
      // A process that died while it wrote: nothing after this can be trusted.
      this.#readable = false;
      return undefined;
    }
  }

  #look(tag: number) {
    this.#lastStep += this.#in.signed();
    const at = this.#lastAt + this.#lastStep;
    this.#lastAt = at;
    if (tag & tagBits.aspect) this.#aspect = this.#in.double();
    if (tag & tagBits.list) {
      const count = this.#in.unsigned();
      const list: string[] = [];
      for (let index = 0; index < count; index += 1) list.push(this.#string());
      this.#list = list;
    }
    const tracks: Track[] = [];
    for (const id of this.#list) tracks.push(this.#track(id, at));
    return { at, tracks, aspect: this.#aspect };
  }

  #string(): string {
    const index = this.#in.unsigned();
    const known = this.#strings[index];
    if (known !== undefined) return known;
    if (index !== this.#strings.length) throw new RangeError('no such string in this block');
    const shared = this.#in.unsigned();
    const text = (this.#strings.at(-1) ?? '').slice(0, shared) + this.#in.text();
    this.#strings.push(text);
    return text;
  }

  #track(id: string, at: number): Track {
    const input = this.#in;
    const flags = input.byte();
    let told = this.#known.get(id);
    if (told === undefined) {
      told = unknownTrack(at);
      this.#known.set(id, told);
    }
    const { box, velocity } = told;
    // Written out: this is where a replay spends its time.
    if (flags & trackBits.box) {
      box[0] += input.signed();
      box[1] += input.signed();
      box[2] += input.signed();
      box[3] += input.signed();
    }
    if (flags & trackBits.score) told.score += input.signed();
    if (flags & trackBits.velocity) {
      velocity[0] += input.signed();
      velocity[1] += input.signed();
    }
    const seen = (flags & trackBits.seen) !== 0;
    if (seen) told.lastSeenAt = at;
    const rare = flags & trackBits.rare ? input.byte() : 0;
    if (seen && (rare & rareBits.hits) === 0) told.hits += 1;
    if (rare !== 0) this.#rare(rare, told, at);
    const state = trackStates[flags & 3];
    if (state === undefined) throw new RangeError('no such state of a track');
    return trackOf(id, state, told);
  }

  #rare(rare: number, told: TrackSteps, at: number): void {
    const input = this.#in;
    if (rare & rareBits.class) told.class = this.#string();
    if (rare & rareBits.bestScore) told.bestScore += input.signed();
    if (rare & rareBits.firstSeen) told.firstSeenAt = at - input.signed();
    if (rare & rareBits.lastSeen) told.lastSeenAt = at - input.signed();
    if (rare & rareBits.hits) told.hits += input.signed();
    if (rare & rareBits.fill) told.fill = input.unsigned();
    if (rare & rareBits.attributes) {
      const count = input.unsigned();
      const attributes: [string, number][] = [];
      for (let index = 1; index < count; index += 1) attributes.push([this.#string(), input.signed()]);
      told.attributes = count === 0 ? undefined : attributes;
    }
  }
}
