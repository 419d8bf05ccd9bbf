import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchPiece } from '../../contracts/bridge-topics.ts';
import { batchName } from './batch-name.ts';
import type { AnnouncedBatch, WireLanding } from './wire-landing.ts';

/** A batch of which pieces are here. */
interface PartialBatch {
  readonly dir: string;
  readonly sender: string;
  readonly total: number;
  /** Length by offset. */
  readonly pieces: Map<number, number>;
}

/** Batches of one sender of which pieces are kept; beyond it the oldest is given up and has to come again. */
const maxPartials = 8;

/**
 * Puts batches together from pieces that come in any order, twice, and with restarts between. Pieces lie on disk, one
 * file each, not synced: what a power cut damages fails the hash of the whole and comes again.
 */
export class BridgePieces {
  readonly #dir: string;
  readonly #landing: WireLanding;
  readonly #partials = new Map<string, PartialBatch>();

  constructor(options: { dir: string; landing: WireLanding }) {
    // A name with a dot: the inbox leaves it alone.
    this.#dir = join(options.dir, '.pieces');
    this.#landing = options.landing;
  }

  /** Finds what an earlier process was given. */
  async open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o750 });
    for (const key of await readdir(this.#dir)) {
      const [, sender, total] = /^mb-([0-9a-f]{16}\.[0-9a-f]{8})-\d{12}\.mbb\.[0-9a-f]{64}\.(\d+)$/.exec(key) ?? [];
      if (sender === undefined) continue;
      const dir = join(this.#dir, key);
      const pieces = new Map<number, number>();
      for (const name of await readdir(dir)) pieces.set(Number(name), (await stat(join(dir, name))).size);
      this.#partials.set(key, { dir, sender, total: Number(total), pieces });
    }
  }

  /** Takes a piece in; says what became of the batch when it was the last, and undefined otherwise. */
  async take(piece: BatchPiece, bytes: Uint8Array): Promise<'landed' | 'occupied' | 'damaged' | undefined> {
    const { sender, number, sha256, offset, total } = piece;
    const batch: AnnouncedBatch = { sender, number, sha256, size: total };
    if (offset === 0 && bytes.length === total) return this.#land(batch, [() => Promise.resolve(bytes)]);
    const key = `${batchName(sender, number)}.${sha256}.${total}`;
    const partial = this.#partials.get(key) ?? (await this.#begin(key, sender, total));
    if (offset + bytes.length > total || bytes.length === 0) return undefined;
    await mkdir(partial.dir, { recursive: true, mode: 0o750 });
    await writeFile(join(partial.dir, String(offset)), bytes, { mode: 0o640 });
    partial.pieces.set(offset, bytes.length);
    const order = complete(partial);
    if (order === undefined) return undefined;
    try {
      const landed = await this.#land(
        batch,
        order.map((at) => () => readFile(join(partial.dir, String(at)))),
      );
      await this.#forget(key, partial);
      return landed;
    } catch (error) {
      // A full disk may have room later, for pieces that are still here; somebody else's deletion is final.
      if ((error as { code?: unknown }).code === 'ENOENT') await this.#forget(key, partial);
      throw error;
    }
  }

  async #land(batch: AnnouncedBatch, pieces: readonly (() => Promise<Uint8Array>)[]) {
    const file = await this.#landing.open(batch);
    try {
      for (const read of pieces) await file.write(await read());
      return await this.#landing.land(file, batch);
    } finally {
      await file.close();
    }
  }

  async #begin(key: string, sender: string, total: number): Promise<PartialBatch> {
    const own = [...this.#partials].filter(([, each]) => each.sender === sender);
    for (const [oldest, each] of own.slice(0, Math.max(0, own.length - maxPartials + 1))) {
      await this.#forget(oldest, each);
    }
    const partial = { dir: join(this.#dir, key), sender, total, pieces: new Map<number, number>() };
    this.#partials.set(key, partial);
    return partial;
  }

  async #forget(key: string, { dir }: PartialBatch): Promise<void> {
    this.#partials.delete(key);
    await rm(dir, { recursive: true, force: true });
  }
}

/** Offsets in order when the pieces make the whole without a hole. */
function complete({ pieces, total }: PartialBatch): readonly number[] | undefined {
  const order = [...pieces.keys()].sort((a, b) => a - b);
  let at = 0;
  for (const offset of order) {
    if (offset !== at) return undefined;
    at += pieces.get(offset) ?? 0;
  }
  return at === total ? order : undefined;
}
