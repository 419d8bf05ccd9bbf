import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IntegrityIncident } from '../../src/contracts/ticket-intake.ts';
import type {
  BatchConsumer,
  SealedBatch,
  TransferBatch,
  TransferReceiver,
  TransferSender,
} from '../../src/contracts/transfer.ts';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { sha256 } from '../../src/lib/hash.ts';
import type { SigningKey } from '../../src/lib/keys.ts';
import { newSigningKey } from '../support/crossing.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type TransferEnds, transferModes } from '../support/transfer-modes.ts';
import { until } from '../support/until.ts';

const never = () => new AbortController().signal;

/** What a consumer must be: its position moves only with what it took. */
class Desk implements BatchConsumer {
  readonly taken: TransferBatch[] = [];
  readonly incidents: IntegrityIncident[] = [];
  replayed = 0;
  down = false;
  /** Tries while it was down. */
  tried = 0;
  readonly #positions = new Map<string, number>();

  async position(sender: string): Promise<number> {
    this.#reach();
    return this.#positions.get(sender) ?? 0;
  }

  async take(batch: TransferBatch): Promise<'taken' | 'replayed'> {
    this.#reach();
    const { sender, number } = batch.manifest;
    if (number <= (this.#positions.get(sender) ?? 0)) {
      this.replayed += 1;
      return 'replayed';
    }
    this.taken.push(batch);
    this.#positions.set(sender, number);
    return 'taken';
  }

  async report(_sender: string, incident: IntegrityIncident): Promise<void> {
    this.incidents.push(incident);
  }

  numbers(): number[] {
    return this.taken.map((batch) => batch.manifest.number);
  }

  #reach(): void {
    if (!this.down) return;
    this.tried += 1;
    throw new Error('down');
  }
}

