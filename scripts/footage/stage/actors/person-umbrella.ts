import { ConeGeometry, CylinderGeometry, DoubleSide, Group, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import type { Random } from '../random.ts';

const colours = [0x16181d, 0x1f3a6b, 0xb02a2f, 0x2f5a41, 0x6a4a8a, 0xd86a86, 0xd8c23f, 0xdfe8f0, 0x6d8bb3];
const pole = new MeshLambertMaterial({ color: 0x3a3a3c });

/** An open umbrella; its origin is the hand, 0.75 m below the canopy. */
export function createHandUmbrella(random: Random): Object3D {
  const radiusM = random.between(0.48, 0.66);
  const heightM = random.between(0.2, 0.3);
  const canopy = new Mesh(
    new ConeGeometry(radiusM, heightM, 8, 2, true),
    new MeshLambertMaterial({ color: random.pick(colours), side: DoubleSide, flatShading: true }),
  );
  bulge(canopy, radiusM, heightM);
  canopy.position.y = 0.72;
  const stick = new Mesh(new CylinderGeometry(0.012, 0.012, 0.95, 5), pole);
  stick.position.y = 0.36;
  const umbrella = new Group();
  umbrella.add(canopy, stick);
  for (const mesh of [canopy, stick]) mesh.castShadow = true;
  return umbrella;
}

/** A canopy is round, not a cone. */
function bulge(canopy: Mesh, radiusM: number, heightM: number): void {
  const position = canopy.geometry.getAttribute('position');
  for (let corner = 0; corner < position.count; corner += 1) {
    const share = Math.hypot(position.getX(corner), position.getZ(corner)) / radiusM;
    position.setY(corner, heightM * (0.5 - share ** 2));
  }
  canopy.geometry.computeVertexNormals();
}
