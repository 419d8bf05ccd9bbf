import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { LookAsk, LookResult } from '../../../src/edge/decode/decode-result.ts';
import { DecoderPool } from '../../../src/edge/decode/decoder-pool.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { clipUnits } from '../../support/clip-units.ts';
import { damaged, seeded } from '../../support/damage.ts';
import { keyframesOf, testKeyframes } from '../../support/keyframes.ts';
import { noSharedReason, sharedDir } from '../../support/shared.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';

const nodeWorker = new URL('../../../src/edge/look-worker.ts', import.meta.url);
const ask = (memory: SharedArrayBuffer): LookAsk => ({
  specs: [{ width: 96, height: 96, fit: 'letterbox', format: 'bgr24' }],
  memory,
  always: true,
  at: 0,
});
const expected = new Set(['ok', 'corrupt', 'unsupported']);

let folder: Awaited<ReturnType<typeof tempDir>>;
let metrics: Metrics;
let pool: DecoderPool;

beforeAll(async () => {
  folder = await tempDir('fuzz');
});
afterAll(() => folder.remove());
afterEach(() => pool.stop());

async function start(): Promise<void> {
  metrics = new Metrics();
  const log = createLogger('test');
  pool = new DecoderPool({ workers: 1, queueCapacity: 64, log, metrics, workerFile: nodeWorker });
  await pool.start(new AbortController().signal);
}

async function deaths(): Promise<number> {
  const text = await metrics.registry.metrics();
  return Number(/^maplebridge_decode_worker_deaths_total (\d+)/m.exec(text)?.[1]);
}

const kind = (result: LookResult | undefined) => (result === undefined || result.ok ? 'ok' : result.reason);

/** Damaged pictures one after the other; a whole one now and then must still decode. */
async function fuzzKeyframes(units: readonly AccessUnit[], { seed, runs }: { seed: number; runs: number }) {
  await start();
  const random = seeded(seed);
  const memory = new SharedArrayBuffer(2 ** 20);
  const kinds = new Map<string, number>();
  const rss: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const unit = units[run % units.length] as AccessUnit;
    const result = await pool.look({ ...unit, data: damaged(unit.data, random) }, ask(memory));
    kinds.set(kind(result), (kinds.get(kind(result)) ?? 0) + 1);
    if (run % 50 === 0) expect(kind(await pool.look(unit, ask(memory))), `after ${run} of seed ${seed}`).toBe('ok');
    if (run % 100 === 0) rss.push(process.memoryUsage.rss() / 2 ** 20);
  }
  expect([...kinds.keys()].filter((each) => !expected.has(each))).toEqual([]);
  expect(kinds.get('corrupt')).toBeGreaterThan(runs / 4);
  expect(await deaths()).toBe(0);
  return rss;
}

async function makeKeyframe(codec: 'h265' | 'mjpeg'): Promise<AccessUnit[]> {
  const [first] = await testKeyframes({ width: 240, height: 320 }, 1);
  if (first === undefined) throw new Error('no keyframe');
  if (codec === 'h265') {
    const { file } = await makeTestClip(folder.path, { codec });
    return (await clipUnits(file, { codec })).filter(({ keyframe }) => keyframe);
  }
  const jpeg = ['-f', 'lavfi', '-i', 'testsrc2=size=240x320', '-frames:v', '1', '-f', 'mjpeg', '-'];
  const options = { encoding: 'buffer', maxBuffer: 2 ** 24 } as const;
  const { stdout } = await promisify(execFile)('ffmpeg', ['-v', 'error', ...jpeg], options);
  return [{ ...first, codec, data: stdout }];
}

describe('damaged keyframes: no crash, no hang, no growth, and the next whole one decodes', () => {
  test('h264, two thousand of them', async () => {
    const rss = await fuzzKeyframes(await testKeyframes({ width: 240, height: 320 }, 4), { seed: 1, runs: 2000 });
    // From the tenth part on everything is warm; FFmpeg's pools for forged sizes come and go.
    const [early = 0, late = 0] = [rss.slice(2, 7), rss.slice(-5)].map((each) => each.toSorted((a, b) => a - b)[2]);
    expect(late - early).toBeLessThan(64);
  });

  test.each(['h265', 'mjpeg'] as const)('%s', async (codec) => {
    await fuzzKeyframes(await makeKeyframe(codec), { seed: 2, runs: 600 });
  });

  const footage = join(sharedDir ?? '', 'footage', 'street-passing.mp4');
  test.skipIf(sharedDir === undefined || !existsSync(footage))(
    `shared footage: real keyframes${sharedDir === undefined ? ` (${noSharedReason})` : ''}`,
    async () => {
      await fuzzKeyframes(await keyframesOf(footage), { seed: 3, runs: 300 });
    },
  );
});

describe('damaged streams', () => {
  /** Units damaged, lost and doubled by chance. */
  function* mishaps(units: readonly AccessUnit[], random: () => number): Generator<AccessUnit> {
    for (const unit of units) {
      const fate = random();
      if (fate < 0.1) continue;
      yield fate < 0.3 ? { ...unit, data: damaged(unit.data, random) } : unit;
      if (fate > 0.95) yield unit;
    }
  }

  async function fedKinds(units: Iterable<AccessUnit>, camera: CameraId): Promise<string[]> {
    const memory = new SharedArrayBuffer(2 ** 20);
    const answers: Promise<LookResult | undefined>[] = [];
    pool.openStream(camera);
    for (const unit of units) {
      answers.push(pool.feed(unit, ask(memory)));
      // As many as may be outstanding without being too many.
      await answers.at(-15);
    }
    pool.closeStream(camera);
    return (await Promise.all(answers)).map(kind);
  }

  test.each(['h264', 'h265'] as const)('%s: whatever happens to its units, it always comes back', async (codec) => {
    await start();
    const { file } = await makeTestClip(folder.path, { codec, bFrames: codec === 'h264' ? 2 : 0 });
    const units = await clipUnits(file, { codec });
    const camera = (units[0] as AccessUnit).cameraId;
    const random = seeded(4);
    const kinds = new Set<string>();
    for (let round = 0; round < 40; round += 1) {
      for (const each of await fedKinds(mishaps(units, random), camera)) kinds.add(each);
    }
    expect([...kinds].filter((each) => !expected.has(each) && each !== 'overloaded')).toEqual([]);
    expect(await deaths()).toBe(0);
    expect((await fedKinds([...units, ...units], camera))[0]).toBe('ok');
  });
});
