import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadManifest, type ModelManifest } from '../../../src/edge/detect/model-manifest.ts';
import { type ModelStoreOptions, pullModel, resolveModel } from '../../../src/edge/detect/model-store.ts';
import { sha256 } from '../../../src/lib/hash.ts';

const weights = Buffer.from('weights of a very small model');
const served = new Map<string, Buffer>();
const asked: string[] = [];
let server: Server;
let base: string;
let root: string;
let dirs: { shipped: string; cache: string; mirror: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = served.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maplebridge-store-'));
  dirs = { shipped: join(root, 'shipped'), cache: join(root, 'cache'), mirror: join(root, 'mirror') };
  for (const dir of Object.values(dirs)) mkdirSync(dir);
  served.clear();
  asked.length = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The repository's manifest with one model of our own. */
function manifest(): ModelManifest {
  const real = loadManifest();
  const [entry] = real.models;
  if (entry === undefined) throw new Error('the manifest is empty');
  const sources = [`${base}/gone/tiny.onnx`, `${base}/upstream/tiny.onnx`];
  return {
    ...real,
    models: [{ ...entry, id: 'tiny', file: 'tiny.onnx', sha256: sha256(weights), bytes: weights.length, sources }],
  };
}

const store = (more: Partial<ModelStoreOptions> = {}): ModelStoreOptions => ({
  manifest: manifest(),
  shippedDir: dirs.shipped,
  cacheDir: dirs.cache,
  mirror: dirs.mirror,
  ...more,
});
const put = (dir: string, content: Buffer | string = weights) => writeFileSync(join(dir, 'tiny.onnx'), content);

describe('order of places', () => {
  test('shipped, then cache, then mirror folder', async () => {
    put(dirs.mirror);
    expect((await resolveModel('tiny', store())).path).toBe(join(dirs.mirror, 'tiny.onnx'));
    put(dirs.cache);
    expect((await resolveModel('tiny', store())).path).toBe(join(dirs.cache, 'tiny.onnx'));
    put(dirs.shipped);
    expect((await resolveModel('tiny', store())).path).toBe(join(dirs.shipped, 'tiny.onnx'));
    expect(asked).toEqual([]);
  });

  test('a mirror by http fills the cache, whole or not at all', async () => {
    served.set('/mirror/tiny.onnx', weights);
    const { path } = await resolveModel('tiny', store({ mirror: `${base}/mirror/` }));
    expect(path).toBe(join(dirs.cache, 'tiny.onnx'));
    expect(readFileSync(path).equals(weights)).toBe(true);
    expect(readdirSync(dirs.cache)).toEqual(['tiny.onnx']);
    await resolveModel('tiny', store({ mirror: `${base}/mirror/` }));
    expect(asked).toEqual(['/mirror/tiny.onnx']);
  });

  test('upstream only when asked for; the next address when one fails', async () => {
    served.set('/upstream/tiny.onnx', weights);
    await expect(resolveModel('tiny', store())).rejects.toMatchObject({ code: 'MB_MODEL_MISSING' });
    expect(asked).toEqual([]);
    const path = await pullModel('tiny', store());
    expect(path).toBe(join(dirs.cache, 'tiny.onnx'));
    expect(asked).toEqual(['/gone/tiny.onnx', '/upstream/tiny.onnx']);
  });

  test('pull copies from a mirror folder, so that the model stays when the mirror goes', async () => {
    put(dirs.mirror);
    expect(await pullModel('tiny', store())).toBe(join(dirs.cache, 'tiny.onnx'));
    rmSync(dirs.mirror, { recursive: true });
    expect((await resolveModel('tiny', store())).path).toBe(join(dirs.cache, 'tiny.onnx'));
  });
});

describe('refusals', () => {
  test('missing: everything tried, in order, and what to do', async () => {
    const failure = resolveModel('tiny', store({ mirror: `${base}/mirror` }));
    await expect(failure).rejects.toThrow(
      new RegExp(`shipped file .*cache .*mirror ${base}/mirror/tiny.onnx \\(HTTP 404\\).*maplebridge models pull tiny`),
    );
  });

  test('a mirror that is down says so, without its password', async () => {
    const failure = resolveModel('tiny', store({ mirror: 'http://user:hush@127.0.0.1:9' })).catch(String);
    expect(await failure).toContain('mirror http://•••@127.0.0.1:9/tiny.onnx');
    expect(await failure).not.toContain('hush');
  });

  test.each(['shipped', 'cache', 'mirror'] as const)('a wrong file in %s is not passed over', async (place) => {
    put(dirs.mirror);
    put(dirs[place], 'something else');
    await expect(resolveModel('tiny', store())).rejects.toMatchObject({
      code: 'MB_MODEL_HASH',
      details: { found: sha256('something else'), expected: sha256(weights) },
    });
  });

  test('a wrong or endless download leaves nothing behind', async () => {
    served.set('/mirror/tiny.onnx', Buffer.alloc(1_000_000, 1));
    const failure = resolveModel('tiny', store({ mirror: `${base}/mirror` }));
    await expect(failure).rejects.toMatchObject({ code: 'MB_MODEL_HASH' });
    expect(existsSync(join(dirs.cache, 'tiny.onnx'))).toBe(false);
    expect(readdirSync(dirs.cache)).toEqual([]);
  });
});
