import type { Track } from '../../domain/track.ts';
import {
  blockVersion,
  type ObservationNote,
  type ObservedLook,
  rareBits,
  tagBits,
  trackBits,
  trackStates,
} from './block-format.ts';
import { ByteWriter } from './byte-writer.ts';
import { stepsOf, type TrackSteps, unknownTrack } from './track-steps.ts';

/** Writes one block. Tracks must have gone through `recordableTrack`. */
export class BlockEncoder {
  readonly #out = new ByteWriter();
  readonly #strings = new Map<string, number>();
  readonly #known = new Map<string, TrackSteps>();
  #lastString = '';
  #list: readonly string[] = [];
  #aspect = 0;
  #lastAt = 0;
  #lastStep = 0;

  constructor() {
    this.#out.byte(blockVersion);
  }

  get length(): number {
    return this.#out.length;
  }

  /** What was written so far. */
  bytes(): Uint8Array {
    return this.#out.bytes();
  }

  look({ at, tracks, aspect }: ObservedLook): void {
    const out = this.#out;
    const sameList = tracks.length === this.#list.length && tracks.every(({ id }, index) => id === this.#list[index]);
    out.byte((aspect === this.#aspect ? 0 : tagBits.aspect) | (sameList ? 0 : tagBits.list));
    this.#time(at);
    if (aspect !== this.#aspect) out.double(aspect);
    this.#aspect = aspect;
    if (!sameList) {
      this.#list = tracks.map(({ id }) => id);
      out.unsigned(tracks.length);
      for (const id of this.#list) this.#string(id);
    }
    for (const track of tracks) this.#track(track, at);
  }

  note(note: ObservationNote): void {
    this.#out.byte(tagBits.note);
    this.#out.text(JSON.stringify(note));
  }

  snapshot(at: number): void {
    this.#out.byte(tagBits.snapshot);
    this.#out.signed(this.#lastAt - at);
  }

  /** Looks come at an even pace: what changes is the step, and that by little. */
  #time(at: number): void {
    const step = at - this.#lastAt;
    this.#out.signed(step - this.#lastStep);
    this.#lastStep = step;
    this.#lastAt = at;
  }

  /** Track ids of one camera begin alike: a new string says how much it shares with the new one before it. */
  #string(text: string): void {
    const known = this.#strings.get(text);
    this.#out.unsigned(known ?? this.#strings.size);
    if (known !== undefined) return;
    let shared = 0;
    while (shared < text.length && text[shared] === this.#lastString[shared]) shared += 1;
    this.#out.unsigned(shared);
    this.#out.text(text.slice(shared));
    this.#strings.set(text, this.#strings.size);
    this.#lastString = text;
  }

  #track(track: Track, at: number): void {
    const out = this.#out;
    const before = this.#known.get(track.id) ?? unknownTrack(at);
    const now = stepsOf(track);
    this.#known.set(track.id, now);
    const seen = now.lastSeenAt === at;
    const rare = rareChanges(before, now, seen);
    const moved = !alike(before.box, now.box);
    const turned = !alike(before.velocity, now.velocity);
    out.byte(
      trackStates.indexOf(track.state) |
        (seen ? trackBits.seen : 0) |
        (moved ? trackBits.box : 0) |
        (now.score === before.score ? 0 : trackBits.score) |
        (turned ? trackBits.velocity : 0) |
        (rare === 0 ? 0 : trackBits.rare),
    );
    if (moved) for (const side of [0, 1, 2, 3] as const) out.signed(now.box[side] - before.box[side]);
    if (now.score !== before.score) out.signed(now.score - before.score);
    if (turned) for (const axis of [0, 1] as const) out.signed(now.velocity[axis] - before.velocity[axis]);
    if (rare !== 0) this.#rare(rare, before, now, at);
  }

  #rare(rare: number, before: TrackSteps, now: TrackSteps, at: number): void {
    const out = this.#out;
    out.byte(rare);
    if (rare & rareBits.class) this.#string(now.class);
    if (rare & rareBits.bestScore) out.signed(now.bestScore - before.bestScore);
    if (rare & rareBits.firstSeen) out.signed(at - now.firstSeenAt);
    if (rare & rareBits.lastSeen) out.signed(at - now.lastSeenAt);
    if (rare & rareBits.hits) out.signed(now.hits - before.hits);
    if (rare & rareBits.fill) out.unsigned(now.fill);
    if (rare & rareBits.attributes) {
      out.unsigned(now.attributes === undefined ? 0 : now.attributes.length + 1);
      for (const [name, value] of now.attributes ?? []) {
        this.#string(name);
        out.signed(value);
      }
    }
  }
}

function rareChanges(before: TrackSteps, now: TrackSteps, seen: boolean): number {
  return (
    (now.class === before.class ? 0 : rareBits.class) |
    (now.bestScore === before.bestScore ? 0 : rareBits.bestScore) |
    (now.firstSeenAt === before.firstSeenAt ? 0 : rareBits.firstSeen) |
    (seen || now.lastSeenAt === before.lastSeenAt ? 0 : rareBits.lastSeen) |
    (now.hits === before.hits + (seen ? 1 : 0) ? 0 : rareBits.hits) |
    (now.fill === before.fill ? 0 : rareBits.fill) |
    (sameAttributes(before.attributes, now.attributes) ? 0 : rareBits.attributes)
  );
}

function sameAttributes(a: TrackSteps['attributes'], b: TrackSteps['attributes']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every(([name, value], index) => name === b[index]?.[0] && value === b[index]?.[1]);
}

function alike(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index]);
}
