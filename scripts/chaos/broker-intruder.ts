import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { MqttLink, type MqttMessage } from '../../src/lib/mqtt-link.ts';
import type { FuzzRandom } from '../fuzz/random.ts';

/** Somebody with an account at the broker: says again what nodes have said, and says what they never did. */
export class BrokerIntruder {
  readonly #link: MqttLink;
  readonly #random: FuzzRandom;
  readonly #said = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Newest alert of each node, by its topic’s prefix; the last heard stands last. */
  readonly #heardOf = new Map<string, MqttMessage>();
  #duplicating = false;
  duplicates = 0;

  constructor(options: { url: string; password: string; site: string; random: FuzzRandom }) {
    this.#random = options.random;
    this.#link = new MqttLink({
      broker: {
        url: options.url,
        username: 'replayer',
        password: options.password,
        retryMinMs: 200,
        retryMaxMs: 1_000,
      },
      clientId: `${options.site}.replayer`,
      subscribe: [`mb/v1/${options.site}/+/alert/#`],
      onMessage: (message) => this.#heard(message),
      clock: systemClock,
      log: createLogger('intruder', { write: () => undefined }),
    });
  }

  start(): Promise<void> {
    return this.#link.start(new AbortController().signal);
  }

  async stop(): Promise<void> {
    this.#duplicating = false;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#link.stop();
  }

  /** While set, every alert is said once or twice more, up to three seconds later. */
  set duplicating(on: boolean) {
    this.#duplicating = on;
    if (!on) this.#said.clear();
  }

  /** Says the last alert (of a node) with another signature; the node it spoke for, or undefined when nothing was heard. */
  async forge(node?: string): Promise<string | undefined> {
    const last = node === undefined ? [...this.#heardOf.values()].at(-1) : this.#heardOf.get(node);
    const session = this.#link.session;
    if (last === undefined || session === undefined) return undefined;
    const event = JSON.parse(last.payload.toString('utf8'));
    const { value } = event.data.signature;
    const at = this.#random.below(60);
    event.data.signature.value = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
    // Even without the broker's word it may have arrived.
    await session.publish(last.topic, JSON.stringify(event)).catch(() => undefined);
    return event.data.sequence.node;
  }

  #heard(message: MqttMessage): void {
    const node = message.topic.split('/')[3] ?? '';
    this.#heardOf.delete(node);
    this.#heardOf.set(node, message);
    if (!this.#duplicating) return;
    const text = message.payload.toString('base64');
    if (this.#said.has(text)) return;
    this.#said.add(text);
    for (let count = 1 + this.#random.below(2); count > 0; count -= 1) this.#sayLater(message);
  }

  #sayLater(message: MqttMessage): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.duplicates += 1;
      void this.#link.session?.publish(message.topic, message.payload).catch(() => undefined);
    }, this.#random.below(3_000));
    this.#timers.add(timer);
  }
}
