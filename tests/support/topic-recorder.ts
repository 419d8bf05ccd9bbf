import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { MqttLink } from '../../src/lib/mqtt-link.ts';
import { AsyncApiContract } from './asyncapi-contract.ts';
import { until } from './until.ts';

const contract = new AsyncApiContract();

/** Hears everything of a site on a test’s broker and holds it against the AsyncAPI document. */
export class TopicRecorder {
  readonly #link: MqttLink;
  /** Messages by channel. */
  readonly heard = new Map<string, number>();
  readonly problems: string[] = [];

  /** `access`: an account that may hear all, that of the gateway as a rule. */
  constructor(site: string, access: { url: string; username: string; password: string }) {
    this.#link = new MqttLink({
      broker: { ...access, retryMinMs: 20, retryMaxMs: 100 },
      clientId: 'recorder',
      subscribe: [`mb/v1/${site}/#`],
      onMessage: ({ topic, payload, retained }) => {
        // Retained and empty: how a retained message is taken back.
        if (retained && payload.length === 0) return;
        const channel = contract.channelOf(topic) ?? 'unknown';
        this.heard.set(channel, (this.heard.get(channel) ?? 0) + 1);
        const problem = contract.problem(topic, payload);
        if (problem !== undefined) this.problems.push(problem);
      },
      clock: systemClock,
      log: createLogger('recorder'),
    });
  }

  /** Resolves at once, broker or not. */
  start(): Promise<void> {
    return this.#link.start(new AbortController().signal);
  }

  async connected(): Promise<void> {
    await until(() => this.#link.session, { what: 'the recorder’s connection' });
  }

  /** Ends it; throws with every message that the document does not allow. */
  async stop(): Promise<void> {
    await this.#link.stop();
    if (this.problems.length > 0) throw new Error(`against the AsyncAPI document:\n${this.problems.join('\n')}`);
  }
}
