import { generateKeyPairSync } from 'node:crypto';
import { type AlertEvent, toAlertEvent } from '../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import { NodeTopics } from '../../src/contracts/topics.ts';
import type { NodeId, Sha256, SiteId } from '../../src/domain/ids.ts';
import { sha256, zeroHash } from '../../src/lib/hash.ts';
import { SigningKey } from '../../src/lib/keys.ts';
import { alertDraft } from '../../tests/support/alert-draft.ts';
import { messageExamples } from '../message-examples.ts';
import { mutate } from './mutate.ts';
import { mutateJson } from './mutate-json.ts';
import type { FuzzRandom } from './random.ts';

/** A message as the broker hands it on. */
export interface FuzzMessage {
  readonly topic: string;
  readonly payload: Buffer;
}

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const topics = new NodeTopics(site, node);

/** A node that speaks the truth beside one that does not. */
export class GatewayCorpus {
  readonly site = site;
  readonly node = node;
  readonly #key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
  readonly keys = new NodeKeys([{ node, pem: this.#key.publicPem() }]);
  readonly #random: FuzzRandom;
  #last: { n: number; hash: Sha256 } = { n: 0, hash: zeroHash };
  /** Newest messages that are good, to be repeated and mutated. */
  readonly #recent: FuzzMessage[] = [];
  readonly #files: FuzzMessage[] = [];

  constructor(random: FuzzRandom) {
    this.#random = random;
    // Signed by nobody we know: what is signed by the node would be its own second chain.
    const stranger = new SigningKey(generateKeyPairSync('ed25519').privateKey);
    for (let count = 0; count < 8; count += 1) this.#remember(this.#sealed(count, stranger).message);
  }

  /** The node’s next alert, with its picture. */
  next(): { event: AlertEvent; messages: FuzzMessage[] } {
    const { event, message, file } = this.#sealed(this.#last.n);
    const { n, hash } = event.data.sequence;
    this.#last = { n, hash };
    this.#remember(message);
    this.#files.push(file);
    if (this.#files.length > 16) this.#files.shift();
    return { event, messages: [message, file] };
  }

  /** Something that is not as it should be, or has been before. */
  bad(): FuzzMessage {
    const random = this.#random;
    const kind = random.below(20);
    const alert = random.pick(this.#recent);
    if (kind < 9)
      return {
        topic: this.#topic(alert.topic),
        payload: mutateJson(alert.payload, random, random.pick(this.#recent).payload),
      };
    if (kind < 11) return { topic: this.#topic(topics.health), payload: this.#mutated('health.json') };
    if (kind < 13) return { topic: this.#topic(topics.coverage), payload: this.#mutated('coverage.json') };
    if (kind < 14) return { topic: this.#topic(topics.ack), payload: this.#mutated('ack.json') };
    // What came before, on its own topic or another.
    if (kind < 15) return { ...alert, topic: this.#topic(alert.topic) };
    const file = this.#files.length === 0 ? alert : random.pick(this.#files);
    if (kind < 17) return { topic: this.#topic(file.topic), payload: mutate(file.payload, random, alert.payload) };
    const hash = random.below(3) === 0 ? (file.topic.split('/').at(-1) as Sha256) : sha256(String(random.next()));
    const sizes = [0, 1, 2_000, 600_000, 2 ** 40, Number.MAX_SAFE_INTEGER];
    const part = { offset: random.pick(sizes), total: random.pick(sizes) };
    // Seldom: a megabyte each is a gigabyte in a thousand.
    const size = random.below(40) === 0 ? 1_100_000 : random.below(4_000);
    return { topic: this.#topic(topics.evidencePart(hash, part)), payload: Buffer.alloc(size, random.below(256)) };
  }

  /** A line of a batch, changed. */
  badLine(line: string): string {
    return mutateJson(Buffer.from(line), this.#random, this.#random.pick(this.#recent).payload)
      .toString('utf8')
      .replaceAll('\n', ' ');
  }

  /** Mostly the topic itself. */
  #topic(topic: string): string {
    const random = this.#random;
    switch (random.below(16)) {
      case 0:
        return mutate(Buffer.from(topic), random, Buffer.from(topics.health)).toString('utf8');
      case 1:
        return topic.replace('edge-1', `edge-${random.below(1_000_000)}`);
      case 2:
        return topic.replace('site-1', random.pick(['site-2', '__proto__', '', '+', '#', 'x'.repeat(70)]));
      case 3:
        return random.pick([
          topics.ack,
          topics.coverage,
          topics.health,
          `${topic}/more`,
          '',
          '/',
          'mb/v1',
          '$SYS/x',
          '\0',
        ]);
      default:
        return topic;
    }
  }

  #mutated(example: string): Buffer {
    const seed = Buffer.from(JSON.stringify(messageExamples[example]));
    return mutateJson(seed, this.#random, this.#random.pick(this.#recent).payload);
  }

  #remember(message: FuzzMessage): void {
    this.#recent.push(message);
    if (this.#recent.length > 32) this.#recent.shift();
  }

  #sealed(n: number, key = this.#key): { event: AlertEvent; message: FuzzMessage; file: FuzzMessage } {
    const picture = Buffer.from(`picture ${n} ${this.#random.next()}`);
    const hash = sha256(picture);
    const named = {
      kind: 'trigger',
      sha256: hash,
      bytes: picture.length,
      mediaType: 'image/jpeg',
      originalSha256: hash,
    } as const;
    const link = { node, n: n + 1, prevHash: n === this.#last.n ? this.#last.hash : zeroHash };
    const event = toAlertEvent(site, sealAlert(alertDraft({ evidence: [named] }), link, key));
    const text = JSON.stringify(event);
    return {
      event: JSON.parse(text),
      message: { topic: topics.alert(event.data.scene), payload: apart(Buffer.from(text)) },
      file: { topic: topics.evidence(hash), payload: apart(picture) },
    };
  }
}

/** In memory of its own: a small buffer that is kept holds all of the pool it was cut from, 64 KiB. */
function apart(bytes: Buffer): Buffer {
  const copy = Buffer.alloc(bytes.length);
  bytes.copy(copy);
  return copy;
}
