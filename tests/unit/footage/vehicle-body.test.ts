import { type BufferGeometry, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import {
  crossPanel,
  type Profile,
  profileBody,
  type SidePoint,
  sidePanels,
  sideRectangle,
  wheelArch,
} from '../../../scripts/footage/stage/actors/vehicle-body.ts';
import { areaOf, spanOf } from './geometry-measures.ts';

/** Signed: positive where every face looks outwards. */
function volumeOf(geometry: BufferGeometry): number {
  const positions = geometry.getAttribute('position');
  const corner = (index: number) => new Vector3().fromBufferAttribute(positions, index);
  let volume = 0;
  for (let at = 0; at < positions.count; at += 3) volume += corner(at).dot(corner(at + 1).cross(corner(at + 2))) / 6;
  return volume;
}

const box: Profile = { outline: sideRectangle(-2, 0, 2, 1), halfWidthM: () => 0.75 };
/** A wedge: as wide as the box below, a third of it on top. */
const wedge: Profile = { outline: box.outline, halfWidthM: (_x, y) => 0.75 - 0.5 * y };

describe('profileBody', () => {
  test('a box has the volume and the surface of a box, looking outwards', () => {
    const body = profileBody(box);

    expect(volumeOf(body)).toBeCloseTo(4 * 1 * 1.5, 5);
    expect(areaOf(body)).toBeCloseTo(2 * (4 * 1 + 4 * 1.5 + 1 * 1.5), 5);
  });

  test('a body that leans in is narrower above', () => {
    const body = profileBody(wedge);

    expect(spanOf(body, 'z')).toBeCloseTo(1.5, 5);
    // A trapezoid of 1.5 m and 0.5 m, 1 m high, 4 m long.
    expect(volumeOf(body)).toBeCloseTo(4, 5);
  });

  test('wheel arches are cut out', () => {
    const outline: SidePoint[] = [[-2, 0], ...wheelArch(0, 0, 0.5, 0), [2, 0], [2, 1], [-2, 1]];
    const volume = volumeOf(profileBody({ outline, halfWidthM: () => 0.75 }));

    // Six chords of a half circle.
    const cutOut = 0.5 * 0.5 * 0.5 * 6 * Math.sin(Math.PI / 6) * 1.5;
    expect(volume).toBeCloseTo(6 - cutOut, 5);
  });
});

describe('panels', () => {
  test('lie on both sides a little before the metal', () => {
    const panels = sidePanels(box, sideRectangle(-1, 0.2, 1, 0.8), 0.02);

    expect(spanOf(panels, 'z')).toBeCloseTo(1.54, 5);
    expect(areaOf(panels)).toBeCloseTo(2 * 2 * 0.6, 5);
  });

  test('go across the front within a margin, a little before it', () => {
    const panel = crossPanel(box, [2, 0], [2, 1], 0.1);
    panel.computeBoundingBox();

    expect(spanOf(panel, 'z')).toBeCloseTo(1.3, 5);
    expect(spanOf(panel, 'y')).toBeCloseTo(0.8, 5);
    expect(panel.boundingBox?.min.x).toBeGreaterThan(2);
    expect(panel.getAttribute('normal').getX(0)).toBeCloseTo(1, 5);
  });
});

test('an arch begins and ends on the sill', () => {
  const arch = wheelArch(1, 0.3, 0.4, 0.2);

  expect(arch[0]?.[1]).toBeCloseTo(0.2, 1);
  expect(arch.at(-1)?.[1]).toBeCloseTo(0.2, 1);
  expect(arch.at(-1)?.[0]).toBeGreaterThan(arch[0]?.[0] ?? Infinity);
  expect(arch[3]?.[1]).toBeCloseTo(0.7, 5);
});
