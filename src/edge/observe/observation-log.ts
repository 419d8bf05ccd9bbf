import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { SceneEvent } from '../../domain/scene-event.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Metrics } from '../../lib/metrics.ts';
import { type ObservationNote, type ObservedLook, recordedEvent } from './block-format.ts';
import type { ObservationsConfig } from './config.ts';
import { type BlockWrite, ObservationStore } from './observation-store.ts';
import { OpenBlock } from './open-block.ts';

/** How often there is a write, if there is anything to write. */
const writeEveryMs = 1_000;
/**
 * What is not urgent waits this long: as much may be lost when the node dies. Each write takes the whole block again, so
 * half of it would be twice the wear of the disk.
 */
const staleMs = 60_000;
/** Complete blocks that wait for a disk that takes none: about 32 MB. */
const maxWaiting = 4_096;
/** A replay can start at least this often in a camera's log. */
const entryEveryMs = 6 * 3_600_000;
const trimEveryMs = 600_000;
/** Trimming goes down to this share of the limit, in a few steps a write, so that no write takes long. */
const trimTo = 0.97;
const trimSteps = 20;
const dayMs = 86_400_000;

/**
 * Writes down what the scenes of all cameras saw. Looks only add bytes to their camera's block in memory; once a second
 * blocks that are complete, hold an event, or are a minute old go to disk together. A disk that fails costs
 * observations, oldest first, and nothing else: it is counted and health says so.
 */
export class ObservationLog {
  readonly #config: ObservationsConfig & { readonly path: string };
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lost: Counter;
  readonly #bytes: Gauge;
  readonly #blocks = new Map<CameraId, OpenBlock>();
  readonly #complete = new BoundedQueue<OpenBlock>(maxWaiting, 'drop-oldest');
  /** When each camera's log last had a place to start from. */
  readonly #entries = new Map<CameraId, UtcMs>();
  /** Cameras that miss a block since then. */
  readonly #torn = new Set<CameraId>();
  #store: ObservationStore | undefined;
  #running = false;
  #problem: string | undefined;
  #trimAt = 0;
  #overLimit = false;
  #cancel: (() => void) | undefined;

  constructor(options: {
    config: ObservationsConfig & { readonly path: string };
    clock: Clock;
    log: Logger;
    metrics: Metrics;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#log = options.log;
    const { metrics } = options;
    this.#lost = metrics.counter(
      'maplebridge_observations_lost_total',
      'Blocks of observations the disk did not take.',
    );
    this.#bytes = metrics.gauge('maplebridge_observations_bytes', 'Bytes of the observation log in use.');
  }

  /** Begins to write; a file that cannot be opened is tried again with each write. */
  start(): void {
    this.#running = true;
    this.#later();
  }

  /** Writes what is left. Idempotent. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#cancel?.();
    for (const block of this.#blocks.values()) this.#complete.push(block);
    this.#blocks.clear();
    this.#write();
    this.#store?.close();
    this.#store = undefined;
  }

  /** What is wrong with the log, for health. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** A look that was judged; its tracks went through `recordableTrack`. */
  look(camera: CameraId, look: ObservedLook, events: readonly SceneEvent[]): void {
    const block = this.#blockOf(camera, look.at);
    block.look(look, events.map(recordedEvent));
    this.#grew(block);
  }

  note(camera: CameraId, note: ObservationNote): void {
    const block = this.#blockOf(camera, note.at);
    block.note(note);
    this.#grew(block);
  }

  /** From this note on a camera's log can be replayed under the configuration `context` (JSON). */
  enter(camera: CameraId, note: ObservationNote, context: unknown): void {
    const body = canonicalJson(context);
    const hash = sha256(body).slice(0, 16);
    const before = this.#blocks.get(camera);
    if (before !== undefined) this.#finish(before);
    const block = new OpenBlock(camera, note.at, { note, context: { hash, body } });
    this.#blocks.set(camera, block);
    this.#entries.set(camera, note.at);
    this.#torn.delete(camera);
    this.#grew(block);
  }

