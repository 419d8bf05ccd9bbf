import type { SidePoint } from './vehicle-body.ts';

/** A panel of bodywork seen from the right. */
export interface Panel {
  readonly outline: readonly SidePoint[];
  /** Half its width, metres. */
  readonly halfM: number;
  readonly in: 'paint' | 'trim' | 'seat' | 'steel' | 'glass';
}

/** One way in which scooters are built; metres, x forward and y up from the ground below the middle. */
export interface ScooterStyle {
  readonly wheelM: number;
  readonly tyreM: number;
  /** Share of a wheel that is a closed disc; small wheels of light frames have spokes only. */
  readonly disc: number;
  readonly rearX: number;
  readonly frontX: number;
  readonly seatX: number;
  readonly seatY: number;
  readonly gripX: number;
  readonly gripY: number;
  readonly boardX: number;
  readonly boardY: number;
  readonly lampX: number;
  readonly panels: readonly Panel[];
}

/** From "x y, x y, …": outlines as one reads them, one line each. */
export function sideView(text: string): readonly SidePoint[] {
  return text.split(',').map((corner) => {
    const [x = Number.NaN, y = Number.NaN] = corner.trim().split(' ').map(Number);
    if (Number.isNaN(x) || Number.isNaN(y)) throw new RangeError(`not a corner of a side view: "${corner.trim()}"`);
    return [x, y];
  });
}

function panel(place: Panel['in'], halfM: number, outline: string): Panel {
  return { outline: sideView(outline), halfM, in: place };
}

/** The three kinds that fill bike sheds: with a tall shield, round and small, and light with a bare frame. */
export const scooterStyles: readonly ScooterStyle[] = [
  {
    wheelM: 0.22,
    tyreM: 0.1,
    disc: 0.55,
    rearX: -0.56,
    frontX: 0.6,
    seatX: -0.2,
    seatY: 0.75,
    gripX: 0.34,
    gripY: 1.05,
    boardX: 0.26,
    boardY: 0.3,
    lampX: 0.585,
    panels: [
      panel('paint', 0.15, '-0.74 0.52, -0.5 0.42, -0.3 0.24, 0.02 0.24, 0.06 0.36, -0.06 0.67, -0.76 0.7'),
      panel('trim', 0.14, '-0.34 0.2, 0.42 0.2, 0.42 0.3, -0.34 0.3'),
      panel('trim', 0.152, '-0.5 0.46, -0.1 0.4, -0.16 0.56, -0.5 0.58'),
      panel('paint', 0.17, '0.36 0.22, 0.46 0.22, 0.56 0.5, 0.52 0.94, 0.42 0.98, 0.4 0.6'),
      panel('paint', 0.1, '0.5 0.42, 0.68 0.44, 0.6 0.8, 0.5 0.9'),
      panel('paint', 0.075, '0.4 0.42, 0.8 0.38, 0.7 0.5, 0.5 0.51'),
      panel('seat', 0.14, '-0.78 0.7, -0.04 0.67, -0.06 0.75, -0.4 0.76, -0.78 0.82'),
      panel('paint', 0.13, '0.36 0.96, 0.55 0.95, 0.53 1.05, 0.4 1.07'),
    ],
  },
  {
    wheelM: 0.2,
    tyreM: 0.1,
    disc: 0.6,
    rearX: -0.5,
    frontX: 0.54,
    seatX: -0.18,
    seatY: 0.72,
    gripX: 0.3,
    gripY: 1.0,
    boardX: 0.22,
    boardY: 0.28,
    lampX: 0.53,
    panels: [
      panel('paint', 0.17, '-0.7 0.4, -0.6 0.28, -0.2 0.22, -0.02 0.24, 0 0.5, -0.1 0.66, -0.5 0.68, -0.68 0.6'),
      panel('trim', 0.15, '-0.2 0.19, 0.38 0.19, 0.38 0.28, -0.2 0.28'),
      panel('paint', 0.19, '0.3 0.22, 0.42 0.24, 0.48 0.5, 0.46 0.86, 0.36 0.92, 0.36 0.5'),
      panel('paint', 0.085, '0.34 0.4, 0.72 0.34, 0.66 0.46, 0.46 0.5'),
      panel('trim', 0.16, '0.4 0.4, 0.5 0.44, 0.5 0.6, 0.42 0.6'),
      panel('seat', 0.15, '-0.68 0.68, -0.04 0.66, -0.04 0.72, -0.3 0.76, -0.68 0.74'),
      panel('paint', 0.14, '0.32 0.88, 0.5 0.86, 0.5 0.98, 0.36 1.02'),
    ],
  },
  {
    wheelM: 0.25,
    tyreM: 0.075,
    disc: 0.4,
    rearX: -0.54,
    frontX: 0.56,
    seatX: -0.24,
    seatY: 0.76,
    gripX: 0.28,
    gripY: 1.04,
    boardX: 0.16,
    boardY: 0.29,
    lampX: 0.5,
    panels: [
      panel('trim', 0.085, '-0.34 0.3, -0.04 0.3, 0.02 0.36, -0.1 0.64, -0.34 0.64'),
      panel('paint', 0.06, '-0.2 0.24, 0.34 0.24, 0.4 0.3, 0.34 0.33, -0.2 0.33'),
      panel('paint', 0.07, '0.3 0.28, 0.4 0.28, 0.44 0.6, 0.38 0.9, 0.32 0.9, 0.36 0.6'),
      panel('paint', 0.05, '-0.8 0.5, -0.7 0.52, -0.3 0.56, -0.34 0.64, -0.8 0.58'),
      panel('seat', 0.11, '-0.42 0.68, -0.06 0.68, -0.08 0.76, -0.42 0.78'),
      panel('seat', 0.1, '-0.8 0.6, -0.48 0.64, -0.48 0.7, -0.8 0.68'),
      panel('paint', 0.055, '0.36 0.5, 0.72 0.46, 0.66 0.54, 0.46 0.57'),
      panel('trim', 0.09, '0.34 0.92, 0.48 0.92, 0.46 1.02, 0.36 1.03'),
    ],
  },
];
