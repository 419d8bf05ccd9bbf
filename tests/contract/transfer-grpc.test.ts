import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BatchConsumer, TransferBatch } from '../../src/contracts/transfer.ts';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { GrpcReceiver, type GrpcReceiverOptions } from '../../src/gateway/transfer/grpc-receiver.ts';
import { GrpcSender } from '../../src/gateway/transfer/grpc-sender.ts';
import { grpcMessages, loadTransferService } from '../../src/gateway/transfer/grpc-service.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { newSigningKey } from '../support/crossing.ts';
import { type IssuedTls, issueTls } from '../support/issued-tls.ts';
import { tempDir } from '../support/temp-dir.ts';
import { TestAuthority } from '../support/test-authority.ts';
import { until } from '../support/until.ts';

const protoFile = fileURLToPath(new URL('../../proto/maplebridge/transfer/v1/transfer.proto', import.meta.url));
const key = newSigningKey();
const senderId = `${key.keyId}.00000001`;
const common = { clock: systemClock, log: createLogger('test') };
const never = () => new AbortController().signal;

class Desk implements BatchConsumer {
  readonly taken: TransferBatch[] = [];
  position = async () => this.taken.length;
  take = async (batch: TransferBatch) => {
    this.taken.push(batch);
    return 'taken' as const;
  };
  report = async () => {};
}

let authority: Awaited<ReturnType<typeof tempDir>>;
let certificates: Record<'server' | 'client' | 'other' | 'stranger', IssuedTls>;
let dir: Awaited<ReturnType<typeof tempDir>>;
let desk: Desk;
let receiver: GrpcReceiver;
const senders: GrpcSender[] = [];

beforeAll(async () => {
  authority = await tempDir('authority');
  const strangers = await tempDir('strangers');
  const own = new TestAuthority(authority.path);
  certificates = {
    server: issueTls(own, 'deliver'),
    client: issueTls(own, 'collect'),
    other: issueTls(own, 'other'),
    stranger: issueTls(new TestAuthority(strangers.path, 'strangers'), 'collect'),
  };
  await strangers.remove();
});

afterAll(() => authority.remove());

beforeEach(async () => {
  dir = await tempDir('grpc');
  desk = new Desk();
});

afterEach(async () => {
  for (const each of senders.splice(0)) await each.stop();
  await receiver?.stop();
  await dir.remove();
});

async function serve(more: Partial<GrpcReceiverOptions> = {}): Promise<number> {
  receiver = new GrpcReceiver({
    dir: `${dir.path}/inbox`,
    archiveDir: `${dir.path}/archive`,
    quarantineDir: `${dir.path}/quarantine`,
    keys: new KeyRing([key.publicPem()]),
    consumer: desk,
    host: '127.0.0.1',
    port: 0,
    tls: certificates.server,
    clients: [{ fingerprint: certificates.client.fingerprint, senderKeyId: key.keyId }],
    metrics: new Metrics(),
    pollMs: 20,
    ...common,
    ...more,
  });
  await receiver.start(never());
  return Number(receiver.address.split(':').at(-1));
}

async function caller(port: number, more: Partial<ConstructorParameters<typeof GrpcSender>[0]> = {}) {
  const sender = new GrpcSender({
    host: '127.0.0.1',
    port,
    tls: certificates.client,
    senderId: () => senderId,
    retryMinMs: 20,
    retryMaxMs: 100,
    ...common,
    ...more,
  });
  await sender.start(never());
  senders.push(sender);
  return sender;
}

const batch = (number: number, journal = '00000001', signer = key) =>
  encodeBatch({ sender: `${signer.keyId}.${journal}`, number, createdAt: 1, lines: ['{}'], evidence: [] }, signer);

