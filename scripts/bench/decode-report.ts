import { type BenchReport, quantile, round, spread } from './bench.ts';
import type { Contestant } from './decode-contestants.ts';
import { decodePage } from './decode-page.ts';
import type { ProcessCost } from './ffmpeg-process.ts';

/** What the bench measured. */
export interface DecodeMeasurements {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly picture: string;
  readonly rounds: number;
  readonly keyframes: number;
  readonly keyframeKb: number;
  /** Units of the film, of which every n-th gives a picture, and how many films ours decodes at once. */
  readonly film: { readonly units: number; readonly every: number; readonly atOnce: number };
  readonly cpuS: Readonly<Record<Contestant, readonly number[]>>;
  readonly processes: readonly ProcessCost[];
  readonly latencyMs: readonly number[];
  readonly idleMb: number;
  readonly startMs: number;
  readonly load: number;
}

/** Rates, ratios round by round, and the section of the page. */
export function decodeReport(measured: DecodeMeasurements): BenchReport {
  const { cpuS, film, keyframes, latencyMs, idleMb } = measured;
  const rate = (name: Contestant) => cpuS[name].map((seconds) => keyframes / seconds);
  const filmRate = (name: Contestant, films: number) => cpuS[name].map((seconds) => (films * film.units) / seconds);
  const lookMs = (name: Contestant) => spread(cpuS[name].map((seconds) => (seconds * 1000) / keyframes));
  const ours = filmRate('film', film.atOnce);
  const theirs = filmRate('ffmpegFilm', 1);
  const ratio = share(rate('pool'), rate('ffmpeg'));
  const unfilteredRatio = share(rate('unfiltered'), rate('ffmpeg'));
  const filmRatio = share(ours, theirs);
  const processMs = measured.processes.map(({ wallMs }) => wallMs);
  const processMb = measured.processes.map(({ maxRssMb }) => maxRssMb);
  return {
    parameters: measured.parameters,
    metrics: {
      keyframesPerSecondPerCore: median(rate('pool')),
      ratioVsFfmpegKeyframes: median(ratio),
      ratioVsFfmpegContinuous: median(filmRatio),
      mbPer1000IdleCameras: round(idleMb),
      ratioVsFluentFfmpeg: median(share(rate('pool'), rate('fluent'))),
      unfilteredRatioVsFfmpegKeyframes: median(unfilteredRatio),
      continuousUnitsPerSecondPerCore: median(ours),
      stillLookCpuMs: lookMs('still').median,
      picturedLookCpuMs: lookMs('pictured').median,
      poolStartMs: round(measured.startMs),
      keyframeLatencyMs: median(latencyMs),
      fluentOneKeyframeMs: median(processMs),
      fluentRssMbPerCamera: median(processMb),
    },
    distributions: {
      ratioVsFfmpegKeyframes: spread(ratio),
      ratioVsFfmpegContinuous: spread(filmRatio),
      poolKeyframesPerCpuSecond: spread(rate('pool')),
      ffmpegKeyframesPerCpuSecond: spread(rate('ffmpeg')),
      fluentFfmpegKeyframesPerCpuSecond: spread(rate('fluent')),
      poolLatencyMs: spread(latencyMs),
      fluentOneKeyframeMs: spread(processMs),
      fluentMaxRssMb: spread(processMb),
    },
    page: decodePage({
      ...measured,
      rates: {
        Maplebridge: spread(rate('pool')),
        'Maplebridge, `decode.skipLoopFilter`': spread(rate('unfiltered')),
        FFmpeg: spread(rate('ffmpeg')),
        'fluent-ffmpeg': spread(rate('fluent')),
      },
      ratios: { Maplebridge: spread(ratio), 'with `decode.skipLoopFilter`': spread(unfilteredRatio) },
      lookMs: {
        'still: decoded and compared': lookMs('still'),
        'with its picture: scaled as well': lookMs('pictured'),
      },
      filmRates: { Maplebridge: spread(ours), FFmpeg: spread(theirs) },
      filmRatio: spread(filmRatio),
      latencyMs: spread(latencyMs),
      processMs: spread(processMs),
      processMb: spread(processMb),
      load: `Load average of the machine when the rounds began: ${round(measured.load)}.`,
    }),
  };
}

/** What one reached of the other, round by round. */
function share(some: readonly number[], others: readonly number[]): number[] {
  return some.map((value, at) => value / (others[at] ?? Number.NaN));
}

function median(values: readonly number[]): number {
  return round(quantile(values, 0.5));
}
