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
import { paintWindow } from './painted-window.ts';

/** Colours by day, what shines at night, and metres a repeat. */
export interface FacadeLook {
  readonly texture: PaintedTexture;
  readonly glow: PaintedTexture;
  readonly tileM: number;
}

/** Upper floors: four to a repeat. */
export interface FloorsLook extends FacadeLook {
  readonly floorM: number;
  /** Columns of windows a repeat. */
  readonly columns: number;
}

const side = 256;

/** Four floors of windows; some are lit. */
export function facadeLook(random: Random): FloorsLook {
  const wall = random.pick<Rgb>([
    [196, 188, 172],
    [168, 150, 130],
    [150, 98, 82],
    [208, 206, 200],
    [142, 146, 150],
    [190, 168, 132],
    [174, 180, 176],
  ]);
  const columns = random.pick([3, 4, 4, 5]);
  const [cellX, cellY] = [side / columns, side / 4];
  const windowX = cellX * random.between(0.36, 0.72);
  const windowY = cellY * random.between(0.42, 0.62);
  const hasCages = random.chance(0.35);
  const hasBands = random.chance(0.5);
  const boxes = random.chance(0.6);
  const lit: { left: number; top: number; colour: string }[] = [];
  const texture = paintTexture(side, side, (pen) => {
    fill(pen, wall);
    addSpots(pen, random, { count: 14, radius: [20, 80], colour: () => tone(60, 55, 48, random.between(0.02, 0.1)) });
    if (hasBands) {
      pen.fillStyle = tone(wall[0] * 0.8, wall[1] * 0.8, wall[2] * 0.8);
      for (let floor = 0; floor < 4; floor += 1) pen.fillRect(0, floor * cellY, side, 4);
    }
    for (let floor = 0; floor < 4; floor += 1) {
      for (let column = 0; column < columns; column += 1) {
        const left = column * cellX + (cellX - windowX) / 2;
        const top = floor * cellY + (cellY - windowY) / 2 - 2;
        paintWindow(pen, random, { left, top, width: windowX, height: windowY, hasCages });
        // What drips from a sill leaves a streak; an air conditioner hangs beside many a window.
        pen.fillStyle = tone(40, 38, 34, 0.14);
        pen.fillRect(left, top + windowY, windowX, random.between(3, 12));
        if (boxes && random.chance(0.45))
          paintAirConditioner(pen, left + windowX * random.between(-0.1, 0.6), top + windowY + 3);
        if (random.chance(0.3)) lit.push({ left, top, colour: litColour(random) });
      }
    }
    addGrain(pen, random, 5);
  });
  const glow = paintTexture(side, side, (pen) => {
    fill(pen, [0, 0, 0]);
    for (const { left, top, colour } of lit) {
      pen.fillStyle = colour;
      pen.fillRect(left + 1, top + 1, windowX - 2, windowY - 2);
    }
  });
  const floorM = random.between(2.9, 3.4);
  return { texture, glow, tileM: columns * random.between(2.4, 3.4), floorM, columns };
}

function paintAirConditioner(pen: Pen, left: number, top: number): void {
  pen.fillStyle = tone(222, 222, 216);
  pen.fillRect(left, top, 14, 9);
  pen.fillStyle = tone(110, 112, 112);
  pen.beginPath();
  pen.arc(left + 5, top + 4.5, 3.4, 0, Math.PI * 2);
  pen.fill();
}

function litColour(random: Random): string {
  return random.chance(0.7)
    ? tone(255, random.between(190, 225), random.between(110, 160))
    : tone(random.between(200, 235), 235, 240);
}
