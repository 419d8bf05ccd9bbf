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

/** What ground is made of. */
export type SurfaceKind = 'asphalt' | 'concrete' | 'paving' | 'tiles' | 'grass' | 'soil' | 'water';

/** A texture and how many metres it covers. */
export interface SurfaceLook {
  readonly texture: PaintedTexture;
  readonly tileM: number;
}

const side = 256;

/** Another asphalt, paving, lawn … from every random source. */
export function surfaceLook(random: Random, kind: SurfaceKind): SurfaceLook {
  const painters: Readonly<Record<SurfaceKind, (random: Random) => SurfaceLook>> = {
    asphalt,
    concrete,
    paving,
    tiles,
    grass,
    soil,
    water,
  };
  return painters[kind](random);
}

function painted(tileM: number, paint: (pen: Pen) => void): SurfaceLook {
  return { texture: paintTexture(side, side, paint), tileM };
}

/** Two soft dark tracks of tyres. */
function tracks(pen: Pen, random: Random): void {
  const [y, bend, gap] = [random.between(20, 200), random.between(-22, 22), random.between(34, 50)];
  pen.lineWidth = random.between(4, 8);
  pen.strokeStyle = tone(14, 14, 15, random.between(0.05, 0.15));
  for (const side of [y, y + gap]) {
    pen.beginPath();
    pen.moveTo(0, side);
    pen.bezierCurveTo(90, side + bend, 170, side - bend, 256, side);
    pen.stroke();
  }
}

/** A crooked line from border to border, for cracks. */
function crack(pen: Pen, random: Random, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = random.between(0.7, 1.6);
  pen.beginPath();
  let [x, y] = [random.between(0, side), random.between(0, side)];
  const [stepX, stepY] = [random.between(-9, 9), random.between(-9, 9)];
  pen.moveTo(x, y);
  for (let step = random.whole(6, 20); step > 0; step -= 1) {
    x += stepX + random.between(-8, 8);
    y += stepY + random.between(-8, 8);
    pen.lineTo(x, y);
  }
  pen.stroke();
}

function asphalt(random: Random): SurfaceLook {
  const grey = random.between(62, 122);
  const warmth = random.between(-5, 7);
  return painted(random.between(7, 11), (pen) => {
    fill(pen, [grey + warmth, grey, grey - warmth]);
    addSpots(pen, random, {
      count: 26,
      radius: [14, 60],
      colour: () => {
        const shade = random.pick([25, 160]);
        return tone(shade, shade, shade, random.between(0.03, 0.11));
      },
    });
    // Oil, and where it was mended.
    addSpots(pen, random, {
      count: random.whole(0, 5),
      radius: [4, 14],
      colour: () => tone(20, 20, 22, random.between(0.15, 0.4)),
    });
    if (random.chance(0.5)) tracks(pen, random);
    for (let count = random.whole(1, 6); count > 0; count -= 1)
      crack(pen, random, tone(grey * 0.5, grey * 0.5, grey * 0.5, 0.7));
    addGrain(pen, random, random.between(9, 18));
  });
}

function concrete(random: Random): SurfaceLook {
  const grey = random.between(130, 185);
  const warmth = random.between(0, 10);
  return painted(random.between(6, 9), (pen) => {
    fill(pen, [grey + warmth, grey, grey - warmth]);
    addSpots(pen, random, {
      count: 24,
      radius: [16, 70],
      colour: () => tone(70, 68, 62, random.between(0.02, 0.12)),
    });
    pen.fillStyle = tone(grey * 0.6, grey * 0.58, grey * 0.55, 0.8);
    pen.fillRect(0, 0, side, 2);
    pen.fillRect(0, 0, 2, side);
    for (let count = random.whole(0, 3); count > 0; count -= 1)
      crack(pen, random, tone(grey * 0.55, grey * 0.54, grey * 0.5, 0.6));
    addGrain(pen, random, 8);
  });
}

