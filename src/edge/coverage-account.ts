import type { Coverage } from '../contracts/node-messages.ts';
import type { CameraState } from '../domain/camera.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';

/** Intervals kept; older ones have long been published. */
const kept = 1_024;

/** The blindness account: when each camera was not seen, and why. "No alert" differs from "not looking". */
export class CoverageAccount {
  readonly #closed: Coverage[] = [];
  readonly #open = new Map<CameraId, { from: UtcMs; reason: string }>();

  /** Takes a camera's new state in; true when the account changed. */
  update(camera: CameraId, state: CameraState, now: UtcMs): boolean {
    const open = this.#open.get(camera);
    const reason = blindReason(state);
    if (reason === undefined) {
      if (open === undefined) return false;
      this.#close(camera, open, now);
      return true;
    }
    // Connecting again does not change why the camera is blind.
    if (open?.reason === reason || (open !== undefined && state.kind === 'connecting')) return false;
    if (open !== undefined) this.#close(camera, open, now);
    this.#open.set(camera, { from: now, reason });
    return true;
  }

  /** All intervals, oldest first; those that last have no end. */
  entries(): readonly Coverage[] {
    const open = [...this.#open].map(([camera, { from, reason }]) => ({ camera, from, reason }));
    return [...this.#closed, ...open];
  }

  #close(camera: CameraId, open: { from: UtcMs; reason: string }, to: UtcMs): void {
    this.#open.delete(camera);
    this.#closed.push({ camera, from: open.from, to, reason: open.reason });
    if (this.#closed.length > kept) this.#closed.shift();
  }
}

function blindReason(state: CameraState): string | undefined {
  switch (state.kind) {
    case 'streaming':
      return undefined;
    case 'waiting':
      return state.reason;
    case 'idle':
    case 'connecting':
      return 'starting';
    case 'stopped':
      return 'stopped';
  }
}
