import { describe, expect, test } from 'vitest';
import { type CameraConfig, cameraSchema } from '../../../src/edge/camera-config.ts';
import { evidenceSchema } from '../../../src/edge/evidence/config.ts';
import { lifeSchema } from '../../../src/edge/ingest/life-config.ts';
import { RingPlan } from '../../../src/edge/ring-plan.ts';

const zones = [
  {
    id: 'z',
    points: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  },
];

function camera(id: string, scene?: string, more: object = {}): CameraConfig {
  const place = { id, name: id, division: '330503', lat: 30, lon: 120, stream: { file: 'x.mp4' } };
  return cameraSchema.parse({
    ...place,
    zones,
    scenes: scene === undefined ? {} : { [scene]: { zones: ['z'] } },
    ...more,
  });
}

const plan = (clip: object, ingest: object = {}) =>
  new RingPlan({ clip: evidenceSchema.parse({ clip }).clip, ingest: lifeSchema.parse(ingest) });

describe('who keeps recent pictures', () => {
  test('every camera with a scene, as long as clips need and a little longer', () => {
    const cameras = [camera('a', 'illegal_parking'), camera('none')];
    const rings = plan({ beforeMs: 6_000, afterMs: 4_000, ringBytes: 3_000_000 });
    expect(rings.begin(cameras)).toBe(0);
    expect(cameras.map((each) => rings.keepOf(each))).toEqual([{ maxBytes: 3_000_000, maxMs: 12_000 }, undefined]);
  });

  test('where memory is short the most severe scenes first, then in order', () => {
    // Severity 3, 2, 3, 2.
    const cameras = [
      camera('a', 'illegal_parking'),
      camera('b', 'zone_intrusion'),
      camera('c', 'illegal_parking'),
      camera('d', 'zone_intrusion'),
    ];
    const rings = plan({ ringBytes: 1_000_000, nodeBytes: 3_999_999 });
    expect(rings.begin(cameras)).toBe(1);
    expect(cameras.filter((each) => rings.keepOf(each) !== undefined).map(({ id }) => id)).toEqual(['a', 'b', 'd']);
    rings.forget(cameras[1]?.id ?? ('' as never));
    expect(rings.keepOf(camera('e', 'illegal_parking'))).toBeDefined();
    expect(rings.keepOf(camera('f', 'illegal_parking'))).toBeUndefined();
  });

  test('what a camera configures itself is its own, and takes none of the memory', () => {
    const rings = plan({ ringBytes: 1_000_000, nodeBytes: 1_000_000 });
    const own = { maxBytes: 5_000, maxMs: 1_000 };
    expect(rings.keepOf(camera('a', 'illegal_parking', { keep: own }))).toEqual(own);
    expect(rings.keepOf(camera('b', 'illegal_parking'))).toBeDefined();
  });

  test.each([
    { what: 'the node has a default of its own', clip: {}, ingest: { keep: { maxBytes: 9_000 } } },
    { what: 'no memory is given', clip: { nodeBytes: 0 }, ingest: {} },
    { what: 'rings of nothing', clip: { ringBytes: 0 }, ingest: {} },
  ])('none where $what', ({ clip, ingest }) => {
    const rings = plan(clip, ingest);
    const only = camera('a', 'illegal_parking');
    expect([rings.begin([only]), rings.keepOf(only)]).toEqual([0, undefined]);
  });
});
