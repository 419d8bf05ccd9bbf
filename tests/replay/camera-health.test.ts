import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asAlways, greysOf, troubles } from '../../scripts/bench/health-footage.ts';
import { TrialCamera } from '../../scripts/bench/health-trial.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { CameraHealth } from '../../src/edge/health/camera-health.ts';
import { cameraHealthSchema, healthSchema } from '../../src/edge/health/config.ts';
import { pictureConditions } from '../../src/edge/health/picture-conditions.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

const footage = join(sharedDir ?? '', 'footage');
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
const clips = [
  'house-fire',
  'people-passing',
  'street-parked',
  'street-passing',
  ...['s1_Fall_13', 's2_ADL_23', 's2_Fall_13', 's3_ADL_20', 's3_Fall_19', 's4_Fall_01'].map((name) => `falls/${name}`),
];

/** Seconds within which a trouble is told: the configured time, and two looks. */
const config = healthSchema.parse({});
const withinS = (fault: keyof typeof limits) => limits[fault] / 1000 + 4;
const limits = {
  covered: config.otherViewAfterMs,
  moved: config.otherViewAfterMs,
  black: config.blackAfterMs,
  frozen: config.frozenAfterMs,
  blurred: config.blurredAfterMs,
} as const;

describe.skipIf(sharedDir === undefined)(`camera health on shared footage${reason}`, () => {
  const workerFile = new URL('../../src/edge/look-worker.ts', import.meta.url);
  const gate = gateSchema.parse({});
  const decoder = new DecoderPool({
    ...{ workers: 1, queueCapacity: 8, gate, workerFile },
    ...{ log: createLogger('test'), metrics: new Metrics() },
  });
  beforeAll(() => decoder.start(new AbortController().signal));
  afterAll(() => decoder.stop());

  test.each(clips)('%s, as a node decodes it, is well for its whole length', async (clip) => {
    const memory = new SharedArrayBuffer(pictureConditions(gate).memoryBytes);
    const health = new CameraHealth({ config, own: cameraHealthSchema.parse({}), isNight: () => false });
    const units = await keyframesOf(join(footage, `${clip}.mp4`));
    let suspected = 0;
    for (const unit of units) {
      const at = unit.receivedAt;
      const order = health.order(at);
      const look = await decoder.look(unit, { specs: [], reference: { memory, order }, always: false, at });
      if (!look.ok || look.condition === undefined) throw new Error('nothing was measured');
      health.look(look.condition, at, order);
      if (health.order(at) === 'hold') suspected += 1;
      expect(health.fault).toBe(undefined);
    }
    // Not one picture was even doubtful.
    expect([units.length > 0, suspected]).toEqual([true, 0]);
  });

  test.each(clips)(
    '%s: what is done to the camera is found in time, by its name, and over when it is over',
    async (clip) => {
      const greys = (filter: string) => greysOf(join(footage, `${clip}.mp4`), { filter, everyMs: 500 });
      const well = await greys(asAlways);
      const camera = new TrialCamera();
      camera.show(well, 240);
      expect(camera.fault).toBe(undefined);
      const lines: string[] = [];
      for (const { what, faults, filter, held } of troubles) {
        const pictures = await greys(filter);
        const { found, foundS, wellS } = camera.undergo(well, held === true ? pictures.slice(0, 1) : pictures);
        const named = found !== undefined && faults.includes(found);
        lines.push(`${what}: ${found} after ${foundS} s, well after ${wellS} s`);
        expect([named, lines.at(-1)]).toEqual([true, lines.at(-1)]);
        expect(foundS).toBeLessThanOrEqual(withinS(found ?? 'moved'));
        expect(wellS).toBeLessThanOrEqual(config.recoverAfterMs / 1000 + 4);
      }
      process.stdout.write(`${clip}\n  ${lines.join('\n  ')}\n`);
    },
    120_000,
  );
});