describe.each(transferModes.map((mode) => [mode.name, mode] as const))('transfer mode %s', (_name, mode) => {
  let key: SigningKey;
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let ends: TransferEnds;
  let desk: Desk;
  let sender: TransferSender;
  let receiver: TransferReceiver;
  let posting: AbortController;
  const posts = new Set<Promise<void>>();

  beforeAll(() => mode.open());
  afterAll(() => mode.close());

  beforeEach(async () => {
    dir = await tempDir('transfer');
    key = newSigningKey();
    ends = await mode.ends(dir.path, key);
    posting = new AbortController();
    desk = new Desk();
    sender = ends.sender();
    receiver = ends.receiver(desk);
    await ends.prepare?.();
    await sender.start(never());
  });

  afterEach(async () => {
    posting.abort();
    await sender.stop();
    await Promise.all(posts);
    await receiver.stop();
    await dir.remove();
  });

  function batch(number: number, options: { journal?: string; content?: string; evidence?: Buffer } = {}) {
    const picture = options.evidence ?? Buffer.from(`picture ${number}`);
    return encodeBatch(
      {
        sender: `${key.keyId}.${options.journal ?? '00000001'}`,
        number,
        createdAt: number,
        lines: [JSON.stringify({ number, content: options.content ?? '' })],
        evidence: [{ sha256: sha256(picture), bytes: picture }],
      },
      key,
    );
  }

  /** Sends until it was accepted, as the batcher does; nobody waits for it. */
  function post(sealed: SealedBatch): void {
    const { signal } = posting;
    const work = (async () => {
      while (!signal.aborted) {
        const sent = await sender.send(sealed).then(
          () => true,
          () => false,
        );
        if (sent) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    posts.add(work);
    void work.finally(() => posts.delete(work));
  }

  /** Sends something bad until the far side has set it aside; says how the sender was told of it, if it was. */
  async function offer(bad: SealedBatch): Promise<string> {
    const told = await until(
      () =>
        sender.send(bad).then(
          () => 'accepted',
          (error: Error) => (error.message.includes('refused batch') ? error.message : undefined),
        ),
      { what: 'the far side to be reached' },
    );
    await until(() => receiver.status().quarantined === 1, { what: 'quarantine' });
    return told;
  }

  const posted = () => until(() => posts.size === 0, { what: 'everything to be accepted', timeoutMs: 30_000 });
  const arrived = (...numbers: number[]) =>
    until(() => desk.taken.length >= numbers.length, { what: `batches ${numbers}`, timeoutMs: 30_000 }).then(() =>
      expect(desk.numbers()).toEqual(numbers),
    );

  test('carries batches unchanged and in order', async () => {
    await receiver.start(never());
    for (const number of [1, 2, 3]) {
      post(await batch(number));
      await posted();
    }
    await arrived(1, 2, 3);
    const sent = await batch(2);
    expect(desk.taken[1]?.sha256).toBe(sent.sha256);
    expect(desk.taken[1]?.lines).toEqual(['{"number":2,"content":""}']);
    expect(desk.taken[1]?.evidence[0]?.bytes.toString()).toBe('picture 2');
    // The desk has the last batch a moment before the receiver has counted it.
    await until(() => receiver.status().taken >= 3, { what: 'the receiver to count three batches' });
    expect(receiver.status()).toMatchObject({ taken: 3, quarantined: 0, gaps: {}, stalls: [] });
  });

  test('what was sent while nobody received arrives later', async () => {
    for (const number of [1, 2]) post(await batch(number));
    await receiver.start(never());
    await arrived(1, 2);
  });

  test('the same batch sent again has no second effect', async () => {
    await receiver.start(never());
    post(await batch(1));
    await arrived(1);
    post(await batch(1));
    await until(() => desk.replayed >= 1, { what: 'the replay to be recognised' });
    post(await batch(2));
    await arrived(1, 2);
    await posted();
  });

  test('the same batch twice at once has one effect', async () => {
    await receiver.start(never());
    for (const number of [1, 1, 2, 2]) post(await batch(number));
    await arrived(1, 2);
    await posted();
  });

  test('waits for a missing number, reports it once, and goes on when it comes', async () => {
    await receiver.start(never());
    post(await batch(1));
    await arrived(1);
    for (const number of [4, 3]) post(await batch(number));
    await until(() => desk.incidents.length > 0, { what: 'a report' });
    const [name] = Object.keys(receiver.status().gaps);
    expect(receiver.status().gaps).toEqual({ [name ?? '']: 2 });
    expect(receiver.status().stalls).toMatchObject([{ sender: name, number: 2, reason: 'gap' }]);
    await arrived(1);
    post(await batch(2));
    await arrived(1, 2, 3, 4);
    const kinds = desk.incidents.map((incident) => incident.kind);
    expect(kinds.every((kind) => kind === 'gap')).toBe(true);
    expect(kinds.length).toBeLessThanOrEqual(2);
    await until(() => receiver.status().stalls.length === 0, { what: 'the gap to be closed' });
    await posted();
  });

  test('senders do not wait for each other', async () => {
    await receiver.start(never());
    post(await batch(2));
    const other = ends.sender('00000002');
    await other.start(never());
    const sealed = await batch(1, { journal: '00000002' });
    await until(
      () =>
        other.send(sealed).then(
          () => true,
          () => false,
        ),
      { what: 'the other sender' },
    );
    await arrived(1);
    await other.stop();
  });

  test('a consumer that cannot is asked again, and nothing is lost', async () => {
    desk.down = true;
    await receiver.start(never());
    for (const number of [1, 2]) post(await batch(number));
    await until(() => desk.tried > 0, { what: 'a try' });
    await until(() => receiver.status().stalls.some(({ reason }) => reason === 'consumer'), { what: 'the stall' });
    desk.down = false;
    await arrived(1, 2);
    await posted();
    expect(receiver.status().stalls).toEqual([]);
  });

  test('a receiver restarted while its consumer was down still has what it was given', async () => {
    desk.down = true;
    await receiver.start(never());
    for (const number of [1, 2]) post(await batch(number));
    await until(() => desk.tried > 0, { what: 'a try' });
    await receiver.stop();
    desk.down = false;
    receiver = ends.receiver(desk);
    await receiver.start(never());
    await arrived(1, 2);
    await posted();
  });

  test('both ends restart', async () => {
    await receiver.start(never());
    post(await batch(1));
    await arrived(1);
    await posted();
    await receiver.stop();
    await sender.stop();
    sender = ends.sender();
    await sender.start(never());
    post(await batch(2));
    receiver = ends.receiver(desk);
    await receiver.start(never());
    await arrived(1, 2);
    await receiver.stop();
    await receiver.stop();
  });

  test('the sender is stopped while it sends, and its successor sends the rest', async () => {
    desk.down = true;
    await receiver.start(never());
    const large = await batch(1, { evidence: randomBytes(3_000_000) });
    const first = sender.send(large).then(
      () => 'sent',
      () => 'not sent',
    );
    await sender.stop();
    await first;
    await expect(
      sender.send(large).then(
        () => mode.name === 'file-drop',
        () => true,
      ),
    ).resolves.toBe(true);
    desk.down = false;
    sender = ends.sender();
    await sender.start(never());
    for (const each of [large, await batch(2)]) post(each);
    await arrived(1, 2);
    expect(desk.taken[0]?.sha256).toBe(large.sha256);
    await posted();
  });

  test('a batch of several megabytes', async () => {
    await receiver.start(never());
    const clip = randomBytes(9_000_000);
    post(await batch(1, { evidence: clip }));
    await arrived(1);
    expect(desk.taken[0]?.evidence[0]?.bytes.equals(clip)).toBe(true);
    await posted();
  });

  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    truncated: (bytes) => bytes.subarray(0, bytes.length - 20),
    corrupted: (bytes) => {
      const copy = Buffer.from(bytes);
      copy[copy.length - 10] = (copy[copy.length - 10] ?? 0) ^ 0xff;
      return copy;
    },
    'not a batch at all': () => Buffer.from('hello'),
  };

  test.each(Object.entries(damages))('%s: set aside and reported; a good copy is taken', async (_what, damage) => {
    await receiver.start(never());
    const good = await batch(1);
    const bytes = damage(Buffer.from(good.bytes));
    // The wire is good: it is what the sender has that is bad.
    const refused = await offer({ ...good, bytes, sha256: sha256(bytes) });
    if (mode.acknowledged) expect(refused).toContain('the far side refused batch 1');
    expect(desk.incidents.map(({ kind }) => kind)).toEqual(['bad-batch']);
    expect(desk.taken).toEqual([]);
    post(good);
    await arrived(1);
    await posted();
  });

  test('signed by a stranger: nothing of it reaches the desk', async () => {
    await receiver.start(never());
    const stranger = newSigningKey();
    const evidence = [{ sha256: sha256('x'), bytes: Buffer.from('x') }];
    const own = await batch(1);
    const forged = await encodeBatch(
      { sender: own.sender, number: 1, createdAt: 1, lines: ['{}'], evidence },
      stranger,
    );
    await offer(forged);
    expect(desk.taken).toEqual([]);
    post(own);
    await arrived(1);
    expect(desk.taken[0]?.sha256).toBe(own.sha256);
  });

  test('a number used twice: the second is set aside', async () => {
    await receiver.start(never());
    post(await batch(1, { content: 'first' }));
    await arrived(1);
    await posted();
    await offer(await batch(1, { content: 'second' }));
    expect(desk.taken).toHaveLength(1);
    expect(desk.incidents[0]?.detail).toContain('number used before for other content');
  });

  test('many batches after a long silence of the receiver, each once and in order', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
    for (const number of numbers) post(await batch(number));
    await receiver.start(never());
    await arrived(...numbers);
    await posted();
  });

  if (mode.acknowledged) {
    test('nothing is acknowledged before the desk has it', async () => {
      desk.down = true;
      await receiver.start(never());
      post(await batch(1));
      await until(() => desk.tried > 2, { what: 'tries' });
      expect(posts.size).toBe(1);
      desk.down = false;
      await posted();
      expect(desk.numbers()).toEqual([1]);
    });
  }
});
