/** What may go wrong with a simulated camera. */
export const faultKinds = [
  /** Its connections are cut. */
  'drop',
  /** It sends nothing, its connections stay. */
  'stall',
  /** A share of the packets is missing. */
  'loss',
  /** Neighbouring packets change places. */
  'reorder',
  /** Its password is another one: connections are cut, and the known credentials refused. */
  'wrong-auth',
  /** It shows another clip, with other parameter sets, from its next keyframe on. */
  'resolution',
  /** Its clock is set: RTP timestamps and the wall clock of sender reports jump. */
  'clock-jump',
] as const;

/** One kind of fault. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault, which cameras have it, and how often. */
export interface FaultSpec {
  readonly kind: FaultKind;
  /** Share of the cameras that have it, 0–1; which ones follows from the seed. */
  readonly share: number;
  /** Mean time from the end of one to the begin of the next; undefined: from the start and for ever. */
  readonly everyMs: number | undefined;
  /** How long one lasts; 0 for `drop` and `clock-jump`, which are moments. */
  readonly forMs: number;
  /** Share of the packets it hits (`loss`, `reorder`), 0–1. */
  readonly rate: number;
  /** How far the clock jumps; which way is drawn. */
  readonly byMs: number;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const moments: ReadonlySet<FaultKind> = new Set(['drop', 'clock-jump']);

/**
 * Reads `kind[:key=value,…]`, e.g. `loss:share=0.1,every=60s,for=5s,rate=0.02`; a text says what is wrong.
 * Keys: `share` (0–1, default 1), `every`, `for` (`ms`, `s`, `m`, `h`; default 5 s), `rate` (0–1, default 0.02),
 * `by` (default 1 h).
 */
export function parseFault(text: string): FaultSpec | string {
  const [name = '', rest = ''] = text.split(/:(.*)/s);
  const kind = faultKinds.find((known) => known === name);
  if (kind === undefined) return `"${name}" is no fault; known are ${faultKinds.join(', ')}`;
  const spec = { kind, share: 1, everyMs: undefined as number | undefined, forMs: 5_000, rate: 0.02, byMs: 3_600_000 };
  for (const pair of rest.split(',').filter(Boolean)) {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    const wrong = takeKey(spec, key, value);
    if (wrong !== undefined) return `${text}: ${wrong}`;
  }
  if (!moments.has(kind)) return spec;
  return spec.everyMs === undefined ? `${text}: ${kind} needs every=…` : { ...spec, forMs: 0 };
}

function takeKey(
  spec: { -readonly [K in keyof FaultSpec]: FaultSpec[K] },
  key: string,
  value: string,
): string | undefined {
  if (key === 'share' || key === 'rate') {
    const share = value === '' ? Number.NaN : Number(value);
    if (!(share >= 0 && share <= 1)) return `${key} must be 0–1, not "${value}"`;
    spec[key] = share;
    return undefined;
  }
  const ms = readDuration(value);
  if (ms === undefined) return `${key}=${value}: expected a duration such as 500ms, 30s, 5m`;
  if (key === 'every') spec.everyMs = ms;
  else if (key === 'for') spec.forMs = ms;
  else if (key === 'by') spec.byMs = ms;
  else return `unknown key "${key}"; known are share, every, for, rate, by`;
  return undefined;
}

function readDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = Number(match?.[1]) * (units[match?.[2] ?? ''] ?? Number.NaN);
  return ms > 0 ? ms : undefined;
}
