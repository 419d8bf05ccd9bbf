import type { CanvasTexture } from 'three';
import type { Random } from '../random.ts';
import { addGrain, addSpots, type Pen, paintTexture, tone } from './canvas-texture.ts';

/** What the lowest floor of a house is. */
export type GroundFloor = 'shops' | 'wall' | 'lobby';

/** What a wall is made of; `hoarding` is a construction site's fence. */
export type WallLook = 'brick' | 'plaster' | 'hoarding' | 'lobby';

/** Colours by day, what shines at night, and metres a repeat. */
export interface FacadeLook {
  readonly texture: CanvasTexture<OffscreenCanvas>;
  readonly glow: CanvasTexture<OffscreenCanvas>;
  readonly tileM: number;
  readonly floorM: number;
}

type Rgb = readonly [number, number, number];

const side = 256;
const glassTones: readonly Rgb[] = [
  [52, 64, 76],
  [70, 84, 96],
  [38, 44, 52],
  [92, 108, 120],
];

/** Four floors of windows; some are lit. */
export function facadeLook(random: Random): FacadeLook {
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
  return { texture, glow, tileM: columns * random.between(2.4, 3.4), floorM };
}

function paintWindow(
  pen: Pen,
  random: Random,
  window: { left: number; top: number; width: number; height: number; hasCages: boolean },
): void {
  const { left, top, width, height, hasCages } = window;
  pen.fillStyle = tone(225, 225, 222);
  pen.fillRect(left - 1.5, top - 1.5, width + 3, height + 3);
  const glass = random.pick(glassTones);
  const shade = pen.createLinearGradient(left, top, left + width, top + height);
  shade.addColorStop(0, tone(...glass));
  shade.addColorStop(1, tone(glass[0] * 1.35, glass[1] * 1.35, glass[2] * 1.35));
  pen.fillStyle = shade;
  pen.fillRect(left, top, width, height);
  if (random.chance(0.3)) {
    pen.fillStyle = tone(random.between(120, 210), random.between(110, 180), random.between(100, 170), 0.7);
    pen.fillRect(left, top, width * random.between(0.2, 1), height);
  }
  pen.fillStyle = tone(215, 215, 212);
  pen.fillRect(left + width / 2 - 1, top, 2, height);
  if (!hasCages) return;
  pen.fillStyle = tone(190, 190, 188, 0.8);
  for (let bar = 1; bar < 6; bar += 1) pen.fillRect(left - 2, top + (height * bar) / 6, width + 4, 1);
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

/** The ground floor: three shops with signs, a plain wall with a base, or a glazed lobby. */
export function groundLook(random: Random, ground: GroundFloor): FacadeLook {
  const texture = paintTexture(side, 128, (pen) => {
    const wall = random.pick<Rgb>([
      [170, 160, 146],
      [140, 138, 134],
      [186, 182, 172],
      [128, 104, 92],
    ]);
    fill(pen, wall);
    if (ground === 'wall') paintBase(pen, random, wall);
    if (ground === 'lobby') paintLobbyFront(pen, random);
    if (ground === 'shops') for (let shop = 0; shop < 3; shop += 1) paintShop(pen, random, shop * (side / 3), side / 3);
    addGrain(pen, random, 4);
  });
  const glow = paintTexture(side, 128, (pen) => {
    fill(pen, [0, 0, 0]);
    if (ground === 'wall') return;
    // Shop light and signs: the picture of the day again, behind what shines.
    pen.globalAlpha = 0.85;
    pen.drawImage(texture.image, 0, 0);
    pen.globalAlpha = 1;
    pen.fillStyle = tone(0);
    pen.fillRect(0, 112, side, 16);
    if (ground === 'shops' && random.chance(0.7)) {
      const closed = random.whole(0, 2);
      pen.fillRect((closed * side) / 3, 0, side / 3, 128);
    }
  });
  return { texture, glow, tileM: ground === 'lobby' ? random.between(8, 11) : random.between(10, 15), floorM: 3.6 };
}

function paintBase(pen: Pen, random: Random, wall: Rgb): void {
  pen.fillStyle = tone(wall[0] * 0.6, wall[1] * 0.6, wall[2] * 0.6);
  pen.fillRect(0, 104, side, 24);
  for (let column = 0; column < 4; column += 1) {
    if (random.chance(0.6))
      paintWindow(pen, random, { left: column * 64 + 16, top: 34, width: 32, height: 40, hasCages: true });
  }
}

function paintLobbyFront(pen: Pen, random: Random): void {
  pen.fillStyle = tone(96, 92, 88);
  pen.fillRect(0, 0, side, 18);
  for (let bay = 0; bay < 4; bay += 1) {
    const glass = random.pick(glassTones);
    const shade = pen.createLinearGradient(0, 20, 0, 122);
    shade.addColorStop(0, tone(glass[0] * 1.5, glass[1] * 1.5, glass[2] * 1.5));
    shade.addColorStop(1, tone(...glass));
    pen.fillStyle = shade;
    pen.fillRect(bay * 64 + 4, 22, 56, 102);
  }
}

/** One shop: shutter or glass, and a sign with made-up characters above it. */
function paintShop(pen: Pen, random: Random, left: number, width: number): void {
  const sign = random.pick<Rgb>([
    [186, 30, 28],
    [24, 70, 150],
    [20, 110, 70],
    [224, 170, 30],
    [40, 40, 44],
    [230, 226, 216],
    [206, 90, 24],
    [120, 40, 110],
  ]);
  const isLight = sign[0] + sign[1] + sign[2] > 430;
  if (random.chance(0.25)) {
    for (let slat = 40; slat < 124; slat += 4) {
      pen.fillStyle = slat % 8 === 0 ? tone(150, 152, 154) : tone(124, 126, 130);
      pen.fillRect(left + 5, slat, width - 10, 4);
    }
  } else {
    pen.fillStyle = tone(random.between(60, 110), random.between(60, 100), random.between(55, 95));
    pen.fillRect(left + 5, 40, width - 10, 84);
    for (let shelf = 0; shelf < 26; shelf += 1) {
      pen.fillStyle = tone(random.between(60, 240), random.between(60, 220), random.between(50, 200), 0.75);
      pen.fillRect(
        left + 6 + random.between(0, width - 22),
        random.between(48, 112),
        random.between(3, 11),
        random.between(3, 9),
      );
    }
    pen.fillStyle = tone(210, 215, 220, 0.22);
    pen.fillRect(left + 5, 40, (width - 10) * random.between(0.3, 0.6), 84);
    pen.fillStyle = tone(66, 66, 70);
    pen.fillRect(left + width * random.between(0.4, 0.6), 40, 3, 84);
  }
  pen.fillStyle = tone(...sign);
  pen.fillRect(left + 2, 8, width - 4, 28);
  paintCharacters(pen, random, {
    left: left + 8,
    top: 13,
    width: width - 16,
    height: 17,
    colour: isLight ? tone(190, 30, 26) : tone(250, 240, 200),
  });
}

/** Blocks of strokes that look like writing from afar. */
export function paintCharacters(
  pen: Pen,
  random: Random,
  box: { left: number; top: number; width: number; height: number; colour: string },
): void {
  const { left, top, width, height, colour } = box;
  const count = Math.max(1, Math.min(5, Math.floor(width / (height * 1.1))));
  const step = width / count;
  pen.fillStyle = colour;
  for (let index = 0; index < count; index += 1) {
    const from = left + index * step + (step - height) / 2;
    for (let stroke = random.whole(3, 5); stroke > 0; stroke -= 1) {
      if (random.chance(0.55))
        pen.fillRect(from, top + random.between(0, height - 2), height * random.between(0.6, 1), 2);
      else pen.fillRect(from + random.between(0, height - 2), top, 2, height * random.between(0.6, 1));
    }
  }
}

/** One wall's texture; the whole height of the wall is one repeat. */
export function wallLook(random: Random, look: WallLook): { texture: CanvasTexture<OffscreenCanvas>; tileM: number } {
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

function fill(pen: Pen, [red, green, blue]: Rgb): void {
  pen.fillStyle = tone(red, green, blue);
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
}
