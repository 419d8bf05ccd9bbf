import { AdditiveBlending, Sprite, SpriteMaterial } from 'three';
import { paintTexture, tone } from './canvas-texture.ts';
import type { Glow } from './night-glow.ts';

/** The bright spot that a lamp makes in a lens; `sizeM` across. */
export function createHalo(sizeM: number, colour: number): Sprite {
  const texture = paintTexture(64, 64, (pen) => {
    const soft = pen.createRadialGradient(32, 32, 0, 32, 32, 32);
    soft.addColorStop(0, tone(255, 255, 255, 1));
    soft.addColorStop(0.12, tone(255, 255, 255, 0.5));
    soft.addColorStop(0.4, tone(255, 255, 255, 0.1));
    soft.addColorStop(1, tone(255, 255, 255, 0));
    pen.fillStyle = soft;
    pen.fillRect(0, 0, 64, 64);
  });
  const material = new SpriteMaterial({ map: texture, color: colour, blending: AdditiveBlending, depthWrite: false });
  material.userData['glow'] = { night: 0.9, dusk: 0.6 } satisfies Glow;
  const halo = new Sprite(material);
  halo.scale.set(sizeM, sizeM, 1);
  return halo;
}
