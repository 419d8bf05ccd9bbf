/** Smallest lane: most keyframes of small streams fit (72 kB at 640×352). */
const smallest = 128 * 1024;

/**
 * Memory through which units go to one thread, one job at a time: it is copied into and never handed over, so that no
 * job allocates or leaves anything for garbage collection (transferred copies cost 0.3 ms a keyframe in collections).
 * Grows to the largest job there was, which the largest access unit bounds.
 */
export class SharedLane {
  #memory = new SharedArrayBuffer(smallest);
  /** A job's units lie in it until the job is answered. */
  busy = false;

  /** Copies units in, one behind the other; the views are as shared as the lane. */
  fill(units: readonly Uint8Array[]): Uint8Array[] {
    const total = units.reduce((sum, unit) => sum + unit.length, 0);
    if (total > this.#memory.byteLength) this.#memory = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(total)));
    let at = 0;
    return units.map((unit) => {
      const view = new Uint8Array(this.#memory, at, unit.length);
      view.set(unit);
      at += unit.length;
      return view;
    });
  }
}
