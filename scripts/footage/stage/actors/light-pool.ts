import {
  AdditiveBlending,
  type BufferGeometry,
  Float32BufferAttribute,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  RingGeometry,
} from 'three';
import { lightOf } from './vehicle-lights.ts';

const glowing = new MeshBasicMaterial({
  vertexColors: true,
  blending: AdditiveBlending,
  transparent: true,
  depthWrite: false,
  fog: false,
});

/** What a lamp over the ground lights up round its foot: brightest in the middle, warm. */
export class LightPool {
  readonly object: Mesh;

  constructor(radiusM: number) {
    const disc: BufferGeometry = new RingGeometry(0.01, 1, 18, 5).rotateX(-Math.PI / 2);
    const positions = disc.getAttribute('position');
    const colours = Array.from({ length: positions.count }, (_, corner) => {
      const away = Math.hypot(positions.getX(corner), positions.getZ(corner));
      return [0.16, 0.135, 0.09].map((tone) => tone * Math.max(0, 1 - away) ** 2);
    });
    disc.scale(radiusM, 1, radiusM).translate(0, 0.03, 0);
    disc.setAttribute('color', new Float32BufferAttribute(colours.flat(), 3));
    this.object = new Mesh(disc, glowing);
    this.object.userData['mask'] = 'none';
    this.object.visible = false;
  }

  /** Lit in the dark. `within`: what stands on the stage with it. */
  show(within: Object3D): void {
    const light = lightOf(within);
    this.object.visible = light === 'night' || light === 'dusk';
  }
}
