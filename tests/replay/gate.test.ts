import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyTally, type Look, scoreGate, type Tally } from '../../scripts/bench/gate-score.ts';
import type { Activity } from '../../src/domain/activity.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

const log = createLogger('test');
const shared = sharedDir ?? '';
const config = gateSchema.parse({});
const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';

describe.skipIf(sharedDir === undefined)(`the activity gate on shared footage${reason}`, () => {
  const workerFile = new URL('../../src/edge/look-worker.ts', import.meta.url);
  const decoder = new DecoderPool({
    ...{ workers: 1, queueCapacity: 8, gate: config, workerFile },
    ...{ log, metrics: new Metrics() },
  });
  let detector: Detector;
  beforeAll(async () => {
    await decoder.start(new AbortController().signal);
    detector = await loadDetector({
      ...detectSchema.parse({ models: [{ id: 'yolox-nano-416' }], scoreThreshold: 0.05, batch: { maxWaitMs: 0 } }),
      store: { manifest: loadManifest(), mirror: join(shared, 'models') },
      ...{ log, metrics: new Metrics() },
    });
  });
  afterAll(async () => {
    await detector.close();
    await decoder.stop();
  });

  /** Every keyframe through decoder and gate as on a node, and through the detector whatever the gate says. */
  async function replay(footage: string, everyMs = 2000): Promise<{ said: Activity[]; tally: Tally }> {
    const memory = new SharedArrayBuffer(activityGate(config).memoryBytes);
    const said: Activity[] = [];
    const looks: Look[] = [];
    for (const unit of await keyframesOf(join(shared, 'footage', footage), { everyMs })) {
      const ask = { specs: [detector.input], memory, always: true, at: unit.receivedAt };
      const look = await decoder.look(unit, ask);
      const [picture] = look.ok ? look.pictures : [];
      if (!look.ok || look.activity === undefined || picture === undefined) throw new Error('no picture');
      const { detections } = await detector.detect({ picture, priority: { severity: 2, deadlineMs: 0 } });
      said.push(look.activity);
      looks.push({ atMs: unit.ptsMs, grey: new Uint8Array(), detections });
    }
    let next = 0;
    const inspect = () => {
      const activity = said[next];
      next += 1;
      if (activity === undefined) throw new Error('more looks than were said something of');
      return activity;
    };
    return { said, tally: looks.length === 0 ? emptyTally() : scoreGate(looks, { inspect }) };
  }

  test('street-parked.mp4: nobody is missed; the parked car is reported for a minute and again as it leaves', async () => {
    const { said, tally } = await replay('street-parked.mp4');
    expect(tally.eventLooks).toBeGreaterThanOrEqual(4);
    expect(tally.eventLooksPassed).toBe(tally.eventLooks);
    expect(tally.eventsCovered / tally.events).toBeGreaterThanOrEqual(0.95);
    expect(tally.objectsShown).toBe(tally.objects);
    const atSecond = (s: number) => said[s / 2]?.reason;
    expect([atSecond(0), atSecond(4), atSecond(40)]).toEqual(['first', 'changed', 'changed']);
    expect([atSecond(68), atSecond(70), atSecond(72)]).toEqual(['still', 'still', 'still']);
    expect(atSecond(74)).toBe('changed');
  });

  test.each([
    ['street-passing.mp4', 2000],
    ['people-passing.mp4', 1000],
  ])('%s: nobody is missed', async (footage, everyMs) => {
    const { tally } = await replay(footage, everyMs);
    expect(tally.eventLooks).toBeGreaterThanOrEqual(3);
    expect(tally.eventLooksPassed).toBe(tally.eventLooks);
    expect(tally.eventsCovered / tally.events).toBeGreaterThanOrEqual(0.8);
    expect(tally.objectsShown).toBe(tally.objects);
  });
});
