import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoConfigText } from '../../src/cli/demo-files.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { CliProcess } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { streetEdgeText } from '../support/street-config.ts';
import { tempDir } from '../support/temp-dir.ts';

const mark = (what: string) => `mark${what}${randomBytes(8).toString('hex')}`;
const secrets = { broker: mark('broker'), camera: mark('camera'), database: mark('database'), url: mark('url') };

let dir: Awaited<ReturnType<typeof tempDir>>;
let broker: Mosquitto;
const at = (name: string) => join(dir.path, name);

beforeAll(async () => {
  dir = await tempDir('secrets');
  for (const name of ['node', 'collect', 'deliver', 'audit']) generateSigningKey(at(`keys/${name}.pem`));
  writeFileSync(at('secret'), secrets.broker);
  writeFileSync(at('camera'), secrets.camera);
  // The broker knows the gateway by another password than the one that is marked.
  broker = new Mosquitto([{ username: 'gateway', password: 'another-4471' }]);
  await broker.start();
});

afterAll(async () => {
  await broker.stop();
  await dir.remove();
});

/** Runs a service at the finest log level until it has said what went wrong; returns all that it printed. */
async function printed(service: string, text: string, says: RegExp): Promise<string> {
  const path = at(`${service}-${sha256(text).slice(0, 8)}.yaml`);
  writeFileSync(path, text);
  const child = new CliProcess([service, '--config', path], { MAPLEBRIDGE_LOG: 'trace' });
  try {
    await child.says(says);
  } finally {
    await child.terminate();
  }
  return child.output;
}

/** Every marked secret and the body of every private key, as they would stand in a log. */
function mustNotAppear(): string[] {
  const keys = ['node', 'collect', 'deliver', 'audit'].map(
    (name) => readFileSync(at(`keys/${name}.pem`), 'utf8').split('\n')[1],
  );
  const plain = Object.values(secrets);
  return [...plain, ...plain.map((text) => Buffer.from(text).toString('base64')), ...keys.map(String), 'PRIVATE KEY'];
}

function expectClean(output: string): void {
  expect(output.length).toBeGreaterThan(20);
  for (const secret of mustNotAppear()) expect(output.includes(secret), secret.slice(0, 12)).toBe(false);
}

test('the gateway with a wrong password, and with a broker that does not speak TLS', async () => {
  const text = (url: string) =>
    `${demoConfigText('collect', { dir: dir.path, mqttUrl: url }).replace(/^embeddedBroker:\n(?: .*\n)+/m, '')}\nhttp: { port: 0 }\n`;
  expectClean(await printed('collect', text(broker.url), /broker not reachable/));
  expectClean(await printed('collect', text(broker.url.replace('mqtt:', 'mqtts:')), /broker not reachable/));
});

test('a node with its broker down, its cameras away, and an address that holds a password', async () => {
  const [mqtt, rtsp] = [await freePort(), await freePort()];
  const text = streetEdgeText({ dir: dir.path, mqttUrl: `mqtt://127.0.0.1:${mqtt}`, rtspPort: rtsp })
    .replace(/^detect:\n(?: .*\n)+/m, '')
    .replaceAll(
      `username: demo, password: { file: ${dir.path}/secret }`,
      `username: demo, password: { file: ${at('camera')} }`,
    );
  expect(text).toContain(at('camera'));
  const withPassword = text.replace('rtsp://127.0.0.1', `rtsp://demo:${secrets.url}@127.0.0.1`);
  expect(withPassword).toContain(secrets.url);
  expectClean(await printed('edge', `${withPassword}\nhttp: { port: 0 }\n`, /broker not reachable/));
});

test('a desk whose database is away', async () => {
  writeFileSync(at('postgres-url'), `postgres://desk:${secrets.database}@127.0.0.1:${await freePort()}/desk`);
  const text = demoConfigText('desk', { dir: dir.path, mqttUrl: broker.url })
    .replace(/database: \{ kind: embedded.*\}/, `database: { kind: postgres, url: { file: ${at('postgres-url')} } }`)
    .replace('port: 8080', 'port: 0')
    .replace(/tokenSha256: [0-9a-f]{64}/g, () => `tokenSha256: ${sha256(randomBytes(8))}`);
  expect(text).toContain('kind: postgres');
  expectClean(await printed('desk', text, /MB_DATABASE|ECONNREFUSED|not reachable/));
});
