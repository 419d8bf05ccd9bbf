import { Color, Vector3 } from 'three';
import type { SceneId } from '../../../../src/domain/scene-id.ts';
import type { LightKind } from '../../truth.ts';
import type { Random } from '../random.ts';

/** How one picture is lit. */
export interface DayPart {
  readonly zenith: Color;
  readonly horizon: Color;
  /** What the ground throws back. */
  readonly bounce: Color;
  readonly skyLight: number;
  readonly sun: { readonly colour: Color; readonly intensity: number; readonly softness: number } | undefined;
  /** Towards the sun or the moon, length 1. */
  readonly toSun: Vector3;
  /** Where haze begins and where nothing else shows, metres. */
  readonly haze: readonly [number, number];
  /** Share of the sky under cloud. */
  readonly cloud: number;
  /** 0 dry – 1 wet. */
  readonly wet: number;
  /** Share of the most rain. */
  readonly rain: number;
  /** Most lamps that shed light; the first throws shadows. */
  readonly lamps: number;
  readonly lampColour: Color;
  readonly lampIntensity: number;
  /** The lamp is the camera's own. */
  readonly isOwnLamp: boolean;
  /** Sun or lamp seen in water, 0–1. */
  readonly glint: number;
}

/** Scenes that are filmed under a roof: the sun is a lamp in the ceiling there. */
const indoors: readonly SceneId[] = ['ebike_indoor'];

/** Another weather and hour of the kind from every random source. */
export function dayPart(kind: LightKind, random: Random, scene: SceneId): DayPart {
  const makers: Readonly<Record<LightKind, (random: Random) => DayPart>> = { day, dusk, night, infrared, rain: rainy };
  if (!indoors.includes(scene) || kind === 'infrared') return makers[kind](random);
  return ceiling(random, kind);
}

function towards(azimuth: number, height: number): Vector3 {
  return new Vector3(Math.cos(azimuth) * Math.cos(height), Math.sin(height), Math.sin(azimuth) * Math.cos(height));
}

function grey(lightness: number, blue = 0): Color {
  return new Color(lightness - blue * 0.5, lightness, lightness + blue);
}

const none = {
  wet: 0,
  rain: 0,
  lamps: 0,
  lampColour: new Color(0xffd9a0),
  lampIntensity: 0,
  isOwnLamp: false,
} as const;

function day(random: Random): DayPart {
  const exposure = random.between(0.82, 1.22);
  const cloud = random.pick([0, 0.25, 0.5, 1]);
  const isHazy = random.chance(0.35);
  const sunLight = cloud === 1 ? random.between(0.4, 0.9) : random.between(2.2, 3.2);
  return {
    ...none,
    zenith: cloud === 1 || isHazy ? grey(0.55, 0.06) : new Color(0.16, 0.36, 0.72),
    horizon: isHazy ? grey(0.72, 0.02) : grey(0.68, 0.07),
    bounce: new Color(0.42, 0.38, 0.33),
    skyLight: (cloud === 1 ? 3.6 : 2.2) * exposure,
    sun: { colour: new Color(1, 0.95, 0.86), intensity: sunLight * exposure, softness: cloud === 1 ? 6 : 2 },
    toSun: towards(random.between(0, Math.PI * 2), random.between(0.45, 1.25)),
    haze: isHazy ? [12, random.between(90, 160)] : [40, 380],
    cloud,
    glint: cloud === 1 ? 0.1 : 0.9,
  };
}

function dusk(random: Random): DayPart {
  const exposure = random.between(0.8, 1.2);
  const isAfterglow = random.chance(0.5);
  return {
    ...none,
    zenith: new Color(0.1, 0.14, 0.3),
    horizon: isAfterglow ? new Color(0.75, 0.4, 0.24) : new Color(0.3, 0.32, 0.44),
    bounce: new Color(0.16, 0.14, 0.14),
    skyLight: 1.5 * exposure,
    sun: { colour: new Color(1, 0.62, 0.36), intensity: (isAfterglow ? 1 : 0.45) * exposure, softness: 4 },
    toSun: towards(random.between(0, Math.PI * 2), random.between(0.16, 0.32)),
    haze: [30, 260],
    cloud: random.pick([0, 0.4]),
    lamps: 1,
    lampIntensity: random.between(8, 16),
    glint: 0.5,
  };
}

function night(random: Random): DayPart {
  const exposure = random.between(0.8, 1.3);
  const warm = random.pick([new Color(1, 0.72, 0.42), new Color(1, 0.85, 0.66), new Color(0.92, 0.95, 1)]);
  return {
    ...none,
    zenith: new Color(0.008, 0.012, 0.025),
    horizon: new Color(0.045, 0.04, 0.04),
    bounce: new Color(0.05, 0.045, 0.04),
    skyLight: 7.5 * exposure,
    sun: undefined,
    toSun: towards(random.between(0, Math.PI * 2), 0.8),
    haze: [30, 220],
    cloud: 1,
    lamps: 2,
    lampColour: warm,
    lampIntensity: random.between(32, 60) * exposure,
    glint: 0.4,
  };
}

function infrared(random: Random): DayPart {
  return {
    ...none,
    zenith: new Color(0.004, 0.004, 0.004),
    horizon: new Color(0.01, 0.01, 0.01),
    bounce: new Color(0.02, 0.02, 0.02),
    skyLight: 1.6,
    sun: undefined,
    toSun: new Vector3(0, 1, 0),
    haze: [15, random.between(70, 120)],
    cloud: 1,
    lamps: 1,
    lampColour: new Color(1, 1, 1),
    lampIntensity: random.between(130, 260),
    isOwnLamp: true,
    glint: 0.2,
  };
}

function rainy(random: Random): DayPart {
  const exposure = random.between(0.8, 1.15);
  return {
    ...none,
    zenith: grey(random.between(0.36, 0.5), 0.03),
    horizon: grey(random.between(0.5, 0.62), 0.03),
    bounce: new Color(0.26, 0.26, 0.26),
    skyLight: 2.3 * exposure,
    sun: { colour: grey(0.9, 0.05), intensity: 0.35 * exposure, softness: 6 },
    toSun: towards(random.between(0, Math.PI * 2), 1.2),
    haze: [15, random.between(110, 220)],
    cloud: 1,
    wet: random.between(0.7, 1),
    rain: random.between(0.4, 1),
    glint: 0,
  };
}

/** Lamps in a ceiling; what little day there is comes through the door. */
function ceiling(random: Random, kind: LightKind): DayPart {
  const isDark = kind === 'night' || kind === 'dusk';
  const exposure = random.between(0.85, 1.15);
  const warm = random.pick([new Color(1, 0.94, 0.84), new Color(0.94, 0.97, 1)]);
  return {
    ...none,
    zenith: grey(isDark ? 0.3 : 0.55),
    horizon: isDark ? grey(0.05) : grey(0.8),
    bounce: new Color(0.4, 0.38, 0.35),
    skyLight: (isDark ? 2 : 2.4) * exposure,
    sun: { colour: warm, intensity: 1.1 * exposure, softness: 6 },
    toSun: towards(random.between(0, Math.PI * 2), random.between(1.15, 1.45)),
    haze: [40, 300],
    cloud: 1,
    glint: 0,
  };
}
