/** How a packet stands to those before it. */
export type Arrival = 'in-order' | 'after-gap' | 'old';

/** Figures of a receiver report (RFC 3550 §6.4.1). */
export interface ReceptionReport {
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
}

/** A larger step is not loss but a sender that started over (RFC 3550 §A.1, MAX_DROPOUT). */
const maxDropout = 3000;

/** Sequence numbers and jitter of one RTP source (RFC 3550 §A.1, §A.3, §A.8). */
export class RtpReception {
  readonly #clockRate: number;
  #first = 0;
  #highest = -1;
  #cycles = 0;
  #received = 0;
  #gap = 0;
  /** A sender that restarts jumps once and goes on from there (RFC 3550 §A.1). */
  #restartAt = -1;
  #reportedExpected = 0;
  #reportedReceived = 0;
  #transit: number | undefined;
  #jitter = 0;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Packets missing before the last one that came after a gap. */
  get gap(): number {
    return this.#gap;
  }

  /** Takes a sequence number; `old` packets are late, doubled or of an unknown restart and are not to be used. */
  accept(sequence: number): Arrival {
    if (this.#highest === -1) {
      this.#restart(sequence);
      return 'in-order';
    }
    const step = (sequence - this.#highest) & 0xffff;
    if (step === 0 || step >= maxDropout) {
      if (step === 0 || sequence !== this.#restartAt) {
        this.#restartAt = (sequence + 1) & 0xffff;
        return 'old';
      }
      this.#restart(sequence);
      this.#gap = 1;
      return 'after-gap';
    }
    if (sequence < this.#highest) this.#cycles += 0x10000;
    this.#highest = sequence;
    this.#received += 1;
    this.#restartAt = -1;
    this.#gap = step - 1;
    return step === 1 ? 'in-order' : 'after-gap';
  }

  /** Takes the arrival of a packet that was accepted. */
  arrived(timestamp: number, arrivedAtMs: number): void {
    const transit = (((arrivedAtMs * this.#clockRate) / 1000) >>> 0) - timestamp;
    if (this.#transit !== undefined) {
      const change = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (change - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  /** The figures since the source began; the fraction lost is since the last call. */
  report(): ReceptionReport {
    const expected = this.#highest === -1 ? 0 : this.#cycles + this.#highest - this.#first + 1;
    const expectedNow = expected - this.#reportedExpected;
    const lostNow = expectedNow - (this.#received - this.#reportedReceived);
    this.#reportedExpected = expected;
    this.#reportedReceived = this.#received;
    return {
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      cumulativeLost: Math.min(0x7fffff, Math.max(0, expected - this.#received)),
      highestSequence: (this.#cycles + Math.max(0, this.#highest)) >>> 0,
      jitter: Math.floor(this.#jitter) >>> 0,
    };
  }

  #restart(sequence: number): void {
    this.#first = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#received = 1;
    this.#gap = 0;
    this.#restartAt = -1;
    this.#reportedExpected = 0;
    this.#reportedReceived = 0;
    this.#transit = undefined;
  }
}
