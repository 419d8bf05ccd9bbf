import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chooseProvider, type ProviderName } from '../../../src/edge/detect/provider.ts';
import { type ProbeAsk, probeProvider } from '../../../src/edge/detect/provider-probe.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { tinyOnnx } from '../../support/tiny-onnx.ts';

const illProcess = new URL('../../support/ill-provider-process.ts', import.meta.url);
/** The software Vulkan driver that comes with Chromium. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const cudaInstalled = existsSync(
  fileURLToPath(
    new URL(
      '../../../node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
      import.meta.url,
    ),
  ),
);
const dims = [1, 3, 32, 32];
let path = '';
let folder: Awaited<ReturnType<typeof tempDir>> | undefined;
afterAll(() => folder?.remove());

beforeAll(async () => {
  folder = await tempDir('probe');
  path = join(folder.path, 'tiny.onnx');
  const nodes = [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }];
  await writeFile(path, tinyOnnx({ inputs: [{ name: 'x', dims }], outputs: [{ name: 'y', dims }], nodes }));
});

const ask = (provider: ProviderName): ProbeAsk => ({ path, provider, inputName: 'x', dims, threads: 1 });
const probe = (provider: ProviderName) => probeProvider(ask(provider), { timeoutMs: 30_000 });

describe('a provider is tried out in a process of its own', () => {
  afterEach(() => {
    delete process.env['VK_ICD_FILENAMES'];
  });

  test('cpu runs', async () => {
    expect(await probe('cpu')).toEqual({ ok: true, runMs: expect.any(Number) });
  });

  test.skipIf(cudaInstalled).each(['cuda', 'tensorrt'] as const)(
    '%s, not installed (skipped where it is): passed over, naming the file and where to read on',
    async (provider) => {
      const { used, passedOver } = await chooseProvider(provider, probe);
      expect(used).not.toBe(provider);
      expect(passedOver[0]).toMatch(
        new RegExp(`^${provider}: .*libonnxruntime_providers_shared.so.*docs/deploying.md`),
      );
    },
  );

  test('webgpu without a graphics driver: passed over with the reason', async () => {
    process.env['VK_ICD_FILENAMES'] = '/nowhere.json';
    const { used, passedOver } = await chooseProvider('webgpu', probe);
    expect(used).toBe('cpu');
    expect(passedOver).toEqual([expect.stringMatching(/^webgpu: Failed to get a WebGPU adapter/)]);
  });

  test.skipIf(!existsSync(swiftShader))(
    'webgpu on a software driver (skipped without Chromium’s SwiftShader): runs, the device is named',
    async () => {
      process.env['VK_ICD_FILENAMES'] = swiftShader;
      expect(await probe('webgpu')).toEqual({
        ok: true,
        runMs: expect.any(Number),
        device: expect.stringContaining('SwiftShader (software Vulkan)'),
      });
    },
  );

  test.each([
    ['crash', 'its process crashed with SIGSEGV'],
    ['hang', 'no answer in 500 ms'],
    ['babble', 'its process gave no answer'],
    ['fail', 'its process ended with code 4'],
  ])('a driver that makes it %s costs nothing but the provider', async (path, why) => {
    const timeoutMs = path === 'hang' ? 500 : 30_000;
    const result = await probeProvider({ ...ask('webgpu'), path }, { timeoutMs, file: illProcess });
    expect(result).toEqual({ ok: false, why: expect.stringContaining(why) });
  });

  test('a node that stops does not wait for it', async () => {
    const stop = new AbortController();
    const waiting = probeProvider(
      { ...ask('cpu'), path: 'hang' },
      { timeoutMs: 60_000, signal: stop.signal, file: illProcess },
    );
    stop.abort();
    expect(await waiting).toMatchObject({ ok: false });
  });
});
