import { join } from 'node:path';
import type { BatchConsumer, TransferReceiver, TransferSender } from '../../src/contracts/transfer.ts';
import type { BatchInboxOptions } from '../../src/gateway/transfer/batch-inbox.ts';
import { FileDropReceiver } from '../../src/gateway/transfer/file-drop-receiver.ts';
import { FileDropSender } from '../../src/gateway/transfer/file-drop-sender.ts';
import { GrpcReceiver } from '../../src/gateway/transfer/grpc-receiver.ts';
import { GrpcSender } from '../../src/gateway/transfer/grpc-sender.ts';
import { MqttBridgeReceiver } from '../../src/gateway/transfer/mqtt-bridge-receiver.ts';
import { MqttBridgeSender } from '../../src/gateway/transfer/mqtt-bridge-sender.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { KeyRing, type SigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { crossingUsers, newSigningKey } from './crossing.ts';
import { freePort } from './free-port.ts';
import { type IssuedTls, issueTls } from './issued-tls.ts';
import { Mosquitto } from './mosquitto.ts';
import { tempDir } from './temp-dir.ts';
import { TestAuthority } from './test-authority.ts';
import { until } from './until.ts';

/** Both ends of a transfer mode over one folder; ends made anew are ends after a restart. */
export interface TransferEnds {
  sender(journal?: string): TransferSender;
  receiver(consumer: BatchConsumer, more?: Partial<BatchInboxOptions>): TransferReceiver;
  /** What must have been done once before anything is sent. */
  readonly prepare?: () => Promise<void>;
}

/** A transfer mode under test. */
export interface ModeUnderTest {
  readonly name: string;
  /** `send` resolves only when the far side's consumer has the batch. */
  readonly acknowledged: boolean;
  /** Servers that all tests share. */
  open(): Promise<void>;
  close(): Promise<void>;
  ends(dir: string, key: SigningKey): Promise<TransferEnds>;
}

const common = { clock: systemClock, log: createLogger('test') };

function inbox(dir: string, key: SigningKey, consumer: BatchConsumer): BatchInboxOptions {
  return {
    dir: join(dir, 'inbox'),
    archiveDir: join(dir, 'archive'),
    quarantineDir: join(dir, 'quarantine'),
    keys: new KeyRing([key.publicPem()]),
    consumer,
    pollMs: 20,
    settleMs: 0,
    gapReportMs: 0,
    ...common,
    metrics: new Metrics(),
  };
}

const fileDrop: ModeUnderTest = {
  name: 'file-drop',
  acknowledged: false,
  open: async () => {},
  close: async () => {},
  ends: async (dir, key) => ({
    sender: () => new FileDropSender({ dir: join(dir, 'inbox') }),
    receiver: (consumer, more) => new FileDropReceiver({ ...inbox(dir, key, consumer), ...more }),
  }),
};

class GrpcMode implements ModeUnderTest {
  readonly name = 'grpc';
  readonly acknowledged = true;
  #dir: Awaited<ReturnType<typeof tempDir>> | undefined;
  #certificates: { server: IssuedTls; client: IssuedTls } | undefined;

  async open(): Promise<void> {
    this.#dir = await tempDir('authority');
    const authority = new TestAuthority(this.#dir.path);
    this.#certificates = { server: issueTls(authority, 'deliver'), client: issueTls(authority, 'collect') };
  }

  async close(): Promise<void> {
    await this.#dir?.remove();
  }

  async ends(dir: string, key: SigningKey): Promise<TransferEnds> {
    const certificates = this.#certificates;
    if (certificates === undefined) throw new Error('not opened');
    const place = { host: '127.0.0.1', port: await freePort() };
    const client = { fingerprint: certificates.client.fingerprint, senderKeyId: key.keyId };
    return {
      sender: (journal = '00000001') =>
        new GrpcSender({
          ...place,
          ...common,
          tls: certificates.client,
          senderId: () => `${key.keyId}.${journal}`,
          onDocument: () => {},
          retryMinMs: 20,
          retryMaxMs: 100,
        }),
      receiver: (consumer, more) =>
        new GrpcReceiver({
          ...inbox(dir, key, consumer),
          ...place,
          tls: certificates.server,
          clients: [client],
          waitMs: 200,
          ...more,
        }),
    };
  }
}

class MqttBridgeMode implements ModeUnderTest {
  readonly name: string;
  readonly acknowledged: boolean;
  #broker: Mosquitto | undefined;

  constructor(options: { acknowledged: boolean }) {
    this.acknowledged = options.acknowledged;
    this.name = options.acknowledged ? 'mqtt-bridge, two-way' : 'mqtt-bridge, one-way';
  }

  async open(): Promise<void> {
    this.#broker = new Mosquitto([{ username: 'gateway', password: crossingUsers.gateway }]);
    await this.#broker.start();
  }

  async close(): Promise<void> {
    await this.#broker?.stop();
  }

  async ends(dir: string, key: SigningKey): Promise<TransferEnds> {
    const url = this.#broker?.url ?? '';
    const broker = { url, username: 'gateway', password: crossingUsers.gateway, retryMinMs: 20, retryMaxMs: 100 };
    const wordKey = this.acknowledged ? newSigningKey() : undefined;
    const receiver = (consumer: BatchConsumer, more?: Partial<BatchInboxOptions>) =>
      new MqttBridgeReceiver({
        ...inbox(dir, key, consumer),
        broker,
        clientId: `${key.keyId}.bridge-in`,
        wordKey,
        ...more,
      });
    return {
      sender: (journal = '00000001') =>
        new MqttBridgeSender({
          broker,
          ...common,
          senderId: () => `${key.keyId}.${journal}`,
          farKeys: wordKey === undefined ? undefined : new KeyRing([wordKey.publicPem()]),
          pieceBytes: 65_536,
          wordTimeoutMs: 2_000,
        }),
      receiver,
      // One-way, the broker keeps what comes for those it has met.
      prepare: async () => {
        const first = receiver(new NobodysDesk());
        await first.start(new AbortController().signal);
        await until(() => first.connected, { what: 'the receiver to subscribe' });
        await first.stop();
      },
    };
  }
}

/** A consumer that nothing reaches. */
class NobodysDesk implements BatchConsumer {
  position = () => Promise.resolve(0);
  take = () => Promise.reject(new Error('nothing was sent'));
  report = () => Promise.resolve();
}

/** Every transfer mode. */
export const transferModes: readonly ModeUnderTest[] = [
  fileDrop,
  new GrpcMode(),
  new MqttBridgeMode({ acknowledged: true }),
  new MqttBridgeMode({ acknowledged: false }),
];
