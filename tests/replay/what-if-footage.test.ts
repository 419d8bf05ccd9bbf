import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import { observationsSchema } from '../../src/edge/observe/config.ts';
import { ObservationLog } from '../../src/edge/observe/observation-log.ts';
import { ObservationReader } from '../../src/edge/observe/observation-reader.ts';
import { whatIf } from '../../src/edge/what-if.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FootageStage } from '../support/footage-camera.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { tempDir } from '../support/temp-dir.ts';

interface Clip {
  readonly clip: string;
  readonly models?: readonly string[];
  readonly zones: readonly object[];
  readonly scenes: Readonly<Record<string, object>>;
}

const { clips } = JSON.parse(readFileSync(new URL('golden/footage.json', import.meta.url), 'utf8')) as {
  clips: readonly Clip[];
};
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';

describe.skipIf(sharedDir === undefined)(`observations of real footage${reason}`, () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  beforeAll(async () => {
    folder = await tempDir('what-if-footage');
  });
  afterAll(() => folder.remove());

  test.each([
    // A look every two seconds, and every picture while something moves.
    ['footage/people-passing.mp4', { dwellMs: 600_000 }],
    ['footage/falls/s1_Fall_13.mp4', { dwellMs: 600_000 }],
  ])('%s: judged again they give its alerts, exactly', async (name, never) => {
    const file = join(sharedDir ?? '', name);
    const { models = ['yolox-nano-416'], zones, scenes } = clips.find(({ clip }) => clip === name) ?? notListed(name);
    expect(existsSync(file)).toBe(true);
    const id = basename(name).replace(/\.\w+$/, '');
    const place = { id, name, division: '330503001', lat: 30.87, lon: 120.43 };
    const config = cameraSchema.parse({ ...place, stream: { file }, zones, scenes });
    const path = join(folder.path, `${id}.db`);
    const log = new ObservationLog({
      ...{ config: { ...observationsSchema.parse({}), path }, clock: new FakeClock() },
      ...{ log: createLogger('test'), metrics: new Metrics() },
    });
    const stage = new FootageStage({ folder: folder.path, sharedDir: sharedDir ?? '', models });
    await stage.start();
    log.start();
    const { alerts, looks } = await stage.watch(file, config, log).finally(() => stage.stop());
    log.stop();

    const reader = new ObservationReader(path);
    let judged = 0;
    for (const scene of Object.keys(scenes)) {
      const question = { camera: config.id, scene, from: 0, to: Number.MAX_SAFE_INTEGER };
      const same = whatIf(reader, { ...question, change: {} });
      expect(same).toMatchObject({ missing: [], surplus: [], added: [], removed: [] });
      const raised = alerts.filter((alert) => alert.scene === scene && alert.phase === 'raised');
      expect(same?.kept.map(({ before }) => before.incidentId)).toEqual(raised.map(({ incidentId }) => incidentId));
      expect(whatIf(reader, { ...question, change: never })?.removed).toHaveLength(raised.length);
      judged = same?.looks ?? 0;
    }
    reader.close();
    expect(judged).toBeGreaterThan(looks * 0.9);
    expect(alerts.length).toBeGreaterThan(0);
  });
});

function notListed(name: string): never {
  throw new Error(`${name} is not in golden/footage.json`);
}
