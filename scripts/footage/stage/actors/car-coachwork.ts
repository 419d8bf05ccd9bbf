import type { Color } from 'three';
import type { CarShape } from './car-shapes.ts';
import { PaintedShape } from './painted-shape.ts';
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
import type { LampPlaces } from './vehicle-lights.ts';
import { type Axle, createAxle } from './wheel.ts';

const [black, chrome] = [0x14161a, 0x9aa0a6];

/** The body of a car in pieces: nose, middle and tail below the belt line, and the cabin on top. */
export class CarCoachwork {
  readonly shape = new PaintedShape();
  readonly #dims: CarShape;
  readonly #sides: Profile;
  readonly #cabin: Profile;

  constructor(dims: CarShape, lower: Color, upper: Color) {
    this.#dims = dims;
    const { lengthM, widthM, heightM, bonnetM, deckM, wheelM } = dims;
    const [front, rear, half] = [lengthM / 2, -lengthM / 2, widthM / 2];
    const arch = wheelM * 1.16;
    const [noseX, tailX] = [front - dims.frontAxleM + arch + 0.02, rear + dims.rearAxleM - arch - 0.02];
    const middle = { outline: this.#middle(tailX, noseX, arch), halfWidthM: () => half };
    this.#sides = middle;
    const nose: Profile = {
      outline: [
        [noseX, 0.2],
        [front - 0.08, 0.2],
        [front, 0.42],
        [front - 0.01, 0.56],
        [front - 0.07, dims.noseM],
        [noseX, this.#beltAt(noseX)],
      ],
      halfWidthM: (x) => half - (0.17 * (x - noseX)) / (front - noseX),
    };
    const tail: Profile = {
      outline: [
        [rear + 0.07, 0.24],
        [tailX, 0.2],
        [tailX, this.#beltAt(tailX)],
        [rear + 0.04, dims.tailM],
        [rear, 0.62],
        [rear, 0.4],
      ],
      halfWidthM: (x) => half - (0.12 * (tailX - x)) / (tailX - rear),
    };
    const foot = Math.min(bonnetM, deckM) - 0.06;
    this.#cabin = {
      outline: [
        [rear + dims.deckAtM, deckM - 0.05],
        [front - dims.cowlAtM, bonnetM - 0.05],
        [front - dims.screenTopAtM, heightM - 0.05],
        [dims.roofMiddle, heightM],
        [rear + dims.roofEndM, heightM - 0.07],
      ],
      halfWidthM: (_x, y) => half - 0.03 - (dims.tumbleM * (y - foot)) / (heightM - foot),
    };
    for (const piece of [nose, middle, tail]) this.shape.add(profileBody(piece), lower);
    this.shape.add(profileBody(this.#cabin), upper);
    // Under the sills and in the wheel houses nothing is lit.
    this.shape.box([noseX - tailX + 0.5, 0.3, widthM - 0.5], [(noseX + tailX) / 2, 0.36, 0], 0x08090a);
    this.#addEnds(nose, tail);
  }

  /** Windscreen, rear window and side windows; `isPanelled`: sheet metal behind the front doors. */
  addGlass(isPanelled: boolean): void {
    const [rearFoot, frontFoot, frontTop, , rearTop] = this.#cabin.outline;
    if (!rearFoot || !frontFoot || !frontTop || !rearTop) return;
    const glass = { foot: 0x0a0e11, head: 0x3a4954 };
    this.shape.add(shadedUpwards(crossPanel(this.#cabin, frontFoot, frontTop), glass.foot, glass.head), 0);
    if (!isPanelled) this.shape.add(shadedUpwards(crossPanel(this.#cabin, rearTop, rearFoot, 0.1)), 0);
    const [low, high] = [Math.max(frontFoot[1], rearFoot[1]) + 0.05, this.#dims.heightM - 0.13];
    const along = (from: SidePoint, to: SidePoint, y: number) =>
      from[0] + ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]);
    const [frontLow, frontHigh] = [along(frontFoot, frontTop, low) - 0.16, along(frontFoot, frontTop, high) - 0.1];
    const [rearLow, rearHigh] = [along(rearFoot, rearTop, low) + 0.22, along(rearFoot, rearTop, high) + 0.12];
    const pillar = frontLow - Math.min(1.25, (frontLow - rearLow) * 0.52);
    const windows: SidePoint[][] = [
      [
        [pillar + 0.05, low],
        [frontLow, low],
        [frontHigh, high],
        [pillar + 0.05, high],
      ],
    ];
    if (!isPanelled)
      windows.push([
        [rearLow, low],
        [pillar - 0.05, low],
        [pillar - 0.05, high],
        [rearHigh, high],
      ]);
    for (const outline of windows) this.shape.add(shadedUpwards(sidePanels(this.#cabin, outline)), 0);
    for (const x of [pillar, frontLow - 0.02, rearLow + 0.08])
      this.shape.add(sidePanels(this.#sides, sideRectangle(x - 0.012, 0.34, x + 0.012, low - 0.1)), 0x26282b);
  }

  /** Sills, mirrors, door handles and plates. */
  addTrim(plate: number): void {
    const { lengthM, widthM, bonnetM, cowlAtM, wheelM } = this.#dims;
    const sill = sideRectangle(-lengthM * 0.2, 0.21, lengthM * 0.2, 0.21 + wheelM * 0.25);
    this.shape.add(sidePanels(this.#sides, sill), black);
    for (const side of [-1, 1]) {
      const at = [lengthM / 2 - cowlAtM - 0.28, bonnetM + 0.08, side * (widthM / 2 + 0.06)] as const;
      this.shape.box([0.16, 0.14, 0.2], at, black);
    }
    for (const x of [lengthM / 2 + 0.005, -lengthM / 2 - 0.005])
      this.shape.box([0.03, 0.13, 0.44], [x, 0.47, 0], plate);
  }

  /** For luggage: off-roaders have them. */
  addRoofRails(): void {
    const { roofMiddle, heightM, widthM, tumbleM } = this.#dims;
    for (const side of [-1, 1]) {
      const z = side * (widthM / 2 - tumbleM - 0.04);
      this.shape.box([1.7, 0.05, 0.05], [roofMiddle - 0.2, heightM, z], chrome);
    }
  }

  /** Where its head and tail lamps are. */
  lamps(): LampPlaces {
    const { lengthM, widthM, noseM, tailM } = this.#dims;
    const places = (x: number, y: number, z: number) => [-1, 1].map((side) => [x, y, side * z] as const);
    return {
      front: places(lengthM / 2 - 0.03, noseM - 0.1, widthM / 2 - 0.34),
      rear: places(-lengthM / 2 - 0.02, tailM - 0.15, widthM / 2 - 0.27),
    };
  }

  /** Its front and its rear wheels. */
  axles(rim: number): Axle[] {
    const { lengthM, widthM, frontAxleM, rearAxleM, wheelM } = this.#dims;
    const look = { radiusM: wheelM, widthM: 0.22, trackM: widthM - 0.04, rim };
    return [createAxle({ ...look, x: lengthM / 2 - frontAxleM }), createAxle({ ...look, x: -lengthM / 2 + rearAxleM })];
  }

  #addEnds(nose: Profile, tail: Profile): void {
    const { lengthM, widthM, noseM, tailM } = this.#dims;
    const [front, rear, half] = [lengthM / 2, -lengthM / 2, widthM / 2];
    this.shape.add(crossPanel(nose, [front, 0.42], [front - 0.01, 0.56], 0), black);
    this.shape.box([0.05, noseM - 0.62, widthM * 0.42], [front - 0.03, (noseM + 0.54) / 2, 0], black);
    this.shape.box([0.06, 0.14, widthM * 0.86], [rear + 0.04, 0.3, 0], black);
    for (const side of [-1, 1]) {
      this.shape.box([0.14, 0.14, 0.36], [front - 0.1, noseM - 0.1, side * (half - 0.34)], 0xd8dde0);
      this.shape.box([0.1, 0.2, 0.3], [rear + 0.03, tailM - 0.15, side * (half - 0.27)], 0x7a0d10);
    }
    for (const [profile, x1, x2] of [
      [nose, front - 0.4, front - 0.12],
      [tail, rear + 0.12, rear + 0.35],
    ] as const)
      this.shape.add(sidePanels(profile, sideRectangle(x1, 0.22, x2, 0.34)), black);
  }

  /** The piece between the ends, with its wheel arches. */
  #middle(tailX: number, noseX: number, arch: number): SidePoint[] {
    const { lengthM, frontAxleM, rearAxleM, wheelM, cowlAtM, deckAtM, bonnetM, deckM } = this.#dims;
    const top: SidePoint[] = [
      [lengthM / 2 - cowlAtM, bonnetM],
      [-lengthM / 2 + deckAtM, deckM],
    ];
    return [
      [tailX, 0.2],
      ...wheelArch(-lengthM / 2 + rearAxleM, wheelM, arch, 0.2),
      ...wheelArch(lengthM / 2 - frontAxleM, wheelM, arch, 0.2),
      [noseX, 0.2],
      [noseX, this.#beltAt(noseX)],
      ...top.filter(([x]) => x < noseX - 0.01 && x > tailX + 0.01),
      [tailX, this.#beltAt(tailX)],
    ];
  }

  /** Height of bonnet, belt line or boot at a place along the car. */
  #beltAt(x: number): number {
    const { lengthM, cowlAtM, deckAtM, noseM, bonnetM, deckM, tailM } = this.#dims;
    const line: SidePoint[] = [
      [-lengthM / 2 + 0.04, tailM],
      [-lengthM / 2 + deckAtM, deckM],
      [lengthM / 2 - cowlAtM, bonnetM],
      [lengthM / 2 - 0.07, noseM],
    ];
    const next = Math.max(
      1,
      line.findIndex(([at]) => at >= x),
    );
    const [from, to] = [line[next - 1], line[next]];
    if (from === undefined || to === undefined) return noseM;
    return from[1] + ((to[1] - from[1]) * (x - from[0])) / (to[0] - from[0]);
  }
}
