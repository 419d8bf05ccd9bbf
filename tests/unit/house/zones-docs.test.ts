import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { calibrateGround, groundOf } from '../../../src/edge/calibrate-ground.ts';
import { cameraFileSchema } from '../../../src/edge/config.ts';
import { groundSchema } from '../../../src/edge/ground-config.ts';
import { calendarSchema } from '../../../src/edge/scene/rule/site-calendar.ts';
import { parseConfig } from '../../../src/lib/config.ts';
import { PinholeCamera } from '../../support/pinhole-camera.ts';

const page = readFileSync(new URL('../../../docs/zones.md', import.meta.url), 'utf8');
const example = (label: string) => page.match(new RegExp(`\`\`\`yaml${label}\\n([^]*?)\`\`\``))?.[1] ?? '';
const place = { lat: 30.8703, lon: 120.4167 };

describe('docs/zones.md', () => {
  test('has examples that are accepted', () => {
    const [camera] = parseConfig(example(''), cameraFileSchema, 'zones.md').cameras;
    expect(camera).toMatchObject({ ...place, masks: [{ name: 'the flag on the pole' }] });
    expect(calendarSchema.safeParse(parse(example(' calendar'))).error).toBeUndefined();
    expect(groundOf({ ...place, ground: groundSchema.parse(parse(example(' ground'))) })).toBeDefined();
  });

  test.each([
    [
      'spread',
      [
        [0.1, 0.95],
        [0.9, 0.9],
        [0.85, 0.3],
        [0.2, 0.35],
      ],
      0,
    ],
    [
      'near',
      [
        [0.3, 0.95],
        [0.7, 0.9],
        [0.7, 0.7],
        [0.3, 0.75],
      ],
      1,
    ],
  ] as const)('says the errors of points that lie %s', (_what, picture, column) => {
    const camera = new PinholeCamera({ heightM: 8, tiltDegrees: 18 });
    const points = picture.map((at) => ({ picture: at, east: camera.ground(at)[0], north: camera.ground(at)[1] }));
    const calibration = calibrateGround(groundSchema.parse({ points }), place);
    const ground = calibration.ok ? calibration.ground : undefined;
    for (const distance of [12, 30, 60]) {
      const cells = page.match(new RegExp(`\\| ${distance} m \\|.*`))?.[0].split('|') ?? [];
      const said = cells.map((cell) => Number.parseFloat(cell.replace(/[^\d.]/g, '')));
      const at = camera.picture([0, distance]);
      for (const [error, value = 0] of [
        [ground?.toGround(at)?.errorM, said[2 + column]],
        [ground?.speed(at, [0, 0])?.errorMps, said[4]],
      ] as const) {
        expect(error).toBeGreaterThan(0.9 * value - 0.05);
        expect(error).toBeLessThan(1.1 * value + 0.05);
      }
    }
  });
});
