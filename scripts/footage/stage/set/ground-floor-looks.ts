import type { Random } from '../random.ts';
import { addGrain, fill, type Pen, paintTexture, type Rgb, tone } from './canvas-texture.ts';
import type { FacadeLook } from './facade-looks.ts';
import { glassTones, paintWindow } from './painted-window.ts';
import { paintCharacters } from './painted-writing.ts';

/** What the lowest floor of a house is. */
export type GroundFloor = 'shops' | 'wall' | 'lobby';

const side = 256;

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
  return { texture, glow, tileM: ground === 'lobby' ? random.between(8, 11) : random.between(10, 15) };
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
  } else paintShopWindow(pen, random, left + 5, width - 10);
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

/** Shelves behind dark glass, a door, what mirrors in it. */
function paintShopWindow(pen: Pen, random: Random, left: number, width: number): void {
  const depth = pen.createLinearGradient(0, 40, 0, 124);
  const light = random.between(30, 120);
  depth.addColorStop(0, tone(light * 1.3, light * 1.22, light * 1.05));
  depth.addColorStop(1, tone(light * 0.5, light * 0.5, light * 0.5));
  pen.fillStyle = depth;
  pen.fillRect(left, 40, width, 84);
  for (let shelf = 52; shelf < 112; shelf += random.between(10, 16)) {
    for (let at = left + 2; at < left + width - 6; at += random.between(4, 10)) {
      if (random.chance(0.3)) continue;
      const tint = light * random.between(0.7, 2);
      pen.fillStyle = tone(tint * random.between(0.7, 1.3), tint, tint * random.between(0.6, 1.2), 0.8);
      const tall = random.between(4, 9);
      pen.fillRect(at, shelf - tall, random.between(3, 8), tall);
    }
    pen.fillStyle = tone(light * 0.4);
    pen.fillRect(left, shelf, width, 1.5);
  }
  pen.fillStyle = tone(205, 214, 222, random.between(0.08, 0.25));
  pen.fillRect(left, 40, width * random.between(0.3, 0.6), 84);
  pen.fillStyle = tone(random.pick([50, 150, 180]));
  const door = left + width * random.between(0.2, 0.6);
  for (const bar of [left, door, door + 20, left + width - 2]) pen.fillRect(bar, 40, 2, 84);
  pen.fillRect(left, 118, width, 6);
}
