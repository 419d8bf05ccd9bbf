/** One hop as it is exported: who did what for how long, within which trace. */
export interface HopSpan {
  /** Of the frame the alert came from. */
  readonly traceparent: string;
  readonly name: string;
  /** What the hop is about, unique in the trace; `root`: the span that the traceparent itself names. */
  readonly hop: string;
  /** Hop it belongs to; undefined: none. */
  readonly parent: string | undefined;
  /** UTC ms, of one machine or of two (then it may end before it begins). */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** The hop that the traceparent itself names. */
export const rootHop = 'root';

/** Takes spans; never throws, never waits. */
export interface SpanSink {
  record(spans: readonly HopSpan[]): void;
}
