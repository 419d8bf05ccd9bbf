import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { raisedAtEdge } from '../../../src/cli/demo-raised.ts';
import type { IncidentId, ZoneId } from '../../../src/domain/ids.ts';
import type { SceneEvent } from '../../../src/domain/scene-event.ts';
import { observationsSchema } from '../../../src/edge/observe/config.ts';
import { ObservationLog } from '../../../src/edge/observe/observation-log.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { demoTake } from '../../support/demo-takes.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

let folder: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  folder = await tempDir('demo-raised');
});
afterEach(() => folder.remove());

const takes = [demoTake('fire_smoke'), demoTake('person_down', true)];

test('what cameras raised is read while the node still writes, with nothing sent; what goes on is not counted again', () => {
  const path = join(folder.path, 'observations.db');
  const clock = new FakeClock();
  const config = { ...observationsSchema.parse({}), path };
  const log = new ObservationLog({ config, clock, log: createLogger('test'), metrics: new Metrics() });
  const event = (scene: string, phase: SceneEvent['phase'], incident: string): SceneEvent => ({
    ...{ phase, incidentId: incident as IncidentId, scene, ruleVersion: '1', severity: 1 },
    zone: { id: 'yard' as ZoneId, kind: 'polygon', points: [], tags: [] },
    ...{ startedAt: clock.now(), observedAt: clock.now(), subjects: [] },
  });
  log.start();
  for (const { camera } of takes) log.enter(camera.id, { kind: 'session', at: clock.now() }, {});
  for (const phase of ['raised', 'updated', 'cleared'] as const) {
    for (const [index, { camera, scene }] of takes.entries()) {
      log.look(camera.id, { at: clock.now(), tracks: [], aspect: 1 }, [event(scene, phase, `incident-${index}`)]);
    }
    clock.advance(2_000);
  }
  expect(raisedAtEdge(path, takes)).toEqual([
    { camera: takes[0]?.camera, scene: 'fire_smoke', incident: 'incident-0' },
    { camera: takes[1]?.camera, scene: 'person_down', incident: 'incident-1' },
  ]);
  log.stop();
});

test('a log that is not there yet has nothing', () => {
  expect(raisedAtEdge(join(folder.path, 'observations.db'), takes)).toEqual([]);
});
