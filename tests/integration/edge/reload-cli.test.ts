import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Health } from '../../../src/contracts/node-messages.ts';
import { generateSigningKey } from '../../../src/lib/keys.ts';
import { CliProcess } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { until } from '../../support/until.ts';

let folder: Awaited<ReturnType<typeof tempDir>>;
let edge: CliProcess;
let path: string;
let text: (ids: readonly string[], dwellMs?: number) => string;
let health: () => Promise<Health>;

beforeAll(async () => {
  folder = await tempDir('reload');
  const clip = (await makeTestClip(folder.path)).file;
  generateSigningKey(join(folder.path, 'node.pem'));
  writeFileSync(join(folder.path, 'secret'), 'not a default');
  const [broker, port] = [await freePort(), await freePort()];
  const camera = (id: string, dwellMs: number) => ({
    ...{ id, name: id, division: '330503', lat: 30, lon: 120, stream: { file: clip } },
    zones: [
      {
        id: 'all',
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ],
    scenes: { illegal_parking: { zones: ['all'], dwellMs } },
  });
  text = (ids, dwellMs = 60_000) =>
    stringify({
      ...{ site: 'test', node: 'edge-1', keyFile: join(folder.path, 'node.pem'), http: { port } },
      // Not there: a node without its model goes on, and says so.
      detect: { models: [{ id: 'yolox-nano-416' }] },
      publish: {
        broker: { url: `mqtt://127.0.0.1:${broker}`, username: 'n', password: { file: join(folder.path, 'secret') } },
        outbox: { path: join(folder.path, 'outbox.db'), evidenceDir: join(folder.path, 'evidence') },
      },
      cameras: ids.map((id) => camera(id, dwellMs)),
    });
  path = join(folder.path, 'edge.yaml');
  writeFileSync(path, text(['a']));
  health = async () => (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as Health;
  edge = new CliProcess(['edge', '--config', path], { MAPLEBRIDGE_MODEL_MIRROR: join(folder.path, 'empty') });
  await edge.says(/"service":"status".*started/);
  // While it starts, as a deployment tool would: it is heeded afterwards, and ends nothing.
  edge.signal('SIGHUP');
  await edge.says(/"service":"edge".*started/);
  await edge.says(/"SIGHUP".*reading the configuration again.*configuration applied/s);
});
afterAll(async () => {
  const exit = edge?.terminate();
  // Nor does one that comes while it drains.
  edge?.signal('SIGHUP');
  expect(await exit).toBe(0);
  await folder?.remove();
});

test('a changed file is applied by itself; one that cannot be used changes nothing and is told of', async () => {
  expect(Object.keys((await health()).cameras)).toEqual(['a']);
  writeFileSync(path, text(['a', 'b']));
  await until(async () => Object.keys((await health()).cameras).length === 2, { what: 'camera b' });

  writeFileSync(path, text(['a', 'b'], 1));
  const complains = async () => (await health()).problems.some((each) => each.includes('dwellMs'));
  await until(complains, { what: 'the problem in health' });
  expect(Object.keys((await health()).cameras)).toEqual(['a', 'b']);

  writeFileSync(path, text(['b'], 70_000));
  await until(async () => Object.keys((await health()).cameras).join() === 'b', { what: 'camera b alone' });
  expect(await complains()).toBe(false);
});

test('SIGHUP reads the configuration again', async () => {
  const before = edge.output.length;
  edge.signal('SIGHUP');
  await until(() => /"unchanged":1.*configuration applied/.test(edge.output.slice(before)), { what: 'its answer' });
});
