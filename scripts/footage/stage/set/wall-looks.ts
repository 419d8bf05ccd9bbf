import type { Random } from '../random.ts';
import {
  addGrain,
  addSpots,
  fill,
  type PaintedTexture,
  type Pen,
  paintTexture,
  type Rgb,
  tone,
} from './canvas-texture.ts';

/** What a wall is made of; `hoarding` is a construction site's fence. */
export type WallLook = 'brick' | 'plaster' | 'hoarding' | 'lobby';

const side = 256;

/** One wall's texture; the whole height of the wall is one repeat. */
export function wallLook(random: Random, look: WallLook): { texture: PaintedTexture; tileM: number } {
  const painters: Readonly<Record<WallLook, (pen: Pen) => void>> = {
    brick: (pen) => {
      const base = random.pick<Rgb>([
        [150, 84, 66],
        [128, 118, 108],
        [164, 112, 84],
      ]);
      fill(pen, [base[0] * 0.8 + 40, base[1] * 0.8 + 40, base[2] * 0.8 + 40]);
      for (let row = 0; row < 21; row += 1) {
        for (let column = -1; column < 8; column += 1) {
          const light = random.between(0.8, 1.15);
          pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light);
          pen.fillRect(column * 32 + (row % 2) * 16 + 1, row * 12 + 1, 30, 10);
        }
      }
    },
    plaster: (pen) => {
      const base = random.pick<Rgb>([
        [212, 206, 192],
        [190, 184, 172],
        [176, 178, 180],
        [206, 190, 160],
      ]);
      fill(pen, base);
      addSpots(pen, random, {
        count: 26,
        radius: [10, 70],
        colour: () => tone(80, 74, 66, random.between(0.02, 0.14)),
      });
      pen.fillStyle = tone(base[0] * 0.55, base[1] * 0.55, base[2] * 0.55);
      pen.fillRect(0, side - 44, side, 44);
    },
    hoarding: (pen) => {
      const base = random.pick<Rgb>([
        [40, 96, 160],
        [60, 130, 96],
        [214, 214, 210],
        [70, 120, 170],
      ]);
      fill(pen, base);
      for (let panelAt = 0; panelAt < side; panelAt += 32) {
        pen.fillStyle = tone(base[0] * 0.75, base[1] * 0.75, base[2] * 0.75);
        pen.fillRect(panelAt, 0, 3, side);
        pen.fillStyle = tone(255, 255, 255, 0.12);
        pen.fillRect(panelAt + 10, 0, 6, side);
      }
      addSpots(pen, random, { count: 10, radius: [10, 60], colour: () => tone(90, 80, 60, random.between(0.05, 0.2)) });
    },
    lobby: (pen) => {
      const base = random.pick<Rgb>([
        [226, 220, 206],
        [208, 196, 176],
        [214, 216, 218],
      ]);
      fill(pen, base);
      pen.fillStyle = tone(base[0] * 0.85, base[1] * 0.85, base[2] * 0.85);
      for (let line = 0; line < 4; line += 1) {
        pen.fillRect(0, line * 64, side, 1.5);
        pen.fillRect(line * 64, 0, 1.5, side);
      }
      pen.fillStyle = tone(110, 96, 80);
      pen.fillRect(0, side - 14, side, 14);
    },
  };
  const texture = paintTexture(side, side, (pen) => {
    painters[look](pen);
    addGrain(pen, random, 6);
  });
  return { texture, tileM: random.between(2.6, 4) };
}
