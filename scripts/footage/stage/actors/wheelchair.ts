import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createPusher } from './two-wheeler-pusher.ts';
import { createRider, type Rider, riderPart } from './two-wheeler-rider.ts';
import { createWheel } from './two-wheeler-wheel.ts';

/** A wheelchair: two large wheels beside the seat, two small ones before it; who sits in it is a part of its own. */
export function createWheelchair(random: Random, { pushed }: { pushed?: boolean } = {}): Actor {
  const frame = random.pick([0xb9bdc1, 0x2a2c2f, 0x2a4f9a, 0x8e2227]);
  const cloth = random.pick([0x16181c, 0x16181c, 0x1f3a6b, 0x5a1f24]);
  const radiusM = random.between(0.29, 0.31);
  const shape = new PaintedShape();
  shape
    .box([0.42, 0.05, 0.42], [0, 0.5, 0], cloth)
    .box([0.04, 0.42, 0.42], [-0.23, 0.72, 0], cloth, [0, 0, 0.12])
    .box([0.16, 0.02, 0.36], [0.44, 0.12, 0], 0x2a2c2f, [0, 0, 0.2]);
  for (const z of [-0.24, 0.24]) {
    shape
      .bar([-0.2, 0.3, z], [-0.27, 0.95, z], 0.014, frame)
      .bar([-0.27, 0.93, z], [-0.4, 0.95, z], 0.018, 0x17181a)
      .bar([-0.22, 0.48, z], [0.22, 0.48, z], 0.014, frame)
      .bar([0.22, 0.7, z], [0.22, 0.48, z], 0.014, frame)
      .bar([-0.24, 0.7, z], [0.22, 0.7, z], 0.014, frame)
      .box([0.28, 0.03, 0.05], [0.04, 0.72, z], 0x17181a)
      .bar([0.22, 0.48, z], [0.4, 0.12, z * 0.7], 0.014, frame)
      .bar([0.2, 0.48, z], [0.26, 0.16, z], 0.014, frame)
      .bar([-0.2, 0.3, z], [0.26, 0.24, z], 0.012, frame);
  }
  const large = [-0.29, 0.29].map((z) => createWheel({ x: -0.14, z, radiusM, tyreM: 0.04, rim: 0xc3c7ca, spokes: 6 }));
  const small = [-0.24, 0.24].map((z) =>
    createWheel({ x: 0.28, z, radiusM: 0.09, tyreM: 0.035, rim: 0x777a7d, spokes: 1 }),
  );
  const object = new Group();
  object.add(shape.mesh('plastic'), ...[...large, ...small].map((wheel) => wheel.object));
  const sitter = createRider(random, {
    seat: [-0.06, 0.53],
    grip: random.chance(0.5) ? [-0.02, 0.66, 0.3] : [0.16, 0.74, 0.22],
    feet: { x: 0.42, y: 0.14, z: 0.12 },
    lean: random.between(-0.08, 0.1),
    keepsFeet: true,
  });
  const people: Rider[] = [sitter];
  if (pushed === true) people.push(createPusher(random, { x: -0.72, z: 0, grip: [-0.36, 0.95, 0.24] }));
  for (const person of people) object.add(person.object);
  return {
    object,
    class: 'wheelchair',
    parts: people.map(riderPart),
    size: [pushed === true ? 1.7 : 1.05, 1.35, 0.7],
    move: (moment) => {
      for (const wheel of [...large, ...small]) wheel.roll(moment.wayM);
      for (const person of people) person.move(moment);
    },
  };
}
