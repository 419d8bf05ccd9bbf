import { CylinderGeometry, Group, SphereGeometry } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createPusher } from './two-wheeler-pusher.ts';
import { riderPart } from './two-wheeler-rider.ts';
import { createWheel } from './two-wheeler-wheel.ts';
import { profileBody } from './vehicle-body.ts';
import { oneOf } from './vehicle-paint.ts';

const cloths = [0x22262e, 0x1f3a6b, 0x8e2a2a, 0x5a5f66, 0xd86a86, 0x2f5a41, 0xb9b3a4, 0x6a4a8a, 0xe0a93b];

/** A pram: a basket with a hood on four small wheels; somebody walks behind it where it is `pushed`. */
export function createPram(random: Random, { pushed = false }: { pushed?: boolean } = {}): Actor {
  const cloth = oneOf(random, cloths);
  const frame = random.pick([0xb9bdc1, 0x2a2c2f, 0x2a2c2f, 0xe8e8e6]);
  const isLow = random.chance(0.4);
  const shape = new PaintedShape();
  const floorY = isLow ? 0.42 : 0.52;
  const outline = [
    [-0.36, floorY + 0.06],
    [-0.26, floorY],
    [0.28, floorY],
    [0.42, floorY + 0.2],
    [0.4, floorY + 0.24],
    [-0.4, floorY + 0.26],
  ] as const;
  shape.add(profileBody({ outline, halfWidthM: () => 0.2 }), cloth);
  shape.box([0.4, 0.05, 0.36], [0.18, floorY + 0.25, 0], random.pick([0xe8e2d6, 0x9fc4e0, 0xe7b3c0, cloth.getHex()]));
  const hood = new SphereGeometry(0.33, 10, 5, 0, Math.PI * 2, 0, Math.PI / 2);
  shape.add(hood, cloth, { at: [-0.14, floorY + 0.24, 0], turn: [0, 0, 0.35], scale: [0.95, 1.05, 0.64] });
  if (isLow) shape.box([0.3, 0.03, 0.3], [0.34, 0.24, 0], 0x2a2c2f, [0, 0, -0.5]);
  shape.box([0.46, 0.14, 0.3], [-0.02, 0.24, 0], 0x2a2c2f);
  const handle = [-0.62, random.between(0.98, 1.06), 0.2] as const;
  for (const z of [-0.2, 0.2]) {
    shape
      .bar([0.3, 0.12, z], [-0.3, floorY + 0.2, z], 0.014, frame)
      .bar([-0.3, floorY + 0.2, z], [handle[0], handle[1], z], 0.014, frame)
      .bar([-0.32, 0.14, z], [0.1, floorY + 0.12, z], 0.014, frame);
  }
  shape.add(new CylinderGeometry(0.02, 0.02, 0.42, 6), 0x17181a, {
    at: [handle[0], handle[1], 0],
    turn: [Math.PI / 2, 0, 0],
  });
  const wheels = [-0.34, 0.34].flatMap((x) =>
    [-0.22, 0.22].map((z) => createWheel({ x, z, radiusM: x < 0 ? 0.13 : 0.1, tyreM: 0.04, rim: frame, spokes: 2 })),
  );
  const object = new Group();
  object.add(shape.mesh('matte'), ...wheels.map((wheel) => wheel.object));
  const pusher = pushed ? createPusher(random, { x: handle[0] - 0.38, z: 0, grip: handle }) : undefined;
  if (pusher !== undefined) object.add(pusher.object);
  return {
    object,
    class: 'pram',
    ...(pusher !== undefined && { parts: [riderPart(pusher)] }),
    size: [pushed ? 1.9 : 1.1, 1.05, 0.55],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      pusher?.move(moment);
    },
  };
}
