import { describe, expect, test } from 'vitest';
import type { Box } from '../../../src/domain/geometry.ts';
import { offsetOf } from '../../../src/domain/ground.ts';
import { groundOf } from '../../../src/edge/calibrate-ground.ts';
import { cameraFileSchema } from '../../../src/edge/config.ts';
import { unmasked } from '../../../src/edge/picture-masks.ts';
import { observedCamera, scenesOf } from '../../../src/edge/scenes-of-camera.ts';
import { parseConfig } from '../../../src/lib/config.ts';
import { sceneSurroundings } from '../../support/scene-surroundings.ts';
import { SceneTimeline } from '../../support/scene-timeline.ts';

const head =
  'cameras:\n  - { id: a, name: n, division: "330503001", lat: 30.87, lon: 120.43, stream: { url: rtsp://h/a }, ';
const parse = (more: string, scenes = '{}') =>
  parseConfig(`${head}scenes: ${scenes}, ${more} }\n`, cameraFileSchema, 'c.yaml').cameras[0];
const points = (...each: string[]) => `ground: { points: [${each.map((point) => `{ ${point} }`).join(', ')}] }`;

// A yard of 20 m by 20 m as a camera at its southern edge shows it.
const corners = [
  'picture: [0.1, 0.9], east: -5, north: 6',
  'picture: [0.9, 0.9], east: 5, north: 6',
  'picture: [0.3, 0.3], east: -5, north: 26',
  'picture: [0.7, 0.3], east: 5, north: 26',
] as const;
const [left, right, farLeft, farRight] = corners;

describe('a calibrated camera', () => {
  test('knows its ground by metres and by degrees', () => {
    const camera = parse(points(left, right, farLeft, 'picture: [0.7, 0.3], lat: 30.8702345, lon: 120.4300523'));
    expect(camera?.ground?.pictureError).toBe(0.003);
    const ground = camera && groundOf(camera)?.toGround([0.7, 0.3]);
    expect(ground?.east).toBeCloseTo(5, 1);
    expect(ground?.north).toBeCloseTo(26, 1);
  });

  test('hands it to its scenes: their alerts say where the subject stands', () => {
    const zones = 'zones: [{ id: yard, points: [[0, 0.2], [1, 0.2], [1, 1], [0, 1]] }]';
    const camera = parse(`${points(...corners)}, ${zones}`, '{ zone_intrusion: { zones: [yard] } }');
    if (camera === undefined) throw new Error('no camera');
    const scenes = scenesOf(observedCamera(camera), { ...sceneSurroundings(), provided: new Set(['person']) });
    const timeline = new SceneTimeline().stands('t1', {
      box: [0.28, 0.1, 0.32, 0.3],
      from: 0,
      to: 30,
      class: 'person',
    });
    const [raised] = timeline.play(scenes, 20);
    const [east, north] = offsetOf(camera, raised?.subjects[0]?.position ?? camera);
    expect(east).toBeCloseTo(-5, 1);
    expect(north).toBeCloseTo(26, 1);
    expect(raised?.subjects[0]?.position?.errorM).toBeLessThan(2);
  });

  test('without points has none', () => expect(groundOf({ lat: 30, lon: 120 })).toBeUndefined());

  test.each([
    [
      'one that is off',
      [...corners, 'picture: [0.5, 0.7], east: 0, north: 10', 'picture: [0.6, 0.45], east: 6, north: 18'],
      /ground\.points.5.*: is off by 4\.0 m from where the others put it/,
    ],
    ['three', [left, right, farLeft], /ground\.points: .*4/],
    [
      'swapped ones',
      [left, farRight, farLeft, right].map((each, index) =>
        each.replace(/picture: \S+ \S+/, corners[index]?.match(/picture: \S+ \S+/)?.[0] ?? ''),
      ),
      /horizon|mirror/,
    ],
    [
      'a line',
      [
        'picture: [0.1, 0.1], east: 1, north: 1',
        'picture: [0.2, 0.2], east: 2, north: 2',
        'picture: [0.3, 0.3], east: 3, north: 3',
        'picture: [0.4, 0.4], east: 4, north: 4',
      ],
      /ground\.points: all points lie on one line/,
    ],
    ['a place far away', [left, right, farLeft, 'picture: [0.7, 0.3], lat: 120.43, lon: 30.87'], /ground\.points.3/],
  ])('is refused for %s', (_what, each, expected) => {
    expect(() => parse(points(...each))).toThrow(expected);
  });
});

describe('masks', () => {
  const mask = 'masks: [{ name: the neighbour’s yard, points: [[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]] }]';
  const detection = (box: Box) => ({ box, score: 0.9, class: 'person' as const });

  test('drop whoever touches the ground in them, and nobody else', () => {
    const masks = parse(mask)?.masks ?? [];
    const inside = detection([0.2, 0.2, 0.3, 0.49]);
    const below = detection([0.2, 0.2, 0.3, 0.51]);
    const beside = detection([0.45, 0.2, 0.6, 0.45]);
    expect(unmasked([inside, below, beside], masks)).toEqual([below, beside]);
    expect(unmasked([inside], parse('zones: []')?.masks ?? [])).toEqual([inside]);
  });

  test.each([
    ['a line', 'masks: [{ name: n, points: [[0, 0], [1, 1]] }]'],
    ['pixels', 'masks: [{ name: n, points: [[0, 0], [640, 0], [640, 360]] }]'],
    ['no name', 'masks: [{ points: [[0, 0], [1, 0], [1, 1]] }]'],
  ])('%s is none', (_what, text) => expect(() => parse(text)).toThrow(/masks/));
});
