/** Sorts of passenger cars. */
export type CarKind = 'sedan' | 'hatchback' | 'suv' | 'van' | 'taxi';

/** What makes the side view of a car; metres, places from the end they belong to. */
export interface CarShape {
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly wheelM: number;
  readonly frontAxleM: number;
  readonly rearAxleM: number;
  /** Heights: of the bonnet's front edge, of its rear edge, of the boot's front edge and of its rear one. */
  readonly noseM: number;
  readonly bonnetM: number;
  readonly deckM: number;
  readonly tailM: number;
  /** From the front: where the windscreen starts and where it meets the roof. */
  readonly cowlAtM: number;
  readonly screenTopAtM: number;
  /** From the rear: where the roof ends and where the rear window meets the boot. */
  readonly roofEndM: number;
  readonly deckAtM: number;
  /** Highest place of the roof, from the middle of the car. */
  readonly roofMiddle: number;
  /** How far each side leans in between belt line and roof. */
  readonly tumbleM: number;
}

const sedan: CarShape = {
  lengthM: 4.75,
  widthM: 1.84,
  heightM: 1.47,
  wheelM: 0.33,
  frontAxleM: 0.92,
  rearAxleM: 1.08,
  noseM: 0.74,
  bonnetM: 0.96,
  deckM: 1.02,
  tailM: 0.98,
  cowlAtM: 1.38,
  screenTopAtM: 2.12,
  roofEndM: 1.38,
  deckAtM: 0.58,
  roofMiddle: -0.2,
  tumbleM: 0.22,
};

/** The side view of each sort. */
export const carShapes: Readonly<Record<CarKind, CarShape>> = {
  sedan,
  taxi: sedan,
  hatchback: {
    lengthM: 3.98,
    widthM: 1.74,
    heightM: 1.52,
    wheelM: 0.31,
    frontAxleM: 0.8,
    rearAxleM: 0.66,
    noseM: 0.76,
    bonnetM: 0.99,
    deckM: 1.04,
    tailM: 1,
    cowlAtM: 1.02,
    screenTopAtM: 1.72,
    roofEndM: 0.5,
    deckAtM: 0.1,
    roofMiddle: -0.1,
    tumbleM: 0.2,
  },
  suv: {
    lengthM: 4.68,
    widthM: 1.9,
    heightM: 1.74,
    wheelM: 0.37,
    frontAxleM: 0.92,
    rearAxleM: 0.96,
    noseM: 0.92,
    bonnetM: 1.12,
    deckM: 1.18,
    tailM: 1.12,
    cowlAtM: 1.25,
    screenTopAtM: 1.9,
    roofEndM: 0.42,
    deckAtM: 0.08,
    roofMiddle: -0.2,
    tumbleM: 0.2,
  },
  van: {
    lengthM: 4.42,
    widthM: 1.7,
    heightM: 1.9,
    wheelM: 0.31,
    frontAxleM: 0.78,
    rearAxleM: 0.86,
    noseM: 0.88,
    bonnetM: 1.08,
    deckM: 1.1,
    tailM: 1.06,
    cowlAtM: 0.55,
    screenTopAtM: 1.22,
    roofEndM: 0.16,
    deckAtM: 0.06,
    roofMiddle: -0.1,
    tumbleM: 0.12,
  },
};
