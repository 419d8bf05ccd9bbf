import { glyphSize, litPixels } from './caption-font.ts';
import type { Random } from './stage/random.ts';
import type { LightKind } from './truth.ts';

/** What a camera writes into its picture. */
export interface Caption {
  /** Writes the time and the camera's name onto RGB bytes, in place. */
  burnIn(rgb: Uint8Array, width: number, height: number, timeS: number): void;
}

/** Pixels of the picture a glyph's pixel takes. */
const scale = 2;
const marginPx = 10;

/** Hours of the clock in each light. */
const hours: Readonly<Record<LightKind, readonly [number, number]>> = {
  day: [8, 16],
  rain: [8, 16],
  dusk: [18, 19],
  night: [20, 23],
  infrared: [0, 4],
};

/** Streets of the block; no place of that name is meant. */
const streets = [
  'MAPLE RD',
  'BRIDGE ST',
  'CANAL WALK',
  'MARKET LN',
  'SCHOOL RD',
  'EAST GATE',
  'RIVER BANK',
  'MILL YARD',
];

/** White letters with a dark edge: the time in an upper corner, the name in a lower one. */
export function createCaption(random: Random, light: LightKind): Caption {
  const startMs = Date.UTC(
    2026,
    random.whole(0, 11),
    random.whole(1, 28),
    random.whole(...hours[light]),
    random.whole(0, 59),
    random.whole(0, 59),
  );
  const name = `${random.pick(streets)} ${String(random.whole(1, 24)).padStart(2, '0')}`;
  const [isTimeLeft, isNameLeft] = [random.chance(0.7), random.chance(0.3)];
  return {
    burnIn(rgb, width, height, timeS) {
      const time = new Date(startMs + Math.floor(timeS) * 1000).toISOString().slice(0, 19).replace('T', ' ');
      const left = (text: string, isLeft: boolean) =>
        isLeft ? marginPx : width - marginPx - text.length * glyphSize.advance * scale;
      write(rgb, width, height, time, left(time, isTimeLeft), marginPx);
      write(rgb, width, height, name, left(name, isNameLeft), height - marginPx - glyphSize.height * scale);
    },
  };
}

function write(rgb: Uint8Array, width: number, height: number, text: string, left: number, top: number): void {
  const lit = litPixels(text);
  const fill = (x1: number, y1: number, x2: number, y2: number, value: number) => {
    for (let y = Math.max(0, y1); y < Math.min(height, y2); y += 1)
      rgb.fill(value, (y * width + Math.max(0, x1)) * 3, (y * width + Math.max(0, Math.min(width, x2))) * 3);
  };
  const corner = ([x, y]: readonly [number, number]) => [left + x * scale, top + y * scale] as const;
  for (const [x, y] of lit.map(corner)) fill(x - 1, y - 1, x + scale + 1, y + scale + 1, 24);
  for (const [x, y] of lit.map(corner)) fill(x, y, x + scale, y + scale, 238);
}
