import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { MqttRefused } from '../../lib/mqtt-refusal.ts';

/** What a message carries, as metrics and health name it. */
export type PublishKind = 'alert' | 'evidence' | 'part' | 'coverage' | 'health';

/** What the broker will not take at present: counted, logged once a reason, told in health until it takes some again. */
export class PublishRefusals {
  readonly #log: Logger;
  readonly #refused: Counter<'kind' | 'reason'>;
  readonly #standing = new Map<PublishKind, MqttRefused>();

  constructor(options: { log: Logger; metrics: Metrics }) {
    this.#log = options.log;
    this.#refused = options.metrics.counter('maplebridge_publish_refused_total', 'Messages the broker refused', [
      'kind',
      'reason',
    ]);
  }

  /** For health: one line a kind. */
  get problems(): string[] {
    return [...this.#standing].map(([kind, { message }]) => `the broker refuses ${kind}: ${message}`);
  }

  /** The broker took one. */
  taken(kind: PublishKind): void {
    if (this.#standing.delete(kind)) this.#log.info({ kind }, 'the broker takes these again');
  }

  /** Why a message was not published; says what the broker refused, undefined where the connection was all there was to it. */
  note(kind: PublishKind, topic: string, error: unknown): MqttRefused | undefined {
    if (!(error instanceof MqttRefused)) {
      this.#log.debug({ topic, reason: messageOf(error) }, 'not published');
      return undefined;
    }
    const { code, reasonCode, message } = error;
    this.#refused.inc({ kind, reason: `0x${reasonCode.toString(16)}` });
    if (this.#standing.get(kind)?.reasonCode !== reasonCode)
      this.#log.error({ code, kind, topic, reasonCode, reason: message }, 'refused by the broker: kept here');
    this.#standing.set(kind, error);
    return error;
  }
}
