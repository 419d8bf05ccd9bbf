import type { AccessUnit } from '../../domain/access-unit.ts';
import type { BlindReason, CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { readSecret } from '../../lib/config.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { AccessUnitRing } from './access-unit-ring.ts';
import { CameraLife } from './camera-life.ts';
import type { CameraStream } from './config.ts';
import type { ConnectGate } from './connect-gate.ts';
import { createIngestCounters, type IngestCounters } from './ingest-counters.ts';
import { IngestMetrics } from './ingest-metrics.ts';
import { type BreakerConfig, lifeDefaults } from './life-config.ts';
import type { LiveCamera } from './live-camera.ts';
import { type CameraConsumer, PictureOutlet } from './picture-outlet.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { type Credentials, parseRtspUrl, type RtspTarget } from './rtsp-target.ts';

/** Where a stream is right now, or why nobody can say. */
export type Located =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: BlindReason; readonly detail: string };

/** Finds a stream's address before connecting; asked again after every failure. Never rejects. */
export type Locate = (credentials: Credentials | undefined) => Promise<Located>;

/** What a camera needs. Callbacks run on the event loop and must not block; what they throw is counted, not passed on. */
export interface RtspCameraOptions extends CameraConsumer {
  readonly id: CameraId;
  /** With an address, or without one where `locate` finds it. */
  readonly stream: Omit<CameraStream, 'url'> & { readonly url?: string };
  readonly locate?: Locate;
  readonly clock: Clock;
  /** 0–1, for jitter; default `Math.random`. */
  readonly random?: () => number;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Shared by the cameras of an event loop; without one it connects at once. */
  readonly gate?: ConnectGate;
  readonly breaker?: BreakerConfig;
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

/**
 * One camera: keeps a session to it for ever and always knows why it is blind. When to try is the matter of
 * `CameraLife`; whether pictures still come that of `RtspConnection`, whose watchdog looks at pictures, not at bytes.
 */
export class RtspCamera implements LiveCamera {
  readonly id: CameraId;
  readonly #options: RtspCameraOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #counters = createIngestCounters();
  readonly #life: CameraLife;
  readonly #metrics: IngestMetrics | undefined;
  readonly #outlet: PictureOutlet;
  readonly #random: () => number;
  #target: RtspTarget | undefined;
  #credentials: Credentials | undefined;
  #connection: RtspConnection | undefined;
  /** Counts tries, so that an address found too late belongs to none. */
  #try = 0;
  #cancelFlush: (() => void) | undefined;
  #signal: AbortSignal | undefined;
  #stopping: Promise<void> | undefined;
  readonly #onAbort = () => void this.stop();

