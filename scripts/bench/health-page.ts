import { quantile, type spread } from './bench.ts';
import { table } from './benchmarks-page.ts';

/** One way to trouble a camera, over all clips. */
export interface TroubleRow {
  readonly what: string;
  tried: number;
  found: number;
  /** Cameras that were faulty before it began. */
  before: number;
  readonly foundS: number[];
  readonly wellS: number[];
}

/** One stress over all clips. */
export interface StressRow {
  readonly stress: string;
  faults: number;
  hours: number;
}

/** The bench's section of the page. */
export function healthPage(result: {
  readonly troubles: readonly TroubleRow[];
  readonly stresses: readonly StressRow[];
  readonly costs: Readonly<Record<'health' | 'gate', ReturnType<typeof spread>>>;
  readonly lookEveryMs: number;
}): string {
  const { troubles, stresses, costs, lookEveryMs } = result;
  const most = (values: readonly number[]) => (values.length === 0 ? '–' : Math.max(...values));
  return `Real footage made into cameras that are looked at every ${lookEveryMs / 1000} s, with the default configuration. Found: the
right fault within 400 s; each camera is well for 4 min before the first trouble and until it is told well between them.

${table([
  ['what is done', 'found', 'after, median', 'at most', 'well again after at most'],
  ...troubles.map(({ what, tried, found, foundS, wellS }) => [
    what,
    `${found} of ${tried}`,
    `${foundS.length === 0 ? '–' : quantile(foundS, 0.5)} s`,
    `${most(foundS)} s`,
    `${most(wellS)} s`,
  ]),
])}

No fault: ten minutes of each clip under each stress of the activity gate's bench.

${table([
  ['stress', 'hours', 'faults told'],
  ...stresses.map(({ stress, hours, faults }) => [stress, Math.round(hours * 10) / 10, faults]),
])}

CPU of one look in its thread, pictures at hand: ${Math.round(costs.health.median)} µs (${Math.round(costs.health.min)}–${Math.round(costs.health.max)}); the
activity gate beside it ${Math.round(costs.gate.median)} µs.`;
}
