/** A metric's value with its labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A histogram's counts between two readings. */
export interface Histogram {
  readonly count: number;
  readonly sum: number;
  /** Upper bounds and how many values lie below each, ascending; the last bound is infinite. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

/** Metrics as `/metrics` tells them (Prometheus text format 0.0.4). */
export class Exposition {
  readonly #samples = new Map<string, Sample[]>();

  /** Of two readings `text` is the later; what `earlier` had is taken off counters and histograms. */
  constructor(text: string, earlier?: string) {
    this.#read(text, 1);
    if (earlier !== undefined) this.#read(earlier, -1);
  }

  get names(): readonly string[] {
    return [...this.#samples.keys()];
  }

  /** Sum over all samples of a name that have these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#matching(name, labels).reduce((total, { value }) => total + value, 0);
  }

  /** Sums by the values of one label. */
  by(name: string, label: string): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const { labels, value } of this.#samples.get(name) ?? []) {
      const key = labels[label] ?? '';
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  }

  /** A histogram over all samples that have these labels. */
  histogram(name: string, labels: Readonly<Record<string, string>> = {}): Histogram {
    const counts = new Map<number, number>();
    for (const { labels: own, value } of this.#matching(`${name}_bucket`, labels)) {
      const le = own['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(own['le']);
      counts.set(le, (counts.get(le) ?? 0) + value);
    }
    const buckets = [...counts].map(([le, count]) => ({ le, count })).sort((a, b) => a.le - b.le);
    return { count: this.sum(`${name}_count`, labels), sum: this.sum(`${name}_sum`, labels), buckets };
  }

  #matching(name: string, wanted: Readonly<Record<string, string>>): readonly Sample[] {
    const all = this.#samples.get(name) ?? [];
    return all.filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels[key] === value));
  }

  #read(text: string, sign: number): void {
    for (const line of text.split('\n')) {
      const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
      if (match === null) continue;
      const [, name = '', inner = '', value = ''] = match;
      const labels = Object.fromEntries([...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]));
      const samples = this.#samples.get(name) ?? [];
      samples.push({ labels, value: sign * Number(value) });
      this.#samples.set(name, samples);
    }
  }
}

/** The value below which a share of a histogram lies, linear within its bucket; NaN without values. */
export function histogramQuantile({ buckets, count }: Histogram, share: number): number {
  const rank = share * count;
  let below = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      // Nothing is known above the last bound but that it was passed.
      if (bucket.le === Number.POSITIVE_INFINITY) return below.le;
      return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
    }
    below = bucket;
  }
  return Number.NaN;
}
