import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { Provenance } from '../../../../src/domain/alert.ts';
import type { CameraId, IncidentId, Sha256, ZoneId } from '../../../../src/domain/ids.ts';
import type { SceneDetails, SceneEvent } from '../../../../src/domain/scene-event.ts';
import { AlertWriter } from '../../../../src/edge/alert/alert-writer.ts';
import { ContentStore } from '../../../../src/lib/content-store.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const camera = { id: 'c' as CameraId, name: 'c', division: '330503001', lat: 30, lon: 120 };
const model: Provenance['model'] = { id: 'm', sha256: 'a'.repeat(64) as Sha256 };

let dir: Awaited<ReturnType<typeof tempDir>>;
let writer: AlertWriter;
beforeEach(async () => {
  dir = await tempDir('alert-writer');
  const evidence = new ContentStore(dir.path);
  writer = new AlertWriter({
    evidence,
    decode: async () => undefined,
    redact: async () => undefined,
    clock: new FakeClock(),
    log: createLogger('test'),
  });
});
afterEach(() => dir.remove());

/** `details` as a scene's code might give them, listed or not. */
function draftOf(details?: Readonly<Record<string, number | string>>) {
  const accessUnit = { cameraId: camera.id, rtpTimestamp: 1, ptsMs: 1, data: Buffer.from('x') } as AccessUnit;
  const event: SceneEvent = {
    phase: 'raised',
    incidentId: 'i' as IncidentId,
    scene: 'crowd_gathering',
    ruleVersion: '1',
    severity: 2,
    zone: { id: 'z' as ZoneId, kind: 'polygon', points: [], tags: [] },
    startedAt: 0,
    observedAt: 0,
    subjects: [],
    ...(details !== undefined && { details: details as SceneDetails }),
  };
  const frame = { cameraId: camera.id, accessUnit, picture: undefined, observedAt: 0, traceparent: '', hops: [] };
  return writer.write(event, {
    frame,
    camera,
    provenance: { model, configVersion: '1', softwareVersion: '1' },
  });
}

test('an alert says what its scene measured, as far as it may travel', async () => {
  expect((await draftOf({ count: 21, growthShare: 0.5 })).details).toEqual({ count: 21, growthShare: 0.5 });
  expect((await draftOf({ count: 21, faces: 20 })).details).toEqual({ count: 21 });
});

test.each<[Readonly<Record<string, number>> | undefined]>([
  [undefined],
  [{}],
  [{ faces: 20 }],
  [{ count: Number.POSITIVE_INFINITY }],
])('an alert of a scene that measured %j has no such field', async (details) =>
  expect(await draftOf(details)).not.toHaveProperty('details'),
);
