import type { AccessUnit } from '../domain/access-unit.ts';
import type { EvidenceRef } from '../domain/alert.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { RedactionFacts } from '../domain/redaction.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClipCutter } from './evidence/clip-cutter.ts';
import type { ClipConfig } from './evidence/config.ts';
import { AccessUnitRing } from './ingest/access-unit-ring.ts';
import type { OnDemandStream } from './ingest/on-demand-stream.ts';

/** What the clips of all cameras of a node share. */
export interface ClipSurroundings {
  readonly config: ClipConfig;
  readonly cutter: Pick<ClipCutter, 'order'>;
  /** What is kept of a camera’s substream. */
  readonly recent: (camera: CameraId, from: UtcMs, to: UtcMs) => Promise<readonly AccessUnit[]>;
  /** Cameras whose main stream is open for clips at this moment. */
  readonly mainStreams: Set<CameraId>;
  readonly clock: Clock;
}

/** The main stream is good enough for a clip when it covers this much of what the substream does. */
const enough = 0.8;
/** The ring reaches this far beyond the clip: an alert is out within two seconds of its picture. */
const spareMs = 2_000;

/** A camera that has not been looked at for so long, nor for as long as it opens ahead, is not waited for: it is blind. */
const lapseMs = 30_000;

/**
 * One camera's clips. Its main stream, where it has one, is opened shortly before a condition under way is due, or with
 * the order at the latest; where it shows too little of the time, the substream's recent pictures are better.
 */
export class CameraClips {
  readonly #camera: CameraId;
  readonly #main: Pick<OnDemandStream, 'view'> | undefined;
  readonly #around: ClipSurroundings;
  #recording: { readonly ring: AccessUnitRing; readonly leave: () => void } | undefined;
  #ordered = 0;
  /** Something is about to happen: ends by itself, for a camera that sees nothing any more. */
  #cancelDue: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    camera: CameraId;
    main: Pick<OnDemandStream, 'view'> | undefined;
    around: ClipSurroundings;
  }) {
    this.#camera = options.camera;
    this.#main = options.main;
    this.#around = options.around;
  }

  /** After each look: when the first condition under way is due; undefined: none is. */
  expect(dueInMs: number | undefined): void {
    const { config, clock } = this.#around;
    this.#notDue();
    if (!this.#closed && dueInMs !== undefined && dueInMs <= config.mainAheadMs) {
      this.#cancelDue = clock.after(Math.max(lapseMs, config.mainAheadMs), () => this.expect(undefined));
      this.#record();
    }
    this.#leaveUnlessNeeded();
  }

  /** The clip around a moment of the node’s clock; undefined where none comes about. Never rejects. */
  async order(at: UtcMs, about: RedactionFacts): Promise<EvidenceRef | undefined> {
    this.#ordered += 1;
    this.#record();
    const take = (from: UtcMs, to: UtcMs) => this.#take(from, to);
    const clip = await this.#around.cutter.order({ camera: this.#camera, at, about, take });
    this.#ordered -= 1;
    this.#leaveUnlessNeeded();
    return clip;
  }

  /** Lets go of the main stream for good; clips that wait, or are ordered yet, get what the substream has. */
  close(): void {
    this.#closed = true;
    this.#notDue();
    this.#leave();
  }

  #notDue(): void {
    this.#cancelDue?.();
    this.#cancelDue = undefined;
  }

  #leaveUnlessNeeded(): void {
    if (this.#ordered === 0 && this.#cancelDue === undefined) this.#leave();
  }

  #leave(): void {
    this.#recording?.leave();
    this.#recording = undefined;
  }

  #record(): void {
    const { config, mainStreams } = this.#around;
    const full = mainStreams.size >= config.mainStreams && !mainStreams.has(this.#camera);
    if (this.#closed || this.#main === undefined || this.#recording !== undefined || full) return;
    const maxMs = config.beforeMs + config.afterMs + spareMs;
    const ring = new AccessUnitRing({ maxBytes: config.mainBytes, maxMs });
    mainStreams.add(this.#camera);
    const end = this.#main.view({ onAccessUnit: (unit) => ring.push(unit) });
    const leave = () => {
      mainStreams.delete(this.#camera);
      end();
    };
    this.#recording = { ring, leave };
  }

  async #take(from: UtcMs, to: UtcMs): Promise<readonly (readonly AccessUnit[])[]> {
    const main = this.#recording?.ring.clip(from, to) ?? [];
    const recent = await this.#around.recent(this.#camera, from, to);
    const covered = (units: readonly AccessUnit[]) => coveredMs(units, from, to);
    return main.length > 0 && covered(main) >= enough * covered(recent) ? [main, recent] : [recent, main];
  }
}

function coveredMs(units: readonly AccessUnit[], from: UtcMs, to: UtcMs): number {
  const [first] = units;
  const last = units.at(-1);
  if (first === undefined || last === undefined) return 0;
  return Math.max(0, Math.min(last.receivedAt, to) - Math.max(first.receivedAt, from));
}