  constructor(options: RtspCameraOptions) {
    const { id, stream, clock, log, metrics, gate } = options;
    this.id = id;
    this.#options = options;
    this.#clock = clock;
    this.#random = options.random ?? Math.random;
    this.#log = log.child({ camera: id });
    this.#metrics = metrics && new IngestMetrics(metrics, id, this.#counters);
    this.#outlet = new PictureOutlet({
      consumer: options,
      clock,
      log: this.#log,
      onFault: () => {
        this.#counters.consumerErrors += 1;
      },
    });
    this.#life = new CameraLife({
      timing: stream,
      breaker: options.breaker ?? lifeDefaults,
      gate,
      clock,
      random: this.#random,
      onConnect: () => this.#connect(),
      onState: (state) => this.#changed(state),
    });
  }

  /** Where the connection stands. */
  get state(): CameraState {
    return this.#life.state;
  }

  /** What was counted since construction; live, not to be written. */
  get counters(): Readonly<IngestCounters> {
    return this.#counters;
  }

  /** The recent past, where it is kept. */
  get recent(): AccessUnitRing | undefined {
    return this.#outlet.recent;
  }

  /** The newest picture that decodes alone. */
  latestKeyframe(): AccessUnit | undefined {
    return this.#outlet.latestKeyframe;
  }

  /**
   * Begins to connect and resolves at once; a camera that cannot be reached is a state, not an error.
   * @throws AppError MB_CONFIG_INVALID when the address is none or the password's variable or file is missing.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.state.kind !== 'idle' || signal.aborted) return;
    const { stream, locate } = this.#options;
    this.#target = stream.url === undefined ? undefined : parseRtspUrl(stream.url);
    if (this.#target === undefined && locate === undefined)
      throw new AppError('MB_CONFIG_INVALID', `camera ${this.id}: url is no rtsp:// address`);
    this.#credentials = credentialsOf(stream, this.#target, this.id);
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#scheduleFlush();
    this.#life.begin();
  }

  /** Tears the session down; idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  async #shutDown(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#cancelFlush?.();
    this.#try += 1;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#life.stop();
    this.#outlet.clear();
    await connection?.close();
    this.#metrics?.remove();
  }

  #connect(): void {
    this.#try += 1;
    if (this.#target !== undefined) this.#open(this.#target);
    else void this.#locate(this.#try);
  }

  async #locate(thisTry: number): Promise<void> {
    const located = await this.#options.locate?.(this.#credentials);
    if (thisTry !== this.#try || located === undefined) return;
    const target = located.ok ? parseRtspUrl(located.url) : undefined;
    if (target !== undefined) {
      this.#target = target;
      this.#open(target);
    } else if (located.ok) this.#life.ended('refused', 'the camera names an address that is none');
    else this.#life.ended(located.reason, located.detail);
  }

  #open(target: RtspTarget): void {
    const connection: RtspConnection = new RtspConnection({
      cameraId: this.id,
      target,
      credentials: this.#credentials,
      stream: { ...this.#options.stream, url: target.url },
      clock: this.#clock,
      random: this.#random,
      counters: this.#counters,
      handler: {
        wanted: (kind) => this.#outlet.wanted(kind),
        onAccessUnit: (unit) => this.#accessUnit(unit),
        onPassed: (kind, bytes, receivedAt) => {
          this.#seen(receivedAt);
          this.#outlet.passed(kind, bytes);
        },
        onEnd: (reason, detail) => this.#ended(reason, detail),
      },
    });
    this.#connection = connection;
    connection.open();
  }

  /** A picture came whole, wanted or not. */
  #seen(receivedAt: UtcMs): void {
    if (this.state.kind === 'connecting') this.#life.streaming(receivedAt);
  }

  #accessUnit(unit: AccessUnit): void {
    this.#seen(unit.receivedAt);
    this.#outlet.push(unit);
  }

  #ended(reason: BlindReason, detail: string): void {
    this.#connection = undefined;
    // The address may have changed with the camera: it is asked for again.
    if (this.#options.locate !== undefined) this.#target = undefined;
    this.#life.ended(reason, detail);
  }

  #changed(state: CameraState): void {
    if (state.kind === 'waiting') this.#metrics?.failure(state.reason);
    this.#metrics?.flush(state.kind === 'streaming');
    this.#logState(state);
    this.#outlet.tell(state);
  }

  #logState(state: CameraState): void {
    const url = this.#target?.url;
    if (state.kind === 'waiting') {
      const code = state.reason === 'stopped' ? undefined : codes[state.reason];
      const { reason, detail, attempt, breakerOpen } = state;
      const retryAt = new Date(state.retryAt).toISOString();
      this.#log.warn({ code, url, reason, detail, attempt, breakerOpen, retryAt }, 'camera not seen');
    } else if (state.kind === 'streaming') {
      this.#log.info({ url }, 'camera streaming');
    } else {
      this.#log.debug({ url }, `camera ${state.kind}`);
    }
  }

  #scheduleFlush(): void {
    if (this.#metrics === undefined) return;
    this.#cancelFlush = this.#clock.after(metricsEveryMs, () => {
      this.#metrics?.flush(this.state.kind === 'streaming');
      this.#scheduleFlush();
    });
  }
}

/** Configured credentials win over those in the address. */
function credentialsOf(
  stream: RtspCameraOptions['stream'],
  target: RtspTarget | undefined,
  id: CameraId,
): Credentials | undefined {
  const username = stream.username ?? target?.credentials?.username;
  if (username === undefined) return undefined;
  const password =
    stream.password === undefined
      ? (target?.credentials?.password ?? '')
      : readSecret(stream.password, `camera ${id}: password`);
  return { username, password };
}
