import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { BlindReason, CameraState } from '../../src/domain/camera.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { type CameraStream, cameraStreamSchema } from '../../src/edge/ingest/config.ts';
import { RtspCamera } from '../../src/edge/ingest/rtsp-camera.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createLogger, type Logger } from '../../src/lib/log.ts';
import type { Metrics } from '../../src/lib/metrics.ts';
import { until } from './until.ts';

/** What a test may set of a camera. */
export interface CameraUnderTestOptions {
  readonly id?: string;
  readonly stream?: Partial<Omit<CameraStream, 'url'>>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Logger;
  readonly metrics?: Metrics;
  readonly onAccessUnit?: (unit: AccessUnit) => void;
}

/** A real camera client with short waits, and all it said. */
export class CameraUnderTest {
  readonly camera: RtspCamera;
  readonly units: AccessUnit[] = [];
  readonly states: CameraState[] = [];
  readonly #id: string;
  readonly #abort = new AbortController();

  constructor(url: string, options: CameraUnderTestOptions = {}) {
    this.#id = options.id ?? 'cam-1';
    const quick = { retryMinMs: 50, retryMaxMs: 200, unauthorizedRetryMs: 100, responseTimeoutMs: 1000 };
    this.camera = new RtspCamera({
      id: this.#id as CameraId,
      stream: cameraStreamSchema.parse({ url, ...quick, ...options.stream }),
      clock: options.clock ?? systemClock,
      log: options.log ?? createLogger('test'),
      ...(options.random && { random: options.random }),
      ...(options.metrics && { metrics: options.metrics }),
      onAccessUnit: (unit) => {
        this.units.push(unit);
        options.onAccessUnit?.(unit);
      },
      onState: (state) => this.states.push(state),
    });
  }

  async start(): Promise<this> {
    await this.camera.start(this.#abort.signal);
    return this;
  }

  /** Ends it as the process would. */
  abort(): void {
    this.#abort.abort();
  }

  /** The first wait for this reason. */
  blind(reason: BlindReason, timeoutMs = 10_000): Promise<Extract<CameraState, { kind: 'waiting' }>> {
    const find = () => this.states.filter((state) => state.kind === 'waiting').find((state) => state.reason === reason);
    return until(find, { timeoutMs, what: `${this.#id} to be blind: ${reason}` });
  }

  /** Until so many access units have come. */
  async received(count: number, timeoutMs = 10_000): Promise<readonly AccessUnit[]> {
    await until(() => this.units.length >= count, { timeoutMs, what: `${count} access units of ${this.#id}` });
    return this.units;
  }
}
