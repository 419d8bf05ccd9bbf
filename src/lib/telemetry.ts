import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Service } from './lifecycle.ts';
import type { Logger } from './log.ts';
import type { Counter, Metrics } from './metrics.ts';
import { type HopSpan, rootHop, type SpanSink } from './span-sink.ts';
import { parseTraceparent, spanIdOf, type TraceParent } from './trace-context.ts';
import { softwareVersion } from './version.ts';

/** Spans that wait for a collector; of more the newest are dropped and counted by nobody but the collector's absence. */
const maxQueued = 2_048;
const exportEveryMs = 2_000;
const exportTimeoutMs = 5_000;
/** A collector that is away must not hold up a service that is stopped. */
const stopLimitMs = 1_000;

/** What the export needs. */
export interface TelemetryOptions {
  /** Where a collector takes OTLP over HTTP. */
  readonly url: string;
  /** `maplebridge-edge`, … */
  readonly serviceName: string;
  /** The machine, as the configuration names it. */
  readonly instance: string;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Exports hops as OpenTelemetry spans: the only file that speaks OpenTelemetry. Ids and times are the trace's own, so
 * several machines' spans meet in one trace. A queue that is full drops; a collector that is away is told of once.
 */
export class Telemetry implements Service, SpanSink {
  readonly #processor: BatchSpanProcessor;
  readonly #resource: ReadableSpan['resource'];
  readonly #spans: Counter<'result'>;

  constructor({ url, serviceName, instance, log, metrics }: TelemetryOptions) {
    this.#spans = metrics.counter('maplebridge_telemetry_spans_total', 'Spans handed to the export, by result', [
      'result',
    ]);
    const exporter = toldOnce(new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }), {
      url,
      log,
      spans: this.#spans,
    });
    this.#processor = new BatchSpanProcessor(exporter, {
      maxQueueSize: maxQueued,
      scheduledDelayMillis: exportEveryMs,
      exportTimeoutMillis: exportTimeoutMs,
    });
    this.#resource = resourceFromAttributes({
      'service.name': serviceName,
      'service.version': softwareVersion,
      'service.instance.id': instance,
    });
  }

  async start(): Promise<void> {}

  /** Sends what waits, for a second at most. */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopLimitMs);
    });
    await Promise.race([this.#processor.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  /** Spans of a trace that is not sampled are left out (Trace Context §3.2.2.5.1). */
  record(spans: readonly HopSpan[]): void {
    for (const span of spans) {
      const parent = parseTraceparent(span.traceparent);
      if (parent?.sampled === true) this.#processor.onEnd(this.#readable(span, parent));
    }
  }

  #readable(span: HopSpan, trace: TraceParent): ReadableSpan {
    const contextOf = (hop: string) => ({
      traceId: trace.traceId,
      spanId: hop === rootHop ? trace.spanId : spanIdOf(trace, hop),
      traceFlags: TraceFlags.SAMPLED,
    });
    const { startMs, endMs } = span;
    // OTLP has no negative durations: the difference is told beside.
    const backMs = Math.max(0, startMs - endMs);
    const end = Math.max(startMs, endMs);
    const context = contextOf(span.hop);
    return {
      name: span.name,
      kind: SpanKind.INTERNAL,
      spanContext: () => context,
      ...(span.parent === undefined ? {} : { parentSpanContext: contextOf(span.parent) }),
      startTime: hrTime(startMs),
      endTime: hrTime(end),
      duration: hrTime(end - startMs),
      status: { code: SpanStatusCode.UNSET },
      attributes: { ...span.attributes, ...(backMs > 0 ? { 'maplebridge.clock.negative_ms': backMs } : {}) },
      ...{ links: [], events: [], ended: true, resource: this.#resource },
      instrumentationScope: { name: 'maplebridge', version: softwareVersion },
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    };
  }
}

function toldOnce(
  exporter: SpanExporter,
  { url, log, spans }: { url: string; log: Logger; spans: Counter<'result'> },
): SpanExporter {
  let failing = false;
  return {
    export: (batch, done) =>
      exporter.export(batch, (result) => {
        const failed = result.error !== undefined || result.code !== 0;
        spans.inc({ result: failed ? 'lost' : 'exported' }, batch.length);
        const { origin } = new URL(url);
        if (failed && !failing)
          log.warn({ collector: origin, reason: result.error?.message }, 'traces are not exported');
        if (!failed && failing) log.info({ collector: origin }, 'traces are exported again');
        failing = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
