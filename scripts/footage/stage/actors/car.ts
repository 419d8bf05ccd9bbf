import { BoxGeometry, Group, Mesh, MeshStandardMaterial } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';

/** A passenger car. */
export function createCar(
  random: Random,
  _options: { kind?: 'sedan' | 'hatchback' | 'suv' | 'van' | 'taxi' } = {},
): Actor {
  const object = new Group();
  const paint = new MeshStandardMaterial({
    color: random.pick([0x8a1f1f, 0xdddddd, 0x222222, 0x1f3f8a]),
    roughness: 0.4,
  });
  const body = new Mesh(new BoxGeometry(4.4, 0.8, 1.8), paint);
  body.position.y = 0.7;
  const cabin = new Mesh(new BoxGeometry(2.4, 0.6, 1.6), new MeshStandardMaterial({ color: 0x223344 }));
  cabin.position.set(-0.2, 1.35, 0);
  for (const mesh of [body, cabin]) {
    mesh.castShadow = true;
    object.add(mesh);
  }
  return { object, class: 'car', size: [4.4, 1.65, 1.8] };
}
