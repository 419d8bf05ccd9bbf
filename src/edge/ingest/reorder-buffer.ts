import type { UtcMs } from '../../domain/ids.ts';

/** Packets that may be ahead of the one awaited; a power of two. At 1400 bytes a full window is 90 KB. */
const windowPackets = 64;
/** Longest wait for a packet that is late: over twice what switches and Wi-Fi in one building were seen to need. */
const maxWaitMs = 100;
/** A larger step back is not lateness but a sender that started over (RFC 3550 §A.1). */
const maxLate = 3000;

/**
 * Puts RTP packets that came over UDP into order. What waits is bounded in number and time; what is missing then is
 * given up, and what comes later still is handed on for the receiver to count. Keeps buffers, copies nothing.
 */
export class ReorderBuffer {
  readonly #deliver: (packet: Buffer) => void;
  readonly #onReordered: () => void;
  readonly #slots: (Buffer | undefined)[] = [];
  readonly #arrivals: UtcMs[] = Array<UtcMs>(windowPackets).fill(0);
  #expected = -1;
  #held = 0;
  #heldSince: UtcMs = 0;

  constructor(options: { deliver: (packet: Buffer) => void; onReordered: () => void }) {
    this.#deliver = options.deliver;
    this.#onReordered = options.onReordered;
  }

  /** Takes a packet of at least 4 bytes; `packet` is the buffer's own from now on. */
  push(packet: Buffer, now: UtcMs): void {
    const sequence = packet.readUInt16BE(2);
    if (this.#expected === -1) this.#expected = sequence;
    this.expire(now);
    const step = (sequence - this.#expected) & 0xffff;
    if (step === 0) {
      if (this.#held > 0) this.#onReordered();
      this.#next(packet);
      this.#drain();
    } else if (step < windowPackets) {
      this.#hold(packet, sequence, now);
    } else if (step >= 0x10000 - maxLate) {
      this.#deliver(packet);
    } else {
      this.flush();
      this.#expected = sequence;
      this.#next(packet);
    }
  }

  /** Gives up what is missing for too long. */
  expire(now: UtcMs): void {
    while (this.#held > 0 && Math.abs(now - this.#heldSince) >= maxWaitMs) this.#skipGap();
  }

  /** Hands on all that is held. */
  flush(): void {
    while (this.#held > 0) this.#skipGap();
  }

  #hold(packet: Buffer, sequence: number, now: UtcMs): void {
    const slot = sequence % windowPackets;
    // A double of one that waits.
    if (this.#slots[slot] !== undefined) {
      this.#deliver(packet);
      return;
    }
    this.#slots[slot] = packet;
    this.#arrivals[slot] = now;
    if (this.#held === 0) this.#heldSince = now;
    this.#held += 1;
  }

  #skipGap(): void {
    for (let step = 0; step < windowPackets && this.#slots[this.#expected % windowPackets] === undefined; step += 1) {
      this.#expected = (this.#expected + 1) & 0xffff;
    }
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const slot = this.#expected % windowPackets;
      const packet = this.#slots[slot];
      if (packet === undefined) break;
      this.#slots[slot] = undefined;
      this.#held -= 1;
      this.#next(packet);
    }
    if (this.#held > 0) this.#heldSince = this.#oldest();
  }

  #oldest(): UtcMs {
    return this.#arrivals.filter((_, slot) => this.#slots[slot] !== undefined).reduce((a, b) => Math.min(a, b));
  }

  #next(packet: Buffer): void {
    this.#expected = (this.#expected + 1) & 0xffff;
    this.#deliver(packet);
  }
}
