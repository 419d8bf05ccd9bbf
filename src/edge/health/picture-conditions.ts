import type { UtcMs } from '../../domain/ids.ts';
import type {
  ConditionInspector,
  PictureCondition,
  ReferenceMatch,
  ReferenceOrder,
} from '../../domain/picture-condition.ts';
import { BlockMatch, fewestBlocks } from './block-match.ts';
import { learnFrom } from './learn-view.ts';
import { PictureBlocks } from './picture-blocks.ts';
import { ReferenceMemory, type ReferenceVersion, referenceMemoryBytes } from './reference-memory.ts';
import { ViewShift } from './view-shift.ts';

/** Pictures from which a view is known well enough to judge others by. */
const enough = 10;
/** So many are learnt from as they come, then one in a while. */
const learnSoon = 16;
const learnSoonMs = 1_500;
const learnEveryMs = 10_000;

/** A view that is gone is looked for this often: that takes as long as twenty usual looks. */
const searchEveryMs = 5_000;

/** Likeness from which a picture shows the view as usual, so that there is no need to look for it elsewhere. */
const usual = 0.8;
/** And from which it is learnt from. */
const alike = 0.6;
/** From this, in another light, it can be the same view lit anew: other views reach 0.2. */
const relit = 0.3;
const otherLight = { darker: 0.8, brighter: 1.25 } as const;
/** Mean grey up to which a version is of the dark, and says little of how the view looks with lamps on. */
const darkVersion = 40;
/** A second version that was seen this long ago gives way to another: a day and a night, and half a one. */
const forgottenMs = 36 * 3_600_000;

/** A version of the view and how the picture compares. */
interface Found {
  readonly number: 0 | 1;
  readonly version: ReferenceVersion;
  readonly match: BlockMatch;
}

/** The condition inspector of one thread: looks at one picture at a time, of any camera. */
export function pictureConditions(size: { readonly width: number; readonly height: number }): ConditionInspector {
  return new PictureConditions(size);
}

