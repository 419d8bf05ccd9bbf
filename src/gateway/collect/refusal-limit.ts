import type { IntegrityIncident } from '../../contracts/ticket-intake.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';

type Kind = IntegrityIncident['kind'];

/** Refusals of one node within a window. Never changed in place, so that a rolled-back group leaves no trace. */
interface Window {
  readonly since: number;
  readonly told: number;
  /** Those no longer told one by one, by kind. */
  readonly more: Readonly<Partial<Record<Kind, number>>>;
}

/** What one window left untold. */
export interface RefusalSum {
  readonly node: NodeId;
  /** The most frequent kind. */
  readonly kind: Kind;
  readonly detail: string;
}

/** Refusals of a node told one by one within a window; a node that is merely misconfigured shows itself in fewer. */
const individually = 10;
/** A node that sends nothing but rubbish adds at most 11 incidents an hour to a log that is kept for good. */
const windowMs = 3_600_000;
/** Names that came within a window; a broker without rules lets one client use any name. */
const maxNodes = 1_000;

/**
 * Bounds what one node's bad messages write into the permanent audit log of the other network: the first ones of a
 * window are incidents of their own, the rest are one with their count. Each message itself is in quarantine.
 */
export class RefusalLimit {
  readonly #clock: Clock;
  #windows = new Map<NodeId, Window>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Counts one refusal; says whether it is to be an incident of its own. */
  isTold(node: NodeId, kind: Kind): boolean {
    if (this.#windows.size >= maxNodes && !this.#windows.has(node)) return false;
    const window = this.#windows.get(node) ?? { since: this.#clock.monotonic(), told: 0, more: {} };
    const told = window.told < individually;
    const next = told
      ? { ...window, told: window.told + 1 }
      : { ...window, more: { ...window.more, [kind]: (window.more[kind] ?? 0) + 1 } };
    this.#windows.set(node, next);
    return told;
  }

  /** Ends the windows that are over (`all`: every one) and says what they left untold. */
  end(all = false): RefusalSum[] {
    const now = this.#clock.monotonic();
    const over = [...this.#windows].filter(([, window]) => all || now - window.since >= windowMs);
    for (const [node] of over) this.#windows.delete(node);
    return over.flatMap(([node, { more }]) => sumOf(node, more));
  }

  /** Milliseconds until the next window is over; undefined where there is none. */
  get nextEndMs(): number | undefined {
    const begins = [...this.#windows.values()].map((window) => window.since);
    return begins.length === 0 ? undefined : Math.max(0, Math.min(...begins) + windowMs - this.#clock.monotonic());
  }

  /** Remembers the present state; the returned function goes back to it. */
  mark(): () => void {
    const windows = new Map(this.#windows);
    return () => {
      this.#windows = windows;
    };
  }
}

function sumOf(node: NodeId, more: Window['more']): RefusalSum[] {
  const kinds = (Object.entries(more) as [Kind, number][]).sort((a, b) => b[1] - a[1]);
  const [most] = kinds;
  if (most === undefined) return [];
  const count = kinds.reduce((sum, [, n]) => sum + n, 0);
  const parts = kinds.map(([kind, n]) => `${kind} ${n}`).join(', ');
  return [
    { node, kind: most[0], detail: `${count} more messages were refused within ${windowMs / 60_000} min: ${parts}` },
  ];
}
