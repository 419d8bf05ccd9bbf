import { seededRandom } from '../../src/simulator/seeded-random.ts';
import { stressSize } from './gate-footage.ts';

const { width, height } = stressSize;

/** Weather, light or a poor camera put over one picture; `random` is the clip's own, so that a run can be had again. */
type Stress = (grey: Uint8Array, atMs: number, random: () => number) => Uint8Array;

/** Everything that is no activity. */
export const stresses: Readonly<Record<string, Stress>> = {
  none: (grey) => grey,
  ramp: (grey, atMs) => gain(grey, 1 + 0.4 * Math.sin((atMs / 60_000) * 2 * Math.PI)),
  steps: (grey, atMs) => gain(grey, [1, 0.6, 1.3, 0.8][Math.floor(atMs / 12_000) % 4] ?? 1),
  gamma: (grey, atMs) => curve(grey, [1, 0.7, 1.4][Math.floor(atMs / 12_000) % 3] ?? 1),
  cloud: (grey, atMs) => cloud(grey, atMs),
  night: (grey, atMs, random) => night(grey, Math.min(1, atMs / 20_000), random),
  rain: (grey, _atMs, random) => rain(grey, random),
  sway: (grey, _atMs, random) => sway(grey, random),
  noise: (grey, _atMs, random) => noise(grey, 12, random),
  jitter: (grey, _atMs, random) => shift(grey, Math.round(random() * 4 - 2), Math.round(random() * 4 - 2)),
};

const clamp = (value: number) => Math.min(Math.max(value, 0), 255);

function mapped(grey: Uint8Array, change: (value: number) => number): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, value) => clamp(Math.round(change(value))));
  return grey.map((value) => table[value] ?? 0);
}

const gain = (grey: Uint8Array, factor: number) => mapped(grey, (value) => value * factor);
const curve = (grey: Uint8Array, gamma: number) => mapped(grey, (value) => 255 * (value / 255) ** gamma);

/** A soft shadow half the picture wide that crosses it in 30 s. */
function cloud(grey: Uint8Array, atMs: number): Uint8Array {
  const middle = (((atMs / 30_000) % 1) * 2 - 0.5) * width;
  const shade = Float32Array.from(
    { length: width },
    (_, x) => 1 - 0.45 * Math.exp(-(((x - middle) / (width / 4)) ** 2)),
  );
  return grey.map((value, at) => value * (shade[at % width] ?? 1));
}

/** Dark, little contrast, and the noise of a sensor at its limit; `share` of the way there. */
function night(grey: Uint8Array, share: number, random: () => number): Uint8Array {
  return noise(
    mapped(grey, (value) => value * (1 - 0.75 * share) + 12 * share),
    10 * share,
    random,
  );
}

/** A thousand normal numbers, drawn from at random places: a picture of fresh ones would take longer than the gate. */
const normals = (() => {
  const random = seededRandom(7);
  return Float32Array.from({ length: 65_536 }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
})();

/** Normal noise on every pixel. */
export function noise(grey: Uint8Array, sigma: number, random: () => number): Uint8Array {
  let at = Math.floor(random() * normals.length);
  const stride = 2 * Math.floor(random() * 1000) + 1;
  return grey.map((value) => {
    at = (at + stride) & (normals.length - 1);
    return clamp(value + sigma * (normals[at] ?? 0));
  });
}

/** Three hundred bright streaks. */
function rain(grey: Uint8Array, random: () => number): Uint8Array {
  const wet = Uint8Array.from(grey);
  for (let drop = 0; drop < 300; drop += 1) {
    let x = random() * width;
    const top = Math.floor(random() * height);
    const length = 15 + random() * 30;
    for (let y = top; y < Math.min(height, top + length); y += 1) {
      const at = y * width + Math.floor(x);
      wet[at] = clamp((wet[at] ?? 0) * 0.6 + 90);
      if (drop % 3 === 0) wet[at + 1] = clamp((wet[at + 1] ?? 0) * 0.6 + 90);
      x += 0.2;
    }
  }
  return wet;
}

/** The upper left third waves like leaves: displaced by up to four pixels, differently from place to place. */
function sway(grey: Uint8Array, random: () => number): Uint8Array {
  const [a, b] = [random() * 7, random() * 7];
  const moved = Uint8Array.from(grey);
  for (let y = 0; y < height / 2; y += 1) {
    for (let x = 4; x < width / 2.5; x += 1) {
      const dx = Math.round(4 * Math.sin(a + x / 23 + y / 31));
      const dy = Math.round(2 * Math.sin(b + x / 17 - y / 29));
      moved[y * width + x] = grey[Math.max(0, y + dy) * width + x + dx] ?? 0;
    }
  }
  return moved;
}

function shift(grey: Uint8Array, dx: number, dy: number): Uint8Array {
  const moved = new Uint8Array(grey.length);
  for (let y = 0; y < height; y += 1) {
    const from = Math.min(height - 1, Math.max(0, y + dy)) * width;
    for (let x = 0; x < width; x += 1)
      moved[y * width + x] = grey[from + Math.min(width - 1, Math.max(0, x + dx))] ?? 0;
  }
  return moved;
}
