import { cpus } from 'node:os';

/** What a bench reports; names of metrics are kept from version to version. */
export interface BenchReport {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly distributions: Readonly<Record<string, unknown>>;
  /** Its section of `docs/benchmarks.md`, as Markdown. */
  readonly page?: string;
  /** Its part of the card of the model that ships, as Markdown. */
  readonly card?: string;
}

/** Options of the command line, as written. */
export type BenchOptions = Readonly<Record<string, string | undefined>>;

/** One bench: says what it does while it runs, returns what it measured. */
export type Bench = (say: (line: string) => void, options: BenchOptions) => Promise<BenchReport>;

/** A number from the command line. */
export function numberOption(options: BenchOptions, name: string, fallback: number): number {
  const text = options[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(value) || value < 0 || text === '') throw new Error(`--${name}: not a number: ${text}`);
  return value;
}

/** A report as written to `--json FILE`. */
export function toJson(name: string, report: BenchReport): string {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  const { parameters, metrics, distributions } = report;
  const at = new Date().toISOString();
  return `${JSON.stringify({ name, at, machine, parameters, metrics, distributions }, null, 2)}\n`;
}

/** The value below which a share of all values lies; `quantile(values, 0.5)` is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The whole distribution in five numbers. */
export function spread(values: readonly number[]) {
  const at = (share: number) => round(quantile(values, share));
  return { n: values.length, min: at(0), p25: at(0.25), median: at(0.5), p75: at(0.75), max: at(1) };
}

/** Rounds to three significant places after the point. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** CPU seconds this process (all its threads) has used since the given reading. */
export function cpuSeconds(since: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since);
  return (used.user + used.system) / 1e6;
}
