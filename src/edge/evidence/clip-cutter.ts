import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessUnit } from '../../domain/access-unit.ts';
import type { EvidenceRef } from '../../domain/alert.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { RedactClip, RedactionFacts } from '../../domain/redaction.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { cutClip } from './clip-cut.ts';
import type { ClipConfig } from './config.ts';
import { writeMp4 } from './mp4-writer.ts';

/** A clip that is wanted. */
export interface ClipOrder {
  readonly camera: CameraId;
  /** Node clock of the picture it is about. */
  readonly at: UtcMs;
  readonly about: RedactionFacts;
  /** What is kept from `from` to `to`, of each of the camera’s streams, the best first. Asked once, when it is complete. */
  readonly take: (from: UtcMs, to: UtcMs) => Promise<readonly (readonly AccessUnit[])[]>;
}

/** How an order ended: `dropped` for want of room, `empty` where nothing was kept, `not-blurred`: nothing is shown that could not be. */
type ClipResult = 'written' | 'not-blurred' | 'dropped' | 'empty' | 'too-large' | 'failed' | 'abandoned';

/** Pictures reach the ring a little after they are sent: sockets are read every 200 ms. */
const settleMs = 500;

/**
 * Makes the clips of alerts: waits until each is complete, takes its pictures out of the ring at once and writes one after
 * the other, away from the looks. What there is no room for is dropped and counted; the alert is out already.
 */
export class ClipCutter {
  readonly #config: ClipConfig;
  readonly #evidence: ContentStore;
  readonly #redact: RedactClip;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #results: Counter<'result'>;
  readonly #cancels = new Set<() => void>();
  #waiting = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: {
    config: ClipConfig;
    evidence: ContentStore;
    redact: RedactClip;
    clock: Clock;
    log: Logger;
    metrics: Metrics;
  }) {
    this.#config = options.config;
    this.#evidence = options.evidence;
    this.#redact = options.redact;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#results = options.metrics.counter('maplebridge_clips_total', 'Clips of alerts, by what became of them', [
      'result',
    ]);
  }

  /** The file, in the store; undefined where none came about. Never rejects. */
  async order(order: ClipOrder): Promise<EvidenceRef | undefined> {
    const { waiting } = this.#config;
    if (this.#stopped) return this.#end(order, 'abandoned');
    if (this.#waiting >= waiting) return this.#end(order, 'dropped');
    this.#waiting += 1;
    try {
      if (!(await this.#complete(order.at))) return this.#end(order, 'abandoned');
      const { beforeMs, afterMs } = this.#config;
      const streams = await order.take(order.at - beforeMs, order.at + afterMs);
      const written = this.#writing.then(() => this.#write(order, streams));
      this.#writing = written.catch(() => {});
      return await written;
    } catch (error) {
      return this.#end(order, 'failed', messageOf(error));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Gives up clips that are not complete and finishes those that are. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    await this.#writing;
  }

  /** False: it will not be, for the node stops. */
  #complete(at: UtcMs): Promise<boolean> {
    const waitMs = Math.max(0, at + this.#config.afterMs + settleMs - this.#clock.now());
    return new Promise((resolve) => {
      const end = (complete: boolean) => {
        this.#cancels.delete(abandon);
        resolve(complete);
      };
      const cancel = this.#clock.after(waitMs, () => end(true));
      const abandon = () => {
        cancel();
        end(false);
      };
      this.#cancels.add(abandon);
    });
  }

  async #write(order: ClipOrder, streams: readonly (readonly AccessUnit[])[]): Promise<EvidenceRef | undefined> {
    const kept = streams.filter((units) => units.length > 0);
    const units = kept.find((each) => bytesOf(each) <= this.#config.maxBytes);
    if (units === undefined) return this.#end(order, kept.length === 0 ? 'empty' : 'too-large');
    const cut = await cutClip(units, order.at);
    if (cut === undefined) return this.#end(order, 'empty');
    // One clip is written at a time, so one name will do; what a dying node left is written over.
    const path = join(this.#evidence.dir, '.tmp-clip.mp4');
    await mkdir(this.#evidence.dir, { recursive: true, mode: 0o750 });
    try {
      await writeMp4(path, cut.video);
      const blurred = await this.#redact(path, order.about);
      if (blurred === undefined) return this.#end(order, 'not-blurred');
      const { bytes, redaction } = blurred;
      const hash = await this.#evidence.put(bytes);
      this.#results.inc({ result: 'written' satisfies ClipResult });
      const originalSha256 = sha256(...cut.units.map(({ data }) => data));
      return { kind: 'clip', sha256: hash, bytes: bytes.length, mediaType: 'video/mp4', originalSha256, redaction };
    } finally {
      await rm(path, { force: true });
    }
  }

  #end({ camera, at }: ClipOrder, result: ClipResult, reason?: string): undefined {
    this.#results.inc({ result });
    if (result !== 'abandoned') this.#log.warn({ camera, at, result, reason }, 'no clip of this alert');
  }
}

function bytesOf(units: readonly AccessUnit[]): number {
  return units.reduce((sum, { data }) => sum + data.length, 0);
}