  /** Why a camera's log needs a place to start from: none for hours, or what came before was lost. */
  wantsEntry(camera: CameraId, at: UtcMs): 'due' | 'torn' | undefined {
    if (this.#torn.has(camera)) return 'torn';
    const last = this.#entries.get(camera);
    return last === undefined || Math.abs(at - last) >= entryEveryMs ? 'due' : undefined;
  }

  /** The camera is no longer watched, or begins anew; its looks are all in. */
  leave(camera: CameraId): void {
    const block = this.#blocks.get(camera);
    if (block !== undefined) this.#finish(block);
    this.#entries.delete(camera);
    this.#torn.delete(camera);
  }

  /** What the camera remembers was saved with all its looks up to now, under the time `at`. */
  noteSnapshot(camera: CameraId, at: UtcMs): void {
    const block = this.#blocks.get(camera);
    if (block === undefined) return;
    block.snapshot(at);
    this.#grew(block);
  }

  #blockOf(camera: CameraId, at: UtcMs): OpenBlock {
    const known = this.#blocks.get(camera);
    if (known !== undefined) return known;
    const block = new OpenBlock(camera, at);
    this.#blocks.set(camera, block);
    return block;
  }

  #grew(block: OpenBlock): void {
    block.dirtySince ??= this.#clock.monotonic();
    if (block.full) this.#finish(block);
  }

  #finish(block: OpenBlock): void {
    this.#blocks.delete(block.camera);
    const oldest = this.#complete.size < maxWaiting ? undefined : this.#complete.shift();
    this.#complete.push(block);
    if (oldest === undefined) return;
    this.#lost.inc();
    this.#torn.add(oldest.camera);
  }

  #later(): void {
    this.#cancel = this.#clock.after(writeEveryMs, () => {
      this.#write();
      if (this.#running) this.#later();
    });
  }

  #write(): void {
    const now = this.#clock.monotonic();
    const complete = this.#complete.drain();
    const due = [...this.#blocks.values()].filter(
      ({ urgent, dirtySince }) => urgent || (dirtySince !== undefined && now - dirtySince >= staleMs),
    );
    try {
      this.#store ??= new ObservationStore(this.#config.path);
      const wrote = complete.length + due.length > 0;
      if (wrote) this.#put(this.#store, complete, due);
      if (wrote || now >= this.#trimAt) this.#trim(this.#store, now);
      if (this.#problem !== undefined) this.#log.info('observations are written again');
      this.#problem = undefined;
    } catch (error) {
      for (const block of complete) this.#complete.push(block);
      if (this.#problem === undefined) this.#log.error({ reason: messageOf(error) }, 'observations are not written');
      this.#problem = `observations are not written: ${messageOf(error)}`;
    }
  }

  #put(store: ObservationStore, complete: readonly OpenBlock[], due: readonly OpenBlock[]): void {
    const blocks = [...complete, ...due];
    const writes = blocks.map(
      (block, index): BlockWrite => ({
        row: block.row,
        block: block.toRow(index < complete.length),
        events: block.events,
      }),
    );
    const rows = store.write(writes);
    for (const [index, block] of blocks.entries()) {
      block.row = rows[index];
      block.events = [];
      block.dirtySince = undefined;
      block.urgent = false;
    }
  }

  #trim(store: ObservationStore, now: number): void {
    const { days, maxBytes } = this.#config;
    const used = store.bytes;
    this.#bytes.set(used);
    this.#overLimit = used > (this.#overLimit ? maxBytes * trimTo : maxBytes);
    for (let step = 0; this.#overLimit && step < trimSteps; step += 1) {
      this.#overLimit = store.dropOldest() > 0 && store.bytes > maxBytes * trimTo;
    }
    if (now < this.#trimAt) return;
    // What is left to free after one step is freed with the next writes.
    const dropped = store.dropBefore(this.#clock.now() - days * dayMs);
    if (dropped > 0) return;
    store.dropContexts();
    this.#trimAt = now + trimEveryMs;
  }
}
