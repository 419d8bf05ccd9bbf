import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { demoEdgeConfig, readTruths } from '../../../scripts/footage/demo-config.ts';
import { demoPlace } from '../../../scripts/footage/demo-places.ts';
import { demoSettings } from '../../../scripts/footage/demo-settings.ts';
import type { TakeTruth } from '../../../scripts/footage/truth.ts';
import { insidePolygon } from '../../../src/domain/geometry.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import { edgeSchema } from '../../../src/edge/config.ts';
import { parseConfig } from '../../../src/lib/config.ts';

const footage = fileURLToPath(new URL('../../../edge-config/demo/footage', import.meta.url));
const hasClips = existsSync(footage);

/** A take with the zones that its scene's settings want. */
function truthOf(scene: string, take: TakeTruth['take'], zoneIds = demoSettings[scene]?.zonesOf ?? []): TakeTruth {
  const points = [
    [0.1, 0.2],
    [0.5, 0.2],
    [0.5, 0.9],
  ] as const;
  return {
    ...{ version: 1, scene, take, seed: 1, light: 'day', about: 'a test', width: 640, height: 360, fps: 12 },
    zones: zoneIds.map((id) => ({ id, kind: 'polygon', points, tags: ['roadway'] })),
    intervals: [],
    pictures: [],
  };
}
const all = sceneIds.flatMap((scene) => [truthOf(scene, 'fires'), truthOf(scene, 'near')]);
const parsed = (truths: readonly TakeTruth[]) => parseConfig(demoEdgeConfig(truths), edgeSchema, 'edge.yaml');

describe('the demo’s edge configuration', () => {
  test('a camera for each take, each watching for its scene alone', () => {
    const { cameras, detect } = parsed(all);
    expect(cameras).toHaveLength(28);
    expect(cameras.map(({ scenes }) => Object.keys(scenes))).toEqual(all.map(({ scene }) => [scene]));
    expect(cameras[1]?.stream).toMatchObject({ url: 'rtsp://127.0.0.1:8554/illegal_parking.near' });
    expect(detect.models).toBeUndefined();
  });

  test('zones as the truth has them', () => {
    const truth = truthOf('fire_lane_blocked', 'fires');
    const [camera] = parsed([truth]).cameras;
    expect(camera?.zones).toMatchObject([
      { id: 'lane', kind: 'polygon', tags: ['roadway'], points: truth.zones[0]?.points },
    ]);
  });

  test('wider where the settings say so: the truth’s corners lie inside', () => {
    const truth = truthOf('illegal_parking', 'fires');
    const points = parsed([truth]).cameras[0]?.zones[0]?.points ?? [];
    for (const corner of truth.zones[0]?.points ?? []) expect(insidePolygon(corner, points)).toBe(true);
  });

  test('a zone that the settings want and the truth lacks is refused, with those there are', () => {
    expect(() => demoEdgeConfig([truthOf('illegal_parking', 'near', ['verge'])])).toThrow(
      /illegal_parking\.near: no zone kerb in its truth, which has verge; see demo-settings\.ts/,
    );
  });
});

test('no two cameras share an id, a name or a place, and none is within reach of another’s cases', () => {
  const places = all.map(({ scene, take }) => demoPlace(scene, take));
  for (const of of [({ id }: (typeof places)[number]) => id, ({ name }: (typeof places)[number]) => name]) {
    expect(new Set(places.map(of)).size).toBe(28);
  }
  for (const [index, one] of places.entries()) {
    for (const other of places.slice(index + 1)) {
      const metres = Math.hypot((one.lat - other.lat) * 111_000, (one.lon - other.lon) * 95_000);
      expect(metres).toBeGreaterThan(60);
    }
  }
});

test.skipIf(!hasClips)(
  `the committed file is what the truth of the clips says${hasClips ? '' : ` (no ${footage})`}`,
  () => {
    const file = fileURLToPath(new URL('../../../edge-config/demo/edge.yaml', import.meta.url));
    expect(readFileSync(file, 'utf8')).toBe(demoEdgeConfig(readTruths(footage)));
  },
);
