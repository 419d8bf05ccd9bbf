import { describe, expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import { type EdgeConfig, edgeSchema } from '../../../src/edge/config.ts';
import { configChange } from '../../../src/edge/config-change.ts';

const camera = (id: string, more: object = {}) => ({
  id,
  name: id,
  division: '330503',
  lat: 30,
  lon: 120,
  stream: { file: '/clips/street.mp4' },
  zones: [
    {
      id: 'kerb',
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    },
  ],
  scenes: { illegal_parking: { zones: ['kerb'] } },
  ...more,
});

const config = (cameras: readonly object[], more: object = {}): EdgeConfig =>
  edgeSchema.parse({
    site: 'test',
    node: 'edge-1',
    keyFile: 'node.pem',
    publish: { broker: { url: 'mqtt://127.0.0.1', username: 'n', password: { env: 'SECRET' } } },
    cameras,
    ...more,
  });

const story = (before: EdgeConfig, after: EdgeConfig) => {
  const { added, removed, changed, unchanged, restart } = configChange(before, after);
  const ids = (cameras: EdgeConfig['cameras'] | readonly EdgeConfig['cameras'][number][]) =>
    cameras.map(({ id }) => id);
  return {
    added: ids(added),
    removed: ids(removed),
    changed: changed.map(({ camera: { id }, stream }) => (stream ? `${id} stream` : id)),
    unchanged,
    restart,
  };
};

const nothing = { added: [], removed: [], changed: [], unchanged: 0, restart: [] };

describe('configChange', () => {
  const before = config([camera('a'), camera('b'), camera('c')]);

  test.each<[string, EdgeConfig, object]>([
    ['nothing', config([camera('a'), camera('b'), camera('c')]), { unchanged: 3 }],
    ['another order', config([camera('c'), camera('a'), camera('b')]), { unchanged: 3 }],
    [
      'a default written out',
      config([
        camera('a', {
          zones: [
            {
              id: 'kerb',
              kind: 'polygon',
              points: [
                [0, 0],
                [1, 0],
                [1, 1],
              ],
            },
          ],
        }),
        camera('b'),
        camera('c'),
      ]),
      { unchanged: 3 },
    ],
    ['a camera more', config([camera('a'), camera('b'), camera('c'), camera('d')]), { added: ['d'], unchanged: 3 }],
    ['a camera less', config([camera('a'), camera('c')]), { removed: ['b'], unchanged: 2 }],
    [
      'a threshold of one',
      config([
        camera('a'),
        camera('b', { scenes: { illegal_parking: { zones: ['kerb'], dwellMs: 60_000 } } }),
        camera('c'),
      ]),
      { changed: ['b'], unchanged: 2 },
    ],
    [
      'the address of one',
      config([camera('a'), camera('b', { stream: { file: '/clips/other.mp4' } }), camera('c')]),
      { changed: ['b stream'], unchanged: 2 },
    ],
    [
      'a section of the node',
      config([camera('a'), camera('b'), camera('c')], { gate: {}, decode: { workers: 3 } }),
      { unchanged: 3, restart: ['decode'] },
    ],
    [
      'everything at once',
      config([camera('b', { name: 'new name' }), camera('c', { keep: { maxMs: 5_000 } }), camera('d')], {
        node: 'edge-2',
      }),
      { added: ['d'], removed: ['a'], changed: ['b', 'c stream'], restart: ['node'] },
    ],
  ])('%s', (_what, after, expected) => {
    expect(story(before, after)).toEqual({ ...nothing, ...expected });
  });

  test('a camera that failed begins anew, also unchanged, and is taken out where it is gone', () => {
    const { added, removed, changed, unchanged } = configChange(
      before,
      config([camera('a'), camera('c')]),
      new Set(['a', 'b'] as CameraId[]),
    );
    expect(added.map(({ id }) => id)).toEqual(['a']);
    expect(removed.map(({ id }) => id)).toEqual(['b']);
    expect([changed.length, unchanged]).toEqual([0, 1]);
  });
});
