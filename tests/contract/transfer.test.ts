import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IntegrityIncident } from '../../src/contracts/ticket-intake.ts';
import type {
  BatchConsumer,
  SealedBatch,
  TransferBatch,
  TransferReceiver,
  TransferSender,
} from '../../src/contracts/transfer.ts';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { FileDropReceiver } from '../../src/gateway/transfer/file-drop-receiver.ts';
import { FileDropSender } from '../../src/gateway/transfer/file-drop-sender.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { newSigningKey } from '../support/crossing.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const key = newSigningKey();
const never = () => new AbortController().signal;

/** What a consumer must be: its position moves only with what it took. */
class Desk implements BatchConsumer {
  readonly taken: TransferBatch[] = [];
  readonly incidents: IntegrityIncident[] = [];
  replayed = 0;
  down = false;
  readonly #positions = new Map<string, number>();

  async position(sender: string): Promise<number> {
    if (this.down) throw new Error('down');
    return this.#positions.get(sender) ?? 0;
  }

  async take(batch: TransferBatch): Promise<'taken' | 'replayed'> {
    if (this.down) throw new Error('down');
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
}

interface Mode {
  sender(): TransferSender;
  receiver(consumer: BatchConsumer): TransferReceiver;
}

/** Every transfer mode stands here and must pass the same tests. */
const modes: Record<string, (dir: string) => Mode> = {
  'file-drop': (dir) => ({
    sender: () => new FileDropSender({ dir: join(dir, 'drop') }),
    receiver: (consumer) =>
      new FileDropReceiver({
        dir: join(dir, 'drop'),
        archiveDir: join(dir, 'archive'),
        quarantineDir: join(dir, 'quarantine'),
        keys: new KeyRing([key.publicPem()]),
        consumer,
        pollMs: 20,
        settleMs: 0,
        gapReportMs: 0,
        clock: systemClock,
        log: createLogger('test'),
        metrics: new Metrics(),
      }),
  }),
};

function batch(number: number, options: { journal?: string; content?: string } = {}): Promise<SealedBatch> {
  const picture = Buffer.from(`picture ${number}`);
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

describe.each(Object.entries(modes))('transfer mode %s', (_name, make) => {
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let mode: Mode;
  let desk: Desk;
  let sender: TransferSender;
  let receiver: TransferReceiver;

  beforeEach(async () => {
    dir = await tempDir('transfer');
    mode = make(dir.path);
    desk = new Desk();
    sender = mode.sender();
    receiver = mode.receiver(desk);
    await sender.start(never());
  });

  afterEach(async () => {
    await sender.stop();
    await receiver.stop();
    await dir.remove();
  });

  const arrived = (...numbers: number[]) =>
    until(() => desk.taken.length >= numbers.length, { what: `batches ${numbers}` }).then(() =>
      expect(desk.numbers()).toEqual(numbers),
    );

  test('carries batches unchanged and in order', async () => {
    await receiver.start(never());
    for (const number of [1, 2, 3]) await sender.send(await batch(number));
    await arrived(1, 2, 3);
    const sent = await batch(2);
    expect(desk.taken[1]?.sha256).toBe(sent.sha256);
    expect(desk.taken[1]?.lines).toEqual(['{"number":2,"content":""}']);
    expect(desk.taken[1]?.evidence[0]?.bytes.toString()).toBe('picture 2');
    // The desk has the last batch a moment before the receiver has counted it.
    await until(() => receiver.status().taken >= 3, { what: 'the receiver to count three batches' });
    expect(receiver.status()).toEqual({ taken: 3, quarantined: 0, gaps: {} });
  });

  test('what was sent while nobody received arrives later', async () => {
    for (const number of [1, 2]) await sender.send(await batch(number));
    await receiver.start(never());
    await arrived(1, 2);
  });

  test('the same batch sent again has no second effect', async () => {
    await receiver.start(never());
    await sender.send(await batch(1));
    await arrived(1);
    await sender.send(await batch(1));
    await sender.send(await batch(2));
    await arrived(1, 2);
  });

  test('waits for a missing number, reports it once, and goes on when it comes', async () => {
    await receiver.start(never());
    await sender.send(await batch(1));
    for (const number of [3, 4]) await sender.send(await batch(number));
    await until(() => desk.incidents.length > 0, { what: 'a report' });
    const [name] = Object.keys(receiver.status().gaps);
    expect(receiver.status().gaps).toEqual({ [name ?? '']: 2 });
    await arrived(1);
    await sender.send(await batch(2));
    await arrived(1, 2, 3, 4);
    expect(desk.incidents.map((incident) => incident.kind)).toEqual(['gap']);
    await until(() => Object.keys(receiver.status().gaps).length === 0, { what: 'the gap to be closed' });
  });

  test('senders do not wait for each other', async () => {
    await receiver.start(never());
    await sender.send(await batch(2));
    await sender.send(await batch(1, { journal: '00000002' }));
    await arrived(1);
  });

  test('a consumer that cannot is asked again, and nothing is lost', async () => {
    desk.down = true;
    await receiver.start(never());
    for (const number of [1, 2]) await sender.send(await batch(number));
    await receiver.stop();
    desk.down = false;
    receiver = mode.receiver(desk);
    await receiver.start(never());
    await arrived(1, 2);
  });

  test('both ends restart', async () => {
    await receiver.start(never());
    await sender.send(await batch(1));
    await arrived(1);
    await receiver.stop();
    await sender.stop();
    sender = mode.sender();
    await sender.start(never());
    await sender.send(await batch(2));
    receiver = mode.receiver(desk);
    await receiver.start(never());
    await arrived(1, 2);
    await receiver.stop();
    await receiver.stop();
  });
});
