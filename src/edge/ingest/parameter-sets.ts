import { ownCopy } from './own-copy.ts';

/** Kinds of parameter sets; H.264 has no VPS. */
export type ParameterSetKind = 'vps' | 'sps' | 'pps';

/** Which set a NAL unit is; undefined when it is one and cannot be read. */
export type IdentifySet = (
  buffer: Buffer,
  start: number,
  end: number,
) => { readonly kind: ParameterSetKind; readonly id: number } | undefined;

/** Largest set that is believed; real ones have tens of bytes. */
const maxSetBytes = 4096;
/** Real streams have one to four of a kind. */
const maxSetsOfKind = 16;
const startCode = Buffer.from([0, 0, 0, 1]);

interface StoredSet {
  readonly nal: Buffer;
  readonly fromSdp: boolean;
}

/**
 * The parameter sets in force, by id (ITU-T H.264 §7.4.1.2.1, H.265 §7.4.2.4.2). What comes in the stream wins: with the
 * first set of a kind in the stream those of the session description are forgotten, for cameras that describe another
 * profile than they send.
 */
export class ParameterSets {
  readonly #kinds: readonly ParameterSetKind[];
  readonly #identify: IdentifySet;
  readonly #sets: ReadonlyMap<ParameterSetKind, Map<number, StoredSet>>;
  #annexB: Buffer | undefined;
  #spsChanges = 0;

  /** `kinds` are all that are needed, in the order in which they go before a picture. */
  constructor(kinds: readonly ParameterSetKind[], identify: IdentifySet) {
    this.#kinds = kinds;
    this.#identify = identify;
    this.#sets = new Map(kinds.map((kind) => [kind, new Map()]));
  }

  /** All sets as Annex B; empty until there is one of each kind. */
  get annexB(): Buffer {
    this.#annexB ??= this.#join();
    return this.#annexB;
  }

  /** How often a sequence parameter set was replaced by another. */
  get spsChanges(): number {
    return this.#spsChanges;
  }

  /** Takes the parameter set `buffer[start, end)`; false when it is not readable. */
  update(buffer: Buffer, start: number, end: number, fromSdp = false): boolean {
    const found = end - start > maxSetBytes ? undefined : this.#identify(buffer, start, end);
    const sets = found && this.#sets.get(found.kind);
    if (found === undefined || sets === undefined) return false;
    const known = sets.get(found.id);
    const same = known !== undefined && known.nal.compare(buffer, start, end) === 0;
    if (same && known.fromSdp === fromSdp) return true;
    let replaced = known !== undefined && !same;
    if (!fromSdp) {
      for (const [id, { fromSdp: described }] of sets) {
        if (!described) continue;
        replaced ||= !same;
        sets.delete(id);
      }
    }
    if (replaced && found.kind === 'sps') this.#spsChanges += 1;
    // Oldest first out: a sender that names ever new ids must not make us grow.
    const [oldest] = sets.keys();
    if (sets.size >= maxSetsOfKind && oldest !== undefined && !sets.has(found.id)) sets.delete(oldest);
    sets.set(found.id, { nal: ownCopy(buffer, start, end), fromSdp });
    this.#annexB = undefined;
    return true;
  }

  #join(): Buffer {
    const parts: Buffer[] = [];
    for (const kind of this.#kinds) {
      const sets = this.#sets.get(kind);
      if (sets === undefined || sets.size === 0) return Buffer.alloc(0);
      for (const [, { nal }] of [...sets].sort(([a], [b]) => a - b)) parts.push(startCode, nal);
    }
    return ownCopy(Buffer.concat(parts));
  }
}