describe('who may call', () => {
  test('a gateway with its certificate', async () => {
    const sender = await caller(await serve());
    await sender.send(await batch(1));
    expect(desk.taken).toHaveLength(1);
  });

  test('not one whose certificate another authority signed', async () => {
    const sender = await caller(await serve(), { tls: { ...certificates.stranger, ca: certificates.client.ca } });
    await expect(sender.send(await batch(1))).rejects.toMatchObject({ code: 'MB_TRANSFER_UNREACHABLE' });
    expect(desk.taken).toEqual([]);
  });

  test('not one without a certificate', async () => {
    const port = await serve();
    const Transfer = loadTransferService();
    const client = new Transfer(`127.0.0.1:${port}`, grpc.credentials.createSsl(certificates.client.ca));
    const ask = client['Ask']?.bind(client) as unknown as (
      request: object,
      done: (error: Error | null) => void,
    ) => void;
    const error = await new Promise<Error | null>((resolve) =>
      ask({ sender: senderId, number: 1, sha256: '' }, resolve),
    );
    client.close();
    expect(error).toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test('not one whose certificate is another gateway’s', async () => {
    const sender = await caller(await serve(), { tls: certificates.other });
    await expect(sender.send(await batch(1))).rejects.toThrow(/PERMISSION_DENIED.*may not send for/);
    expect(desk.taken).toEqual([]);
  });

  test('not for a sender whose key is not trusted', async () => {
    const sender = await caller(await serve());
    await expect(sender.send(await batch(1, '00000001', newSigningKey()))).rejects.toThrow(/is not trusted here/);
  });

  test('a gateway does not talk to a server of another authority', async () => {
    const sender = await caller(await serve({ tls: { ...certificates.stranger, ca: certificates.client.ca } }));
    await expect(sender.send(await batch(1))).rejects.toMatchObject({ code: 'MB_TRANSFER_UNREACHABLE' });
  });

  test('plaintext is spoken on loopback only', async () => {
    const sender = await caller(await serve({ tls: undefined, clients: undefined }), { tls: undefined });
    await sender.send(await batch(1));
    expect(desk.taken).toHaveLength(1);
    await expect(serve({ host: '0.0.0.0', tls: undefined })).rejects.toMatchObject({ code: 'MB_CONFIG_INVALID' });
    await expect(caller(1, { host: 'deliver.example', tls: undefined })).rejects.toMatchObject({
      code: 'MB_CONFIG_INVALID',
    });
  });
});

describe('bounds', () => {
  test('a batch larger than is read is refused before its bytes', async () => {
    const sender = await caller(await serve({ maxFileBytes: 100 }));
    await expect(sender.send(await batch(1))).rejects.toThrow(/RESOURCE_EXHAUSTED.*more than the 100/);
  });

  test('no more batches wait here than allowed', async () => {
    const sender = await caller(await serve({ maxWaiting: 1, waitMs: 10 }));
    void sender.send(await batch(3)).catch(() => {});
    await until(() => receiver.status().stalls.length > 0, { what: 'the gap' });
    await expect(sender.send(await batch(4))).rejects.toThrow(/wait here already/);
  });

  test('bytes that were damaged on their way are asked for again, and nothing is set aside', async () => {
    const sender = await caller(await serve());
    const sealed = await batch(1);
    const bytes = Buffer.from(sealed.bytes);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await expect(sender.send({ ...sealed, bytes })).rejects.toThrow(/damaged on its way/);
    expect(receiver.status().quarantined).toBe(0);
    await sender.send(sealed);
    expect(desk.taken).toHaveLength(1);
  });
});

test('signed documents come back to the gateway they are for', async () => {
  const heard: string[] = [];
  const port = await serve();
  await caller(port, { onDocument: (text) => heard.push(text) });
  await until(() => receiver.sendBack(senderId, '{"hello":1}'), { what: 'the gateway to listen' });
  await until(() => heard.length > 0, { what: 'the document' });
  expect(heard[0]).toBe('{"hello":1}');
  expect(await receiver.sendBack(`${key.keyId}.00000002`, '{}')).toBe(false);
});

describe('proto/', () => {
  test('messages have the fields the code checks', async () => {
    const definition = await load(protoFile, { keepCase: true });
    const messages = Object.entries(definition).flatMap(([name, each]) => {
      const type = 'type' in each ? (each.type as { field?: { name: string }[] }) : undefined;
      return type?.field === undefined ? [] : [[name.split('.').at(-1) ?? '', type.field.map((field) => field.name)]];
    });
    const checked = Object.entries(grpcMessages).map(([name, schema]) => [name, Object.keys(schema.shape)]);
    expect(Object.fromEntries(messages)).toEqual(Object.fromEntries(checked));
  });

  test('every outcome is known', () => {
    const text = readFileSync(protoFile, 'utf8');
    const outcomes = [...text.matchAll(/^ {2}(OUTCOME_\w+) = \d+;$/gm)].map(([, name]) => name);
    expect(grpcMessages.SendResponse.shape.outcome.options).toEqual(outcomes);
  });
});
