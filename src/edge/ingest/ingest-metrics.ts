import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { createIngestCounters, type IngestCounters } from './ingest-counters.ts';

/** Counters that are exposed, and as what. */
const exposed = {
  bytes: ['maplebridge_ingest_bytes_total', 'Bytes read from cameras.'],
  packets: ['maplebridge_ingest_packets_total', 'RTP packets received.'],
  lostPackets: ['maplebridge_ingest_lost_packets_total', 'RTP packets missing by their sequence numbers.'],
  malformedPackets: ['maplebridge_ingest_malformed_packets_total', 'Truncated or contradictory RTP or RTCP packets.'],
  accessUnits: ['maplebridge_ingest_access_units_total', 'Pictures received whole.'],
  damagedUnits: ['maplebridge_ingest_damaged_units_total', 'Pictures dropped because a part was missing.'],
  reorderedPackets: ['maplebridge_ingest_reordered_packets_total', 'RTP packets over UDP put back in their place.'],
  passedUnits: ['maplebridge_ingest_passed_units_total', 'Whole pictures that nobody wanted, dropped without a copy.'],
  parameterSetChanges: ['maplebridge_ingest_parameter_set_changes_total', 'Changes of resolution or profile.'],
  skippedUnits: ['maplebridge_ingest_skipped_units_total', 'Pictures dropped while waiting for a keyframe.'],
} as const satisfies Partial<Record<keyof IngestCounters, readonly [string, string]>>;

type Exposed = keyof typeof exposed;

/** One camera's share of the process's metrics; fed now and then, not by every packet. */
export class IngestMetrics {
  readonly #camera: CameraId;
  readonly #counters: IngestCounters;
  readonly #told = createIngestCounters();
  readonly #totals;
  readonly #streaming;
  readonly #failures;
  readonly #reasons = new Set<BlindReason>();

  constructor(metrics: Metrics, camera: CameraId, counters: IngestCounters) {
    this.#camera = camera;
    this.#counters = counters;
    this.#totals = (Object.keys(exposed) as Exposed[]).map((key) => ({
      key,
      counter: metrics.counter(exposed[key][0], exposed[key][1], ['camera']),
    }));
    this.#streaming = metrics.gauge('maplebridge_ingest_streaming', '1 while pictures come.', ['camera']);
    this.#failures = metrics.counter('maplebridge_ingest_failures_total', 'Connections that ended, by reason.', [
      'camera',
      'reason',
    ]);
  }

  /** Adds what was counted since the last call. */
  flush(streaming: boolean): void {
    for (const { key, counter } of this.#totals) {
      counter.inc({ camera: this.#camera }, this.#counters[key] - this.#told[key]);
      this.#told[key] = this.#counters[key];
    }
    this.#streaming.set({ camera: this.#camera }, streaming ? 1 : 0);
  }

  /** A connection ended. */
  failure(reason: BlindReason): void {
    this.#reasons.add(reason);
    this.#failures.inc({ camera: this.#camera, reason });
  }

  /** Forgets the camera. */
  remove(): void {
    for (const { counter } of this.#totals) counter.remove({ camera: this.#camera });
    this.#streaming.remove({ camera: this.#camera });
    for (const reason of this.#reasons) this.#failures.remove({ camera: this.#camera, reason });
  }
}
