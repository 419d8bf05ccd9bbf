import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Picture } from '../../../src/domain/picture.ts';
import { AppearanceService } from '../../../src/edge/detect/appearance/appearance-service.ts';
import { appearanceSchema } from '../../../src/edge/detect/appearance/config.ts';
import { loadManifest } from '../../../src/edge/detect/model-manifest.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { pictureAt } from '../../support/footage-pictures.ts';
import { noSharedReason, sharedDir } from '../../support/shared.ts';

let service: AppearanceService | undefined;
afterEach(() => service?.close());

function make(options: { mirror: string | undefined; queueCapacity?: number; clock?: FakeClock }) {
  service = new AppearanceService({
    config: appearanceSchema.parse({
      model: 'person-reid-0248',
      ...(options.queueCapacity !== undefined && { queueCapacity: options.queueCapacity }),
    }),
    store: { manifest: loadManifest(), mirror: options.mirror, cacheDir: '/nonexistent', shippedDir: '/nonexistent' },
    clock: options.clock ?? new FakeClock(),
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  return service;
}

const grey: Picture = {
  ...{ width: 64, height: 128, format: 'rgb24', data: new Uint8Array(64 * 128 * 3).fill(90) },
  ...{ sourceWidth: 64, sourceHeight: 128 },
};
const whole = [[0, 0, 1, 1]] as const;

test('without its model nothing is told and nothing fails; it is tried again', async () => {
  const clock = new FakeClock();
  const absent = make({ mirror: undefined, clock });
  await absent.start();
  expect(absent.problem).toContain('nowhere to be found');
  expect(await absent.look(grey, whole)).toEqual([undefined]);
  expect(clock.pending).toBe(1);
});

test('a model nobody knows is a mistake of the configuration', () => {
  const config = appearanceSchema.parse({ model: 'person-reid-0249' });
  const around = { clock: new FakeClock(), log: createLogger('test'), metrics: new Metrics() };
  expect(() => new AppearanceService({ config, store: { manifest: loadManifest() }, ...around })).toThrow(
    'person-reid-0248',
  );
});

describe.skipIf(sharedDir === undefined)(
  `on real weights${sharedDir === undefined ? ` (${noSharedReason})` : ''}`,
  () => {
    const mirror = join(sharedDir ?? '', 'models');

    test('the same person minutes apart is more alike than two persons', async () => {
      const model = make({ mirror });
      await model.start();
      expect(model.problem).toBeUndefined();
      // Who stands in the room at these seconds of the clip, and where: looked up by eye.
      const people = [
        { who: 'grey dress', s: 10, box: [0.48, 0.02, 0.68, 0.92] },
        { who: 'grey dress', s: 15, box: [0.48, 0.02, 0.68, 0.92] },
        { who: 'black shirt', s: 28, box: [0.45, 0.0, 0.72, 0.95] },
        { who: 'black shirt', s: 38, box: [0.45, 0.0, 0.72, 0.95] },
        { who: 'white coat', s: 96, box: [0.45, 0.0, 0.72, 0.95] },
        { who: 'white coat', s: 110, box: [0.45, 0.0, 0.72, 0.95] },
      ] as const;
      const seen = await Promise.all(
        people.map(async ({ who, s, box }) => {
          const [vector] = await model.look(
            await pictureAt(join(sharedDir ?? '', 'footage', 'people-passing.mp4'), s),
            [box],
          );
          return { who, vector: vector ?? new Float32Array(256) };
        }),
      );
      const alike = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
      for (const one of seen) {
        expect(Math.hypot(...one.vector)).toBeCloseTo(1, 4);
        const same = seen.filter((each) => each !== one && each.who === one.who);
        const others = seen.filter((each) => each.who !== one.who);
        const nearest = Math.max(...others.map((each) => alike(one.vector, each.vector)));
        for (const each of same) expect(alike(one.vector, each.vector)).toBeGreaterThan(nearest);
      }
    });

    test('past its queue, objects go without', async () => {
      const model = make({ mirror, queueCapacity: 2 });
      await model.start();
      const told = await model.look(grey, [...whole, ...whole, ...whole, ...whole]);
      expect(told.map((vector) => vector !== undefined)).toEqual([true, true, false, false]);
      expect(await model.look(grey, [[0, 0, 0.01, 0.01]])).toEqual([undefined]);
    });

    test('who is waited for when it closes is told of no appearance', async () => {
      const model = make({ mirror });
      await model.start();
      const waiting = model.look(grey, [...whole, ...whole, ...whole]);
      await model.close();
      expect((await waiting).length).toBe(3);
    });
  },
);
