import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { MqttBridgeReceiver } from '../../src/gateway/transfer/mqtt-bridge-receiver.ts';
import { MqttBridgeSender } from '../../src/gateway/transfer/mqtt-bridge-sender.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { crossingUsers, newSigningKey } from '../support/crossing.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

test('a sender that loses the broker does not wait for the word it cannot hear any more', async () => {
  const dir = await tempDir('bridge-connection');
  const mosquitto = new Mosquitto([{ username: 'gateway', password: crossingUsers.gateway }]);
  await mosquitto.start();
  const [key, far] = [newSigningKey(), newSigningKey()];
  const senderId = `${key.keyId}.00000001`;
  const broker = { url: mosquitto.url, username: 'gateway', password: crossingUsers.gateway };
  const common = { broker, clock: systemClock, log: createLogger('test') };
  const at = (name: string) => join(dir.path, name);
  let tried = 0;
  const receiver = new MqttBridgeReceiver({
    ...common,
    clientId: 'bridge-in',
    wordKey: far,
    dir: at('inbox'),
    archiveDir: at('archive'),
    quarantineDir: at('quarantine'),
    keys: new KeyRing([key.publicPem()]),
    consumer: {
      position: async () => 0,
      take: async () => {
        tried += 1;
        throw new Error('the desk is down');
      },
      report: async () => {},
    },
    pollMs: 20,
    metrics: new Metrics(),
  });
  const farKeys = new KeyRing([far.publicPem()]);
  const sender = new MqttBridgeSender({ ...common, senderId: () => senderId, farKeys, wordTimeoutMs: 600_000 });
  const { signal } = new AbortController();
  await receiver.start(signal);
  await until(() => receiver.connected, { what: 'the receiver' });
  await sender.start(signal);
  const batch = await encodeBatch({ sender: senderId, number: 1, createdAt: 1, lines: [], evidence: [] }, key);
  let sent: Promise<unknown> | undefined;
  await until(
    () => {
      sent = sender.send(batch).then(
        () => 'taken',
        (error: unknown) => error,
      );
      return until(() => tried > 0, { what: 'the desk to be asked', timeoutMs: 500 }).catch(() => false);
    },
    { what: 'the batch to land' },
  );
  await mosquitto.stop();
  expect(await sent).toMatchObject({ code: expect.stringMatching(/UNREACHABLE$/) });
  await sender.stop();
  await receiver.stop();
  await dir.remove();
});
