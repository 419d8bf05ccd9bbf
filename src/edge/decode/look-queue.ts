import type { AccessUnit } from '../../domain/access-unit.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import type { DecodeFailure, LookAsk, LookResult } from './decode-result.ts';
import type { PoolJob } from './pool-job.ts';
import type { PoolMetrics } from './pool-metrics.ts';

/** What a picture is for: `evidence` of an alert goes before any `look` that may raise one. */
export type DecodePriority = 'look' | 'evidence';

/**
 * Looks at keyframes that wait for a thread. Evidence and looks wait apart and a full queue drops its own oldest job, so
 * that no overload of looks takes an alert's picture away.
 */
export class LookQueue {
  readonly #queues: Readonly<Record<DecodePriority, BoundedQueue<PoolJob>>>;
  readonly #metrics: PoolMetrics;

  constructor(capacity: number, metrics: PoolMetrics) {
    this.#queues = {
      evidence: new BoundedQueue(capacity, 'drop-oldest'),
      look: new BoundedQueue(capacity, 'drop-oldest'),
    };
    this.#metrics = metrics;
  }

  /** Adds a look at a keyframe, which `id` names. */
  add(id: number, unit: AccessUnit, ask: LookAsk, priority: DecodePriority): Promise<LookResult> {
    return new Promise((resolve) => {
      const queue = this.#queues[priority];
      if (queue.size === queue.capacity) {
        queue.shift()?.failed({ ok: false, reason: 'overloaded', detail: `${queue.capacity} were waiting` });
      }
      queue.push(this.#job(id, unit, ask, priority, resolve));
      this.#count();
    });
  }

  /** The job that has waited longest. */
  next(priority: DecodePriority): PoolJob | undefined {
    const job = this.#queues[priority].shift();
    if (job !== undefined) this.#count();
    return job;
  }

  /** Takes everything. */
  drain(): PoolJob[] {
    return Object.values(this.#queues).flatMap((queue) => queue.drain());
  }

  #job(
    id: number,
    unit: AccessUnit,
    ask: LookAsk,
    priority: DecodePriority,
    resolve: (result: LookResult) => void,
  ): PoolJob {
    return {
      id,
      camera: unit.cameraId,
      movable: true,
      pack: (lane) => {
        const [data = new Uint8Array()] = lane.fill([unit.data]);
        return { kind: 'look', id, codec: unit.codec, data, exact: priority === 'evidence', ask };
      },
      answered: (answer) => {
        if (answer.kind !== 'look') return;
        const { result, stages } = answer;
        this.#metrics.keyframes.inc({ result: result.ok ? 'ok' : result.reason });
        this.#metrics.observe(result, stages);
        resolve(result);
      },
      failed: (failure: DecodeFailure) => {
        this.#metrics.keyframes.inc({ result: failure.reason });
        resolve(failure);
      },
    };
  }

  #count(): void {
    this.#metrics.waiting.set(this.#queues.evidence.size + this.#queues.look.size);
  }
}
