import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { OutboxStore } from '../../src/edge/publish/outbox-store.ts';
import { decodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { batchName, parseBatchName } from '../../src/gateway/transfer/batch-name.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { sha256, zeroHash } from '../../src/lib/hash.ts';
import { KeyRing } from '../../src/lib/keys.ts';
import { tempDir } from '../support/temp-dir.ts';

const outboxWorker = new URL('../support/outbox-worker.ts', import.meta.url);
const batcherWorker = new URL('../support/batcher-worker.ts', import.meta.url);
const node = 'edge-1' as NodeId;
const keys = new NodeKeys([{ node, pem: demoSigningKey('node').publicPem() }]);

let dir: Awaited<ReturnType<typeof tempDir>>;

beforeEach(async () => {
  dir = await tempDir('kill');
});

afterEach(() => dir.remove());

/** Runs a worker until it has printed `lines` lines, then SIGKILL; returns what it printed: number → hash. */
function runAndKill(worker: URL, lines: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, [fileURLToPath(worker), dir.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== null) reject(new Error(`${worker} ended by itself with ${code}`));
      const whole = text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '));
      resolve(new Map(whole.map(([n, hash]) => [Number(n), hash ?? ''])));
    });
  });
}

function expectChain(alerts: readonly Alert[], promised: ReadonlyMap<number, string>): void {
  let last: string = zeroHash;
  for (const [index, alert] of alerts.entries()) {
    expect(alert.sequence.n).toBe(index + 1);
    expect(alert.sequence.prevHash).toBe(last);
    expect(keys.check(alert)).toBe('valid');
    last = alert.sequence.hash;
  }
  for (const [n, hash] of promised) expect(alerts[n - 1]?.sequence.hash, `alert ${n}`).toBe(hash);
}

describe('SIGKILL', () => {
  test('of a node: every alert it spoke of is on disk, in one unbroken chain', async () => {
    const promised = new Map<number, string>();
    for (const lines of [1, 7, 23, 40]) {
      for (const [n, hash] of await runAndKill(outboxWorker, lines)) {
        expect(promised.has(n), `number ${n} given twice`).toBe(false);
        promised.set(n, hash);
      }
    }
    const store = new OutboxStore(join(dir.path, 'outbox.db'), 'site-1' as SiteId, node, 1e9);
    expectChain(store.alertsAfter(0, 1e6), promised);
    store.close();
  });

  test('of the collecting gateway: files without holes, each alert in one of them, a number never for two contents', async () => {
    const promised = new Map<number, string>();
    const seen = new Map<string, string>();
    for (const lines of [3, 11, 30, 52, 80]) {
      for (const [n, hash] of await runAndKill(batcherWorker, lines)) promised.set(n, hash);
      await noteFiles(seen);
    }
    const names = [...seen.keys()].sort();
    const sender = parseBatchName(names[0] ?? '')?.sender ?? '';
    expect(names).toEqual(names.map((_, index) => batchName(sender, index + 1)));
    expect(names.length).toBeGreaterThan(10);
    const alerts = (await Promise.all(names.map(alertsIn))).flat();
    // What is not in a file yet lies in the journal.
    expectChain(alerts, new Map([...promised].filter(([n]) => n <= alerts.length)));
  });
});

/** Notes each file's content; one that changed since it was first seen fails the test. */
async function noteFiles(seen: Map<string, string>): Promise<void> {
  for (const name of await readdir(join(dir.path, 'drop'))) {
    if (name.startsWith('.')) continue;
    const hash = sha256(await readFile(join(dir.path, 'drop', name)));
    expect(seen.get(name) ?? hash, `${name} changed`).toBe(hash);
    seen.set(name, hash);
  }
}

async function alertsIn(name: string): Promise<Alert[]> {
  const trusted = new KeyRing([demoSigningKey('collect').publicPem()]);
  const decoded = await decodeBatch(await readFile(join(dir.path, 'drop', name)), trusted, 1e9);
  if (!decoded.ok) throw new Error(`${name}: ${decoded.detail}`);
  return decoded.batch.lines.map((line) => JSON.parse(line).event.data);
}