function paving(random: Random): SurfaceLook {
  const base = random.pick<Rgb>([
    [150, 148, 142],
    [168, 120, 100],
    [126, 128, 132],
    [178, 164, 138],
    [140, 116, 104],
  ]);
  const columns = random.pick([4, 8, 8, 12]);
  const rows = random.pick([4, 8, 12, 16]);
  const isBond = random.chance(0.6);
  const joint = random.between(0.5, 0.8);
  return painted(random.between(2.2, 4), (pen) => {
    fill(pen, [base[0] * joint, base[1] * joint, base[2] * joint]);
    const [width, height] = [side / columns, side / rows];
    for (let row = 0; row < rows; row += 1) {
      for (let column = -1; column < columns; column += 1) {
        const light = random.between(0.88, 1.1);
        pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light);
        const left = (column + (isBond && row % 2 === 1 ? 0.5 : 0)) * width;
        pen.fillRect(left + 0.8, row * height + 0.8, width - 1.6, height - 1.6);
      }
    }
    addSpots(pen, random, { count: 12, radius: [10, 50], colour: () => tone(40, 38, 34, random.between(0.03, 0.14)) });
    addGrain(pen, random, 8);
  });
}

function tiles(random: Random): SurfaceLook {
  const base = random.pick<Rgb>([
    [214, 208, 196],
    [196, 198, 200],
    [172, 160, 144],
    [148, 150, 154],
  ]);
  return painted(random.between(2.4, 3.6), (pen) => {
    const each = side / 4;
    for (let row = 0; row < 4; row += 1) {
      for (let column = 0; column < 4; column += 1) {
        const light = random.between(0.95, 1.04);
        pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light);
        pen.fillRect(column * each, row * each, each, each);
      }
    }
    addSpots(pen, random, { count: 16, radius: [6, 40], colour: () => tone(90, 84, 76, random.between(0.03, 0.1)) });
    pen.fillStyle = tone(base[0] * 0.7, base[1] * 0.7, base[2] * 0.7);
    for (let line = 0; line < 4; line += 1) {
      pen.fillRect(line * each, 0, 1.5, side);
      pen.fillRect(0, line * each, side, 1.5);
    }
    addGrain(pen, random, 4);
  });
}

function grass(random: Random): SurfaceLook {
  const dryness = random.between(0, 1);
  const base: readonly [number, number, number] = [70 + dryness * 62, 96 + dryness * 22, 46 + dryness * 16];
  return painted(random.between(4, 7), (pen) => {
    fill(pen, base);
    addSpots(pen, random, {
      count: 40,
      radius: [8, 46],
      colour: () => tone(base[0] * random.between(0.6, 1.4), base[1] * random.between(0.7, 1.25), base[2], 0.22),
    });
    for (let blade = 0; blade < 2600; blade += 1) {
      const light = random.between(0.6, 1.4);
      pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light, 0.6);
      pen.fillRect(random.between(0, side), random.between(0, side), 1, random.between(1, 4));
    }
  });
}

function soil(random: Random): SurfaceLook {
  const base = random.pick<Rgb>([
    [124, 100, 74],
    [140, 120, 92],
    [104, 86, 66],
    [150, 128, 100],
  ]);
  return painted(random.between(5, 8), (pen) => {
    fill(pen, base);
    addSpots(pen, random, {
      count: 50,
      radius: [5, 40],
      colour: () => tone(base[0] * random.between(0.55, 1.35), base[1] * random.between(0.55, 1.3), base[2], 0.2),
    });
    for (let stone = 0; stone < 300; stone += 1) {
      const light = random.between(0.5, 1.5);
      pen.fillStyle = tone(base[0] * light, base[1] * light, base[2] * light, 0.7);
      pen.fillRect(random.between(0, side), random.between(0, side), random.between(1, 4), random.between(1, 3));
    }
    addGrain(pen, random, 12);
  });
}

function water(random: Random): SurfaceLook {
  const base = random.pick<Rgb>([
    [46, 58, 48],
    [58, 62, 50],
    [38, 54, 58],
    [66, 64, 50],
  ]);
  return painted(random.between(12, 20), (pen) => {
    fill(pen, base);
    addSpots(pen, random, {
      count: 24,
      radius: [20, 80],
      colour: () => tone(base[0] * random.between(0.6, 1.4), base[1] * random.between(0.6, 1.4), base[2], 0.2),
    });
  });
}
