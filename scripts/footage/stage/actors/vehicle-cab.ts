import type { Color } from 'three';
import type { PaintedShape } from './painted-shape.ts';
import {
  crossPanel,
  type Profile,
  profileBody,
  type SidePoint,
  shadedUpwards,
  sidePanels,
  sideRectangle,
  wheelArch,
} from './vehicle-body.ts';

/** A lorry's cab over its engine; metres. */
export interface CabLook {
  /** Where its front is, along the vehicle. */
  readonly frontX: number;
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  /** Height of its underside. */
  readonly footM: number;
  /** The wheel below it. */
  readonly wheelX: number;
  readonly wheelM: number;
  readonly paint: Color;
  /** Bumper and grille. */
  readonly trim?: Color | number;
  /** Two rows of seats have two windows a side. */
  readonly rows?: 1 | 2;
}

const [black, rubber] = [0x121417, 0x1b1d20];

/** Adds the cab to a vehicle; gives the places of its headlamps. */
export function addCab(shape: PaintedShape, look: CabLook): (readonly [number, number, number])[] {
  const { frontX, lengthM, widthM, heightM, footM, wheelX, wheelM, paint, rows = 1 } = look;
  const [rearX, half, belt] = [frontX - lengthM, widthM / 2, footM + (heightM - footM) * 0.47];
  const screenFoot: SidePoint = [frontX, belt];
  const screenTop: SidePoint = [frontX - 0.22, heightM - 0.16];
  const cab: Profile = {
    outline: [
      [rearX, footM],
      ...wheelArch(wheelX, wheelM, wheelM * 1.17, footM),
      [frontX - 0.05, footM],
      screenFoot,
      screenTop,
      [frontX - 0.5, heightM],
      [rearX, heightM - 0.03],
    ],
    halfWidthM: () => half,
  };
  shape.add(profileBody(cab), paint);
  shape.add(shadedUpwards(crossPanel(cab, screenFoot, screenTop, 0.09)), 0);
  for (const outline of windows(look, belt)) shape.add(shadedUpwards(sidePanels(cab, outline)), 0);
  for (const x of [rearX + 0.08, frontX - 1.25].slice(0, rows))
    shape.add(sidePanels(cab, sideRectangle(x, footM + 0.1, x + 0.025, heightM - 0.2)), rubber);
  return addFront(shape, look, belt);
}

function windows({ frontX, lengthM, heightM, rows = 1 }: CabLook, belt: number): SidePoint[][] {
  const [low, high, rearX] = [belt + 0.04, heightM - 0.24, frontX - lengthM];
  const frontLeast = rows === 2 ? frontX - 1.2 : Math.max(rearX + 0.3, frontX - 1.25);
  const front: SidePoint[] = [
    [frontLeast, low],
    [frontX - 0.16, low - 0.08],
    [frontX - 0.32, high],
    [frontLeast, high],
  ];
  return rows === 1 ? [front] : [front, sideRectangle(rearX + 0.25, low, frontX - 1.35, high)];
}

function addFront(shape: PaintedShape, look: CabLook, belt: number): (readonly [number, number, number])[] {
  const { frontX, widthM, heightM, footM, trim = rubber } = look;
  const half = widthM / 2;
  shape.box([0.25, 0.34, widthM + 0.02], [frontX - 0.04, footM + 0.06, 0], trim);
  shape.box([0.06, belt - footM - 0.42, widthM * 0.62], [frontX + 0.005, (belt + footM) / 2 + 0.14, 0], black);
  shape.box([0.03, 0.14, 0.44], [frontX + 0.1, footM + 0.02, 0], 0xe0b020);
  // The visor shades the windscreen.
  shape.box([0.26, 0.07, widthM - 0.1], [frontX - 0.12, heightM - 0.12, 0], black, [0, 0, -0.25]);
  for (const side of [-1, 1]) {
    shape.box([0.14, 0.46, 0.18], [frontX - 0.05, belt + 0.35, side * (half + 0.14)], black);
    shape.box([0.05, 0.05, 0.2], [frontX - 0.1, belt + 0.5, side * (half + 0.05)], black);
    shape.box([0.08, 0.17, 0.36], [frontX + 0.06, footM + 0.13, side * (half - 0.28)], 0xdde2e4);
  }
  return [-1, 1].map((side) => [frontX + 0.11, footM + 0.13, side * (half - 0.28)] as const);
}
