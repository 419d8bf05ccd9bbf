import { afterEach, describe, expect, test } from 'vitest';
import { DecoderPool } from '../../../src/edge/decode/decoder-pool.ts';
import type { HardwareName } from '../../../src/edge/decode/hardware-name.ts';
import { probeHardware } from '../../../src/edge/decode/hardware-probe.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { testKeyframes } from '../../support/keyframes.ts';

const illProbe = new URL('../../support/ill-probe-process.ts', import.meta.url);
let pool: DecoderPool | undefined;
afterEach(() => pool?.stop());

async function started(hardware: HardwareName, hardwareDevice?: string): Promise<DecoderPool> {
  const log = createLogger('test');
  pool = new DecoderPool({ workers: 1, queueCapacity: 8, log, metrics: new Metrics(), hardware, hardwareDevice });
  await pool.start(new AbortController().signal);
  return pool;
}

describe('hardware that is asked for is tried at the start', () => {
  // A device that cannot be there, so that the outcome is the same on every machine.
  test.each<[HardwareName, string, RegExp]>([
    ['cuda', '99', /^cuda: the device cannot be opened/],
    ['vaapi', '/dev/dri/not-there', /^vaapi: the device cannot be opened/],
    ['qsv', '/dev/dri/not-there', /^qsv: the device cannot be opened/],
    ['d3d11va', '0', /^d3d11va: this FFmpeg has no H\.264 decoder for it/],
  ])('%s without a device: software, saying why', async (asked, device, why) => {
    const decoder = await started(asked, device);
    expect(decoder.hardware).toMatchObject({ asked, used: 'software', why: expect.stringMatching(why) });
    const [unit] = await testKeyframes({ width: 320, height: 240 }, 1);
    if (unit === undefined) throw new Error('no keyframe');
    const result = await decoder.decode(unit, { width: 64, height: 64, fit: 'stretch', format: 'rgb24' });
    expect(result).toMatchObject({ ok: true });
  });

  test('auto decodes with whatever there is, and names all that it tried', async () => {
    const decoder = await started('auto');
    expect(decoder.hardware?.asked).toBe('auto');
    expect(decoder.hardware?.why).toMatch(/\w+: .+/);
    const [unit] = await testKeyframes({ width: 320, height: 240 }, 1);
    if (unit === undefined) throw new Error('no keyframe');
    const result = await decoder.decode(unit, { width: 0, height: 0, fit: 'original', format: 'rgb24' });
    expect(result).toMatchObject({ ok: true, picture: { width: 320, height: 240 } });
  });

  test('nothing is tried where software is asked for', async () => {
    expect((await started('none')).hardware).toEqual({
      asked: 'none',
      used: 'software',
      why: 'software was asked for',
    });
  });
});

describe('a driver that goes wrong takes the probe with it, and nothing else', () => {
  test.each([
    ['crash', /crashed with SIGSEGV/],
    ['hang', /no answer in 500 ms/],
    ['babble', /gave no answer/],
    ['fail', /ended with code 4/],
  ])('%s', async (device, why) => {
    const inUse = await probeHardware(
      { asked: 'cuda', device },
      { file: illProbe, timeoutMs: device === 'hang' ? 500 : 30_000 },
    );
    expect(inUse).toMatchObject({ asked: 'cuda', used: 'software', why: expect.stringMatching(why) });
  });
});
