import type { AccessUnit } from '../../domain/access-unit.ts';
import type { BlindReason, CameraState } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import { Backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { readSecret } from '../../lib/config.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { CameraStream } from './config.ts';
import { createIngestCounters, type IngestCounters } from './ingest-counters.ts';
import { IngestMetrics } from './ingest-metrics.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { type Credentials, parseRtspUrl, type RtspTarget } from './rtsp-target.ts';

/** What a camera needs. Callbacks run on the event loop and must not block; what they throw is counted, not passed on. */
export interface RtspCameraOptions {
  readonly id: CameraId;
  readonly stream: CameraStream;
  readonly clock: Clock;
  /** 0–1, for jitter; default `Math.random`. */
  readonly random?: () => number;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly onAccessUnit: (unit: AccessUnit) => void;
  readonly onState: (state: CameraState) => void;
}

/** How faults of a camera are called in logs. */
const codes: Readonly<Record<Exclude<BlindReason, 'stopped'>, ErrorCode>> = {
  unreachable: 'MB_CAMERA_UNREACHABLE',
  unauthorized: 'MB_CAMERA_UNAUTHORIZED',
  'not-rtsp': 'MB_CAMERA_NOT_RTSP',
  refused: 'MB_CAMERA_REFUSED',
  'no-video-track': 'MB_CAMERA_NO_VIDEO',
  'unsupported-codec': 'MB_CAMERA_CODEC',
  stalled: 'MB_CAMERA_STALLED',
  'closed-by-server': 'MB_CAMERA_CLOSED',
  'protocol-error': 'MB_CAMERA_PROTOCOL',
};

/** How often counts go to the metrics. */
const metricsEveryMs = 5_000;

/** One camera: keeps a session to it for ever, reconnects with jittered backoff, and always knows why it is blind. */
export class RtspCamera implements Service {
  readonly id: CameraId;
  readonly #options: RtspCameraOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;
  readonly #counters = createIngestCounters();
  readonly #backoff: Backoff;
  readonly #metrics: IngestMetrics | undefined;
  #state: CameraState = { kind: 'idle' };
  #target: RtspTarget | undefined;
  #credentials: Credentials | undefined;
  #connection: RtspConnection | undefined;
  #streamingSince: number | undefined;
  #consumerErrorAt = Number.NEGATIVE_INFINITY;
  #cancelRetry: (() => void) | undefined;
  #cancelFlush: (() => void) | undefined;
  #signal: AbortSignal | undefined;
  #stopping: Promise<void> | undefined;
  readonly #onAbort = () => void this.stop();

  constructor(options: RtspCameraOptions) {
    this.id = options.id;
    this.#options = options;
    this.#clock = options.clock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log.child({ camera: options.id });
    const { retryMinMs: minMs, retryMaxMs: maxMs } = options.stream;
    this.#backoff = new Backoff({ minMs, maxMs, random: this.#random });
    this.#metrics = options.metrics && new IngestMetrics(options.metrics, options.id, this.#counters);
  }

  /** Where the connection stands. */
  get state(): CameraState {
    return this.#state;
  }

  /** What was counted since construction; live, not to be written. */
  get counters(): Readonly<IngestCounters> {
    return this.#counters;
  }

  /**
   * Begins to connect and resolves at once; a camera that cannot be reached is a state, not an error.
   * @throws AppError MB_CONFIG_INVALID when the address is none or the password's variable or file is missing.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state.kind !== 'idle' || signal.aborted) return;
    const { stream } = this.#options;
    this.#target = parseRtspUrl(stream.url);
    if (this.#target === undefined)
      throw new AppError('MB_CONFIG_INVALID', `camera ${this.id}: url is no rtsp:// address`);
    this.#credentials = credentialsOf(stream, this.#target, this.id);
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#scheduleFlush();
    this.#connect();
  }

  /** Tears the session down; idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  async #shutDown(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#cancelRetry?.();
    this.#cancelFlush?.();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#enter({ kind: 'stopped' });
    await connection?.close();
    this.#metrics?.remove();
  }

  #connect(): void {
    const target = this.#target;
    if (target === undefined || this.#state.kind === 'stopped') return;
    this.#enter({ kind: 'connecting', attempt: this.#backoff.attempt + 1 });
    this.#streamingSince = undefined;
    const connection: RtspConnection = new RtspConnection({
      cameraId: this.id,
      target,
      credentials: this.#credentials,
      stream: this.#options.stream,
      clock: this.#clock,
      random: this.#random,
      counters: this.#counters,
      handler: {
        onAccessUnit: (unit) => this.#accessUnit(unit),
        onEnd: (reason, detail) => this.#ended(reason, detail),
      },
    });
    this.#connection = connection;
    connection.open();
  }

  #accessUnit(unit: AccessUnit): void {
    if (this.#streamingSince === undefined) {
      this.#streamingSince = this.#clock.monotonic();
      this.#enter({ kind: 'streaming', since: unit.receivedAt });
    }
    try {
      this.#options.onAccessUnit(unit);
    } catch (error) {
      this.#consumerFailed(error);
    }
  }

  #ended(reason: BlindReason, detail: string): void {
    this.#connection = undefined;
    // Only a stream that lasted counts as a success, so that a camera which dies at once is not asked every second.
    const lastedMs = this.#clock.monotonic() - (this.#streamingSince ?? Number.POSITIVE_INFINITY);
    if (lastedMs >= this.#options.stream.stalledAfterMs) this.#backoff.reset();
    const delayMs = this.#retryDelay(reason);
    this.#metrics?.failure(reason);
    this.#cancelRetry = this.#clock.after(delayMs, () => this.#connect());
    this.#enter({
      kind: 'waiting',
      reason,
      detail,
      retryAt: this.#clock.now() + delayMs,
      attempt: this.#backoff.attempt,
    });
  }

  #retryDelay(reason: BlindReason): number {
    const delayMs = this.#backoff.next();
    if (reason !== 'unauthorized') return delayMs;
    return Math.max(delayMs, Math.round(this.#options.stream.unauthorizedRetryMs * (1 + this.#random() / 2)));
  }

  #enter(state: CameraState): void {
    this.#state = state;
    this.#metrics?.flush(state.kind === 'streaming');
    this.#logState(state);
    try {
      this.#options.onState(state);
    } catch (error) {
      this.#consumerFailed(error);
    }
  }

  #logState(state: CameraState): void {
    const url = this.#target?.url;
    if (state.kind === 'waiting') {
      const code = state.reason === 'stopped' ? undefined : codes[state.reason];
      const { reason, detail, retryAt, attempt } = state;
      this.#log.warn(
        { code, url, reason, detail, attempt, retryAt: new Date(retryAt).toISOString() },
        'camera not seen',
      );
    } else if (state.kind === 'streaming') {
      this.#log.info({ url }, 'camera streaming');
    } else {
      this.#log.debug({ url }, `camera ${state.kind}`);
    }
  }

  /** A consumer's fault must not stop the camera; it is told at most once a second. */
  #consumerFailed(error: unknown): void {
    this.#counters.consumerErrors += 1;
    const now = this.#clock.monotonic();
    if (now - this.#consumerErrorAt < 1000) return;
    this.#consumerErrorAt = now;
    this.#log.error({ err: error }, `a consumer of the camera failed: ${messageOf(error)}`);
  }

  #scheduleFlush(): void {
    if (this.#metrics === undefined) return;
    this.#cancelFlush = this.#clock.after(metricsEveryMs, () => {
      this.#metrics?.flush(this.#state.kind === 'streaming');
      this.#scheduleFlush();
    });
  }
}

/** Configured credentials win over those in the address. */
function credentialsOf(stream: CameraStream, target: RtspTarget, id: CameraId): Credentials | undefined {
  const username = stream.username ?? target.credentials?.username;
  if (username === undefined) return undefined;
  const password =
    stream.password === undefined
      ? (target.credentials?.password ?? '')
      : readSecret(stream.password, `camera ${id}: password`);
  return { username, password };
}
