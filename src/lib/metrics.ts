import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets for stage latencies in seconds: 1 ms to 60 s. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The process's metrics; one registry a process, handed on by constructor. Names start with `maplebridge_`. */
export class Metrics {
  readonly registry = new Registry();

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return this.#existing(name) ?? new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return this.#existing(name) ?? new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A histogram of seconds. */
  latency<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Histogram<L> {
    return (
      this.#existing(name) ??
      new Histogram({
        name,
        help,
        labelNames: [...labelNames],
        buckets: latencyBuckets,
        registers: [this.registry],
      })
    );
  }

  /** A histogram of bytes: 1 KiB to 64 MiB. */
  sizes<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Histogram<L> {
    const buckets = Array.from({ length: 9 }, (_, index) => 1_024 * 4 ** index);
    return (
      this.#existing(name) ??
      new Histogram({ name, help, labelNames: [...labelNames], buckets, registers: [this.registry] })
    );
  }

  // prom-client looks metrics up by name without their type; each name is used with one type in one file.
  #existing<M>(name: string): M | undefined {
    return this.registry.getSingleMetric(name) as M | undefined;
  }
}
