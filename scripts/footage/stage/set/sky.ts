import { EquirectangularReflectionMapping } from 'three';
import type { Random } from '../random.ts';
import { addSpots, type PaintedTexture, paintTexture } from './canvas-texture.ts';
import type { DayPart } from './day-parts.ts';

/** The sky all round: from horizon to zenith, with clouds where there are some. */
export function skyTexture(random: Random, { horizon, zenith, cloud }: DayPart): PaintedTexture {
  const texture = paintTexture(256, 128, (pen) => {
    const shade = pen.createLinearGradient(0, 0, 0, 128);
    shade.addColorStop(0, `#${zenith.getHexString()}`);
    shade.addColorStop(0.5, `#${horizon.getHexString()}`);
    shade.addColorStop(1, `#${horizon.getHexString()}`);
    pen.fillStyle = shade;
    pen.fillRect(0, 0, 256, 128);
    if (cloud > 0 && cloud < 1)
      addSpots(pen, random, {
        count: Math.round(cloud * 60),
        radius: [5, 22],
        colour: () => `rgba(255,255,255,${random.between(0.1, 0.4)})`,
      });
  });
  texture.mapping = EquirectangularReflectionMapping;
  return texture;
}
