import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { Clock } from '../../lib/clock.ts';
import type { LiveCamera } from './live-camera.ts';

/** What somebody who needs the stream gives. */
export interface StreamViewer {
  onAccessUnit(unit: AccessUnit): void;
  onState?(state: CameraState): void;
}

/** How long the stream stays open after its last viewer left. */
const lingerMs = 5_000;

/**
 * A stream that is open only while somebody needs it: a camera's main stream, wanted for evidence and not for looking.
 * Viewers share one session. What viewers throw ends up with the camera, which counts it and goes on.
 */
export class OnDemandStream {
  readonly #make: (viewer: Required<StreamViewer>) => LiveCamera;
  readonly #clock: Clock;
  readonly #viewers = new Set<StreamViewer>();
  #camera: LiveCamera | undefined;
  #cancelLinger: (() => void) | undefined;
  #closing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: { make: (viewer: Required<StreamViewer>) => LiveCamera; clock: Clock }) {
    this.#make = options.make;
    this.#clock = options.clock;
  }

  /** State of the session; undefined while nobody needs it. */
  get state(): CameraState | undefined {
    return this.#camera?.state;
  }

  /** Opens the stream for a viewer, or joins the session there is; the returned function lets go of it. */
  view(viewer: StreamViewer): () => void {
    if (this.#closed) return () => undefined;
    this.#viewers.add(viewer);
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#camera === undefined) this.#open();
    return () => this.#leave(viewer);
  }

  /** Ends the session whoever needs it; idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#viewers.clear();
    this.#shut();
    await this.#closing;
  }

  #open(): void {
    const camera = this.#make({
      onAccessUnit: (unit) => {
        for (const viewer of this.#viewers) viewer.onAccessUnit(unit);
      },
      onState: (state) => {
        for (const viewer of this.#viewers) viewer.onState?.(state);
      },
    });
    this.#camera = camera;
    // Starting rejects only where a secret is missing: the viewers are told that nothing will come.
    void camera.start(new AbortController().signal).catch(() => {
      for (const viewer of this.#viewers) viewer.onState?.({ kind: 'stopped' });
      this.#shut();
    });
  }

  #leave(viewer: StreamViewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
    this.#cancelLinger = this.#clock.after(lingerMs, () => this.#shut());
  }

  #shut(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    const camera = this.#camera;
    this.#camera = undefined;
    if (camera !== undefined) this.#closing = Promise.all([this.#closing, camera.stop()]).then(() => undefined);
  }
}