class PictureConditions implements ConditionInspector {
  readonly width: number;
  readonly height: number;
  readonly memoryBytes: number;
  readonly #blocks: PictureBlocks;
  readonly #matches: readonly [BlockMatch, BlockMatch];
  readonly #search: ViewShift;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.width = size.width;
    this.height = size.height;
    this.memoryBytes = referenceMemoryBytes(size);
    this.#blocks = new PictureBlocks(size);
    this.#matches = [new BlockMatch(size), new BlockMatch(size)];
    this.#search = new ViewShift(size, new BlockMatch(size));
  }

  measure(memory: SharedArrayBuffer, luma: Uint8Array, at: UtcMs, order: ReferenceOrder): PictureCondition {
    const blocks = this.#blocks;
    blocks.read(luma);
    const own = { mean: blocks.mean, contrast: blocks.contrast, structured: blocks.structured / blocks.count };
    if (memory.byteLength < this.memoryBytes) return { ...own, unchanged: 0, reference: undefined };
    const references = new ReferenceMemory(memory, this);
    const unchanged = blocks.unchanged(references.before) / blocks.count;
    if (order === 'replace') references.forget();
    const found = this.#find(references, luma);
    const shift = found && this.#shiftOf(references, found, luma, at);
    const reference = found && this.#compared(found, shift);
    // A view that went is not learnt, nor one that is still: what is learnt from must be from the camera now.
    if (order !== 'hold' && shift === undefined && unchanged < 1) {
      if (found === undefined) this.#begin(references, references.current, luma, at);
      else this.#learn(references, found, luma, at, order === 'relight');
    }
    return { ...own, unchanged, reference };
  }

  /** The version that the picture is most like. */
  #find(references: ReferenceMemory, luma: Uint8Array): Found | undefined {
    const first = this.#compare(references, references.current, luma);
    if (first !== undefined && (first.match.likeness ?? 0) >= usual) return first;
    const second = this.#compare(references, references.current === 0 ? 1 : 0, luma);
    const best = second !== undefined && likenessOf(second) > likenessOf(first) ? second : first;
    if (best !== undefined) references.current = best.number;
    return best;
  }

  #compare(references: ReferenceMemory, number: 0 | 1, luma: Uint8Array): Found | undefined {
    const version = references.versions[number];
    if (version.learnt === 0) return undefined;
    const match = this.#matches[number];
    match.compare(luma, version);
    return { number, version, match };
  }

  #compared({ version, match }: Found, shift: ReferenceMatch['shift']): ReferenceMatch | undefined {
    const { likeness, layout, structured, light, relief } = match;
    if (likeness === undefined || version.learnt < enough) return undefined;
    const { sharpness: now } = this.#blocks;
    const sharpness = now === undefined || version.sharpness === 0 ? undefined : now / version.sharpness;
    return { likeness, layout, structured, relief, sharpness, light, shift };
  }

  /** Where the view went: looked for when it is not here, and now and then when it is here but oddly. */
  #shiftOf(
    references: ReferenceMemory,
    { version, match }: Found,
    luma: Uint8Array,
    at: UtcMs,
  ): ReferenceMatch['shift'] {
    const likeness = match.likeness ?? usual;
    const visible = this.#blocks.structured >= fewestBlocks;
    if (likeness >= usual || version.learnt < enough || !visible) references.shift = undefined;
    else if (isOver(references.searchedAt, searchEveryMs, at) && (likeness < alike || isDue(version, at))) {
      references.shift = this.#search.find(luma, version, likeness);
      references.searchedAt = at;
    }
    const { shift } = references;
    return shift && [shift.dx / this.width, shift.dy / this.height];
  }

  #learn(
    references: ReferenceMemory,
    { number, version, match }: Found,
    luma: Uint8Array,
    at: UtcMs,
    relight: boolean,
  ) {
    const { likeness } = match;
    if (likeness === undefined && this.#blocks.structured >= 2 * (match.known + fewestBlocks)) {
      // Learnt while there was hardly anything to see: fog, a cover, a dark room.
      this.#begin(references, number, luma, at);
    } else if (likeness === undefined || likeness >= alike) {
      if (isDue(version, at)) learnFrom(version, match, luma, this.#blocks.sharpness, at);
    } else if (version.learnt < enough) {
      this.#doubt(references, number, luma, at);
    } else if (relight && this.#isLitAnew(match, likeness)) {
      const other = number === 0 ? 1 : 0;
      const { learnt, learntAt } = references.versions[other];
      if (learnt === 0 || at - learntAt > forgottenMs) this.#begin(references, other, luma, at);
    }
  }

  /** Whether a picture that is not as usual may be the same view in a light that was not seen yet. */
  #isLitAnew({ light }: BlockMatch, likeness: number): boolean {
    if (light > otherLight.darker && light < otherLight.brighter) return false;
    return likeness >= relit || (light > 1 && this.#blocks.mean / light <= darkVersion);
  }

  /** A view of a few pictures that the next does not bear out: the one before counts again, or this one. */
  #doubt(references: ReferenceMemory, number: 0 | 1, luma: Uint8Array, at: UtcMs): void {
    const version = references.versions[number];
    const other = number === 0 ? 1 : 0;
    if (references.versions[other].learnt >= enough) {
      version.learnt = 0;
      references.current = other;
    } else if (isDue(version, at)) this.#begin(references, number, luma, at);
  }

  /** Where there is next to nothing to see, there is nothing to begin with. */
  #begin(references: ReferenceMemory, number: 0 | 1, luma: Uint8Array, at: UtcMs): void {
    if (this.#blocks.structured < fewestBlocks) return;
    const version = references.versions[number];
    references.current = number;
    version.learnt = 0;
    learnFrom(version, undefined, luma, this.#blocks.sharpness, at);
  }
}

/** Nothing to judge by is less than nothing alike. */
function likenessOf(found: Found | undefined): number {
  return found === undefined ? Number.NEGATIVE_INFINITY : (found.match.likeness ?? -1);
}

/** Whether time has come to learn from another picture. */
function isDue({ learnt, learntAt }: ReferenceVersion, at: UtcMs): boolean {
  return isOver(learntAt, learnt < learnSoon ? learnSoonMs : learnEveryMs, at);
}

/** A clock that was set back is no reason to wait. */
function isOver(since: UtcMs, ms: number, at: UtcMs): boolean {
  return at < since || at - since >= ms;
}
