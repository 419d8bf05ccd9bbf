import { Bloom } from './bloom.ts';
import { gaussians } from './gaussians.ts';
import { filterSeparable } from './separable-filter.ts';
import type { Random } from './stage/random.ts';
import type { LightKind } from './truth.ts';

/** One camera's lens and sensor. */
export interface Sensor {
  /**
   * Turns a clean picture (RGB, top row first), in place, into what the camera sees. The same picture and index give
   * the same bytes; another index gives other noise.
   */
  expose(rgb: Uint8Array, width: number, height: number, index: number): void;
}

/** What a light does to a sensor; noise in shares of white, in linear light. */
interface LightCharacter {
  /** Brightness error, factor in linear light. */
  readonly gain: readonly [number, number];
  /** Photons: their noise at white. */
  readonly shot: readonly [number, number];
  /** Of the electronics, everywhere. */
  readonly read: readonly [number, number];
  /** Share of colour in the noise: cameras smooth colour more than brightness. */
  readonly colourNoise: number;
  /** Strength of the glow round what is far too bright. */
  readonly bloom: number;
}

/** By eye beside street cameras’ substreams; amplification rises as light falls. */
const characters: Readonly<Record<LightKind, LightCharacter>> = {
  day: { gain: [0.85, 1.3], shot: [0.012, 0.022], read: [0.0006, 0.0014], colourNoise: 0.4, bloom: 0.05 },
  rain: { gain: [0.85, 1.2], shot: [0.015, 0.026], read: [0.001, 0.002], colourNoise: 0.4, bloom: 0.08 },
  dusk: { gain: [0.85, 1.25], shot: [0.02, 0.035], read: [0.0015, 0.003], colourNoise: 0.5, bloom: 0.15 },
  night: { gain: [0.9, 1.5], shot: [0.03, 0.05], read: [0.002, 0.0045], colourNoise: 0.55, bloom: 0.25 },
  infrared: { gain: [0.9, 1.4], shot: [0.03, 0.05], read: [0.002, 0.0045], colourNoise: 0, bloom: 0.35 },
};

/** Display gamma: what the picture's bytes stand for in linear light. */
const gamma = 2.2;

/** A camera with its own softness, vignetting, exposure, colour error and noise. */
export function createSensor(random: Random, light: LightKind): Sensor {
  const { gain, shot, read, colourNoise, bloom } = characters[light];
  const isGrey = light === 'infrared';
  const soft = random.between(0.08, 0.22);
  const halo = random.between(0.02, 0.09);
  const tap = soft - 0.5 * halo;
  const kernel = [-halo, tap + halo, 1 - 2 * tap] as const;
  const brightness = random.between(...gain);
  // Warm or cold, green or magenta.
  const [warmth, tint] = [random.between(-0.07, 0.07), random.between(-0.03, 0.03)];
  const curves = [1 + warmth, 1 + tint, 1 - warmth].map((balance) => toneCurve(brightness * (isGrey ? 1 : balance)));
  const sigmas = noiseByValue(random.between(...shot), random.between(...read));
  const corner = random.between(0.05, 0.3);
  const noiseSeed = random.whole(1, 2 ** 31);
  const glow = new Bloom(bloom);
  let shade: Float32Array = new Float32Array(0);

  return {
    expose(rgb, width, height, index) {
      if (shade.length !== width * height) shade = vignette(width, height, corner);
      if (isGrey) removeColour(rgb);
      filterSeparable(rgb, width, height, kernel);
      glow.add(rgb, width, height);
      finish(rgb, {
        shade,
        curves,
        sigmas,
        colourNoise,
        isGrey,
        seed: (noiseSeed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0,
      });
    },
  };
}

interface Finish {
  readonly shade: Float32Array;
  readonly curves: readonly Float32Array[];
  readonly sigmas: Float32Array;
  readonly colourNoise: number;
  readonly isGrey: boolean;
  readonly seed: number;
}

/** Corner shade, exposure and noise in one pass: this is most of a picture's time. */
function finish(rgb: Uint8Array, { shade, curves, sigmas, colourNoise, isGrey, seed }: Finish): void {
  const [red = new Float32Array(256), green = red, blue = red] = curves;
  const table = gaussians();
  const own = isGrey ? 0 : colourNoise;
  // xorshift32 must not start at 0.
  let state = seed === 0 ? 1 : seed;
  for (let at = 0, pixel = 0; at < rgb.length; at += 3, pixel += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const dim = shade[pixel] ?? 1;
    const common = table[state & 0xfff] ?? 0;
    const r = (red[rgb[at] ?? 0] ?? 0) * dim;
    const g = (green[rgb[at + 1] ?? 0] ?? 0) * dim;
    const b = (blue[rgb[at + 2] ?? 0] ?? 0) * dim;
    rgb[at] = byte(r + (sigmas[r & 0xff] ?? 0) * (common + own * (table[(state >>> 6) & 0xfff] ?? 0)));
    rgb[at + 1] = byte(g + (sigmas[g & 0xff] ?? 0) * (common + own * (table[(state >>> 13) & 0xfff] ?? 0)));
    rgb[at + 2] = byte(b + (sigmas[b & 0xff] ?? 0) * (common + own * (table[(state >>> 20) & 0xfff] ?? 0)));
  }
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/** Value → value: brighter by a factor in linear light, clipped at white as a sensor does. */
function toneCurve(factor: number): Float32Array {
  const gain = factor ** (1 / gamma);
  return Float32Array.from({ length: 256 }, (_, value) => Math.min(255, value * gain));
}

/** Noise (standard deviation in values) of each value: σ² = read² + shot²·light, seen through the display gamma. */
function noiseByValue(shot: number, read: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => {
    // Darker than this the camera's own curve is straight.
    const linear = Math.max(0.008, (value / 255) ** gamma);
    const sigma = Math.sqrt(read * read + shot * shot * linear);
    return (sigma * 255 * linear ** (1 / gamma - 1)) / gamma;
  });
}

/** Brightness by place: 1 in the middle, less towards the corners as cos⁴ does. */
function vignette(width: number, height: number, corner: number): Float32Array {
  const shade = new Float32Array(width * height);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const reach = middleX * middleX + middleY * middleY;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const share = ((x - middleX) ** 2 + (y - middleY) ** 2) / reach;
      shade[y * width + x] = (1 - corner * share * (2 - share)) ** (1 / gamma);
    }
  }
  return shade;
}

function removeColour(rgb: Uint8Array): void {
  for (let at = 0; at < rgb.length; at += 3) {
    const grey = (77 * (rgb[at] ?? 0) + 150 * (rgb[at + 1] ?? 0) + 29 * (rgb[at + 2] ?? 0)) >> 8;
    rgb[at] = grey;
    rgb[at + 1] = grey;
    rgb[at + 2] = grey;
  }
}
