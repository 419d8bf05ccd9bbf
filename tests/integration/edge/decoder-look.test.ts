import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { PictureSpec } from '../../../src/domain/picture.ts';
import type { LookAsk, LookResult } from '../../../src/edge/decode/decode-result.ts';
import { DecoderPool, type DecoderPoolOptions } from '../../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { testKeyframes } from '../../support/keyframes.ts';

const detectorSize: PictureSpec = { width: 416, height: 416, fit: 'letterbox', format: 'bgr24' };
const faceSize: PictureSpec = { width: 160, height: 160, fit: 'stretch', format: 'rgb24' };
const gateWorker = new URL('../../support/mean-inspector-worker.ts', import.meta.url);
const nodeWorker = new URL('../../../src/edge/look-worker.ts', import.meta.url);

let metrics: Metrics;
let pool: DecoderPool | undefined;
let units: AccessUnit[];

beforeAll(async () => {
  units = await testKeyframes({ width: 640, height: 360 }, 3);
});
afterEach(() => pool?.stop());

async function started(options: Partial<DecoderPoolOptions> = {}): Promise<DecoderPool> {
  metrics = new Metrics();
  pool = new DecoderPool({ workers: 1, queueCapacity: 8, log: createLogger('test'), metrics, ...options });
  await pool.start(new AbortController().signal);
  return pool;
}

function unit(at = 0): AccessUnit {
  const found = units[at];
  if (found === undefined) throw new Error('no keyframe');
  return found;
}

const ask = (changes: Partial<LookAsk> = {}): LookAsk => ({
  specs: [detectorSize],
  always: false,
  at: 1000,
  ...changes,
});

function sizes(result: LookResult): string[] {
  return result.ok
    ? result.pictures.map(({ width, height, format }) => `${width}x${height} ${format}`)
    : [result.reason];
}

describe('looks', () => {
  test('a picture that changed is given in every size asked for; one that did not, not at all', async () => {
    const decoder = await started({ workerFile: gateWorker });
    const memory = new SharedArrayBuffer(4);
    const first = await decoder.look(unit(), ask({ memory, specs: [detectorSize, faceSize] }));
    expect(sizes(first)).toEqual(['416x234 bgr24', '160x160 rgb24']);
    expect(first).toMatchObject({ ok: true, activity: { active: true, reason: 'changed', changedShare: 64 * 36 } });
    expect(new Uint16Array(memory)[1]).toBe(1000);

    const second = await decoder.look(unit(), ask({ memory, at: 2000 }));
    expect(second).toMatchObject({ ok: true, activity: { active: false, reason: 'still' }, pictures: [] });
    expect(new Uint16Array(memory)[1]).toBe(2000);

    const always = await decoder.look(unit(), ask({ memory, always: true }));
    expect(always).toMatchObject({ ok: true, activity: { active: false } });
    expect(sizes(always)).toEqual(['416x234 bgr24']);
  });

  test('the past is the camera’s, whichever thread looks', async () => {
    const decoder = await started({ workers: 2, workerFile: gateWorker });
    const memories = Array.from({ length: 4 }, () => new SharedArrayBuffer(4));
    for (const expected of [true, false]) {
      const results = await Promise.all(memories.map((memory) => decoder.look(unit(), ask({ memory }))));
      expect(results.map((result) => result.ok && result.activity?.active)).toEqual(memories.map(() => expected));
    }
  });

  test('nothing to compare with, nothing compared: the pictures come', async () => {
    const blind = await (await started()).look(unit(), ask({ memory: new SharedArrayBuffer(4) }));
    expect(blind).toMatchObject({ ok: true, activity: undefined });
    expect(sizes(blind)).toEqual(['416x234 bgr24']);
    await pool?.stop();
    const forgetful = await (await started({ workerFile: gateWorker })).look(unit(), ask());
    expect(forgetful).toMatchObject({ ok: true, activity: undefined, pictures: [{ width: 416 }] });
  });

  test('a look asks for no picture at all: compared only', async () => {
    const decoder = await started({ workerFile: gateWorker });
    const result = await decoder.look(unit(), ask({ specs: [], memory: new SharedArrayBuffer(4) }));
    expect(result).toMatchObject({ ok: true, activity: { active: true }, pictures: [] });
  });

  test('what is damaged leaves the camera’s past alone', async () => {
    const decoder = await started({ workerFile: gateWorker });
    const memory = new SharedArrayBuffer(4);
    const damaged = { ...unit(), data: unit().data.subarray(0, 2000) };
    expect(sizes(await decoder.look(damaged, ask({ memory })))).toEqual(['corrupt']);
    expect([...new Uint8Array(memory)]).toEqual([0, 0, 0, 0]);
  });

  test('without the deblocking filter the picture is nearly the same, and evidence is the same', async () => {
    const plain = await started();
    const look = await plain.look(unit(), ask());
    const evidence = await plain.decode(unit(), { ...detectorSize, fit: 'original' });
    await plain.stop();
    const fast = await started({ skipLoopFilter: true });
    const fastLook = await fast.look(unit(), ask());
    const fastEvidence = await fast.decode(unit(), { ...detectorSize, fit: 'original' });
    if (!look.ok || !fastLook.ok || !evidence.ok || !fastEvidence.ok) throw new Error('not decoded');
    expect(Buffer.compare(evidence.picture.data, fastEvidence.picture.data)).toBe(0);
    const [a, b] = [look, fastLook].map(({ pictures }) => Buffer.from(pictures[0]?.data ?? []));
    if (a === undefined || b === undefined) throw new Error('no pictures');
    const difference = a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(4);
  });

  test('it takes two looks a thread at once, and says so', async () => {
    expect((await started({ workers: 2 })).slots).toBe(4);
  });

  test('every stage is in the metrics', async () => {
    const decoder = await started({ workerFile: gateWorker });
    await decoder.look(unit(), ask({ memory: new SharedArrayBuffer(4) }));
    const text = await metrics.registry.metrics();
    for (const stage of ['decode', 'inspect', 'scale']) {
      expect(text).toContain(`maplebridge_decode_stage_seconds_count{stage="${stage}"} 1`);
    }
  });
});

describe('the node’s own threads', () => {
  test('compare with the activity gate', async () => {
    const decoder = await started({ workerFile: nodeWorker });
    const memory = new SharedArrayBuffer(1024 * 1024);
    const first = await decoder.look(unit(), ask({ memory }));
    expect(first).toMatchObject({ ok: true, activity: { active: true, reason: 'first', regions: [[0, 0, 1, 1]] } });
    const again = await decoder.look(unit(), ask({ memory, at: 3000 }));
    expect(again).toMatchObject({ ok: true, activity: { active: false, reason: 'still' }, pictures: [] });
  });
});
