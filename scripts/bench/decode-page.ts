import { round, type spread } from './bench.ts';
import { table } from './benchmarks-page.ts';

type Spread = ReturnType<typeof spread>;

/** Everything the section tells. */
export interface DecodeFindings {
  readonly source: string;
  readonly picture: string;
  readonly rounds: number;
  readonly keyframes: number;
  readonly keyframeKb: number;
  /** Keyframes a CPU second. */
  readonly rates: Readonly<Record<string, Spread>>;
  /** Share of FFmpeg's own, round by round. */
  readonly ratios: Readonly<Record<string, Spread>>;
  /** CPU milliseconds of one look. */
  readonly lookMs: Readonly<Record<string, Spread>>;
  readonly film: { readonly units: number; readonly every: number };
  /** Units a CPU second, continuous. */
  readonly filmRates: Readonly<Record<string, Spread>>;
  readonly filmRatio: Spread;
  readonly latencyMs: Spread;
  readonly processMs: Spread;
  readonly processMb: Spread;
  readonly idleMb: number;
  readonly load: string;
}

/** The bench's section of the page. */
export function decodePage(found: DecodeFindings): string {
  const row = (name: string, { min, p25, median, p75, max }: Spread) => [name, median, p25, p75, min, max];
  const columns = ['median', 'p25', 'p75', 'min', 'max'];
  const rows = (of: Readonly<Record<string, Spread>>) => Object.entries(of).map(([name, each]) => row(name, each));
  return `
Keyframes of ${found.source} (${found.keyframes} a round, ${round(found.keyframeKb)} kB each on average) to ${found.picture},
one decoder thread, each picture released once it is there; CPU is of the whole process, main thread and garbage collection included.

${table([['keyframes a CPU second', ...columns], ...rows(found.rates)])}

${table([['of FFmpeg’s own keyframes a CPU second, in the same round', ...columns], ...rows(found.ratios)])}

${table([['CPU of one look, ms', ...columns], ...rows(found.lookMs)])}

Continuous decode of the same film (${found.film.units} units), a picture of every ${found.film.every}th unit:

${table([['units a CPU second', ...columns], ...rows(found.filmRates), row('ours of FFmpeg’s own', found.filmRatio)])}

${table([
  ['', ...columns],
  row('one keyframe to a picture in Node, ms', found.latencyMs),
  row('the same by a process of its own (fluent-ffmpeg), ms', found.processMs),
  row('memory of that process, MB', found.processMb),
])}

Growth of the process when 1,000 further cameras were looked at once each: ${round(found.idleMb)} MB.

Method: ${found.rounds} rounds, in each every contestant once, one after the other in changing order, on the same bytes. FFmpeg is
the machine's \`ffmpeg -threads 1 -skip_frame nokey -vf scale=…:flags=bilinear\` with its pictures thrown away inside (start-up
included), fluent-ffmpeg the same with the pictures piped into Node. A still look is decoded and compared by the activity gate,
which finds nothing; with its picture it is scaled as well. ${found.load}`;
}
