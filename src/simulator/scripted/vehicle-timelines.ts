import { area, goes, line, person, stays, thing } from './staging.ts';
import type { ScriptedTimeline } from './timeline.ts';

const morning = '2026-05-06T10:00:00+08:00';

const kerb = area('kerb', [0.2, 0.5, 1, 1], ['roadway']);
const car = [0.16, 0.16] as const;
const lane = area('lane', [0.35, 0.6, 0.65, 0.85]);
const van = [0.24, 0.3] as const;
const square = area('square', [0.1, 0.5, 0.7, 0.95]);
const rack = area('rack', [0.72, 0.5, 1, 0.95], ['legal']);
const bike = [0.06, 0.14] as const;
const gate = line('gate', [
  [0.5, 0.2],
  [0.5, 1],
]);
const truck = [0.26, 0.3] as const;

/** Vehicles that stop, and such as only wait; bikes; trucks at a gate. */
export const vehicleTimelines: readonly ScriptedTimeline[] = [
  {
    name: 'car parks',
    scene: 'illegal_parking',
    story: 'A car drives up, stops at the kerb and stays there for six minutes, while others pass.',
    fires: { from: 306, to: 340 },
    startsAt: morning,
    seconds: 430,
    zones: [kerb],
    actors: [
      goes('parks', 'car', [
        [0, thing(0.05, 0.6, car)],
        [8, thing(0.5, 0.75, car)],
        [380, thing(0.5, 0.75, car)],
        [390, thing(0.98, 0.9, car)],
      ]),
      ...[60, 140, 215].map((from) =>
        goes(`passes at ${from}`, 'car', [
          [from, thing(0.05, 0.95, car)],
          [from + 8, thing(0.95, 0.98, car)],
        ]),
      ),
    ],
  },
  {
    name: 'cars wait',
    scene: 'illegal_parking',
    story: 'Four cars stop one behind the other, wait for five and a half minutes and go on together.',
    startsAt: morning,
    seconds: 400,
    zones: [kerb],
    actors: [0, 1, 2, 3].map((place) => {
      const x = 0.9 - place * 0.2;
      return goes(`waits ${place}`, 'car', [
        [place * 3, thing(x - 0.6, 0.7, car)],
        [place * 3 + 6, thing(x, 0.7, car)],
        [340 + place * 2, thing(x, 0.7, car)],
        [346 + place * 2, thing(x + 0.6, 0.7, car)],
      ]);
    }),
  },
  {
    name: 'van on the fire lane',
    scene: 'fire_lane_blocked',
    story: 'A van stops on a fire lane, nobody gets out, and it stays for two minutes.',
    fires: { from: 54, to: 80 },
    startsAt: morning,
    seconds: 180,
    zones: [lane],
    actors: [
      goes('van', 'truck', [
        [0, thing(0.05, 0.7, van)],
        [6, thing(0.5, 0.8, van)],
        [130, thing(0.5, 0.8, van)],
        [138, thing(0.95, 0.9, van)],
      ]),
    ],
  },
  {
    name: 'van unloads',
    scene: 'fire_lane_blocked',
    story: 'A van stops on a fire lane for a minute and a half while two people carry boxes from it.',
    startsAt: morning,
    seconds: 150,
    zones: [lane],
    actors: [
      goes('van', 'truck', [
        [0, thing(0.05, 0.7, van)],
        [6, thing(0.5, 0.8, van)],
        [96, thing(0.5, 0.8, van)],
        [104, thing(0.95, 0.9, van)],
      ]),
      ...[0, 1].map((who) =>
        goes(`carries ${who}`, 'person', [
          [8 + who * 4, person(0.62, 0.82)],
          [20 + who * 4, person(0.65, 0.83)],
          [30 + who * 4, person(0.9, 0.85)],
          [38 + who * 4, person(0.64, 0.82)],
          [92, person(0.63, 0.82)],
        ]),
      ),
    ],
  },
  {
    name: 'bikes on the square',
    scene: 'nonmotor_misparking',
    story: 'Six shared bikes are left on a square one after the other.',
    fires: { from: 338, to: 380 },
    startsAt: morning,
    seconds: 480,
    zones: [square, rack],
    actors: [0, 1, 2, 3, 4, 5].map((place) =>
      stays(`bike ${place}`, place % 2 === 0 ? 'bicycle' : 'e-bike', thing(0.15 + place * 0.08, 0.8, bike), [
        place * 10,
        470,
      ]),
    ),
  },
  {
    name: 'bikes in the rack',
    scene: 'nonmotor_misparking',
    story: 'Five bikes stand in the rack, four on the square beside it, and one is held by its rider.',
    startsAt: morning,
    seconds: 480,
    zones: [square, rack],
    actors: [
      ...[0, 1, 2, 3, 4].map((place) =>
        stays(`racked ${place}`, 'bicycle', thing(0.75 + place * 0.05, 0.8, [0.045, 0.14]), [0, 470]),
      ),
      ...[0, 1, 2, 3].map((place) =>
        stays(`square ${place}`, 'e-bike', thing(0.15 + place * 0.1, 0.8, bike), [0, 470]),
      ),
      stays('held', 'e-bike', thing(0.6, 0.8, bike), [0, 470]),
      stays('rider', 'person', thing(0.6, 0.79, [0.05, 0.2]), [0, 470]),
    ],
  },
  {
    name: 'truck by day',
    scene: 'muck_truck',
    story: 'A muck truck drives out through the gate at ten in the morning.',
    fires: { from: 4, to: 24 },
    startsAt: morning,
    seconds: 60,
    zones: [gate],
    actors: [
      goes('truck', 'truck', [
        [2, thing(0.1, 0.7, truck)],
        [16, thing(0.9, 0.75, truck)],
      ]),
    ],
  },
  {
    name: 'truck by night',
    scene: 'muck_truck',
    story: 'The same truck drives out at eleven at night, when it may.',
    startsAt: '2026-05-06T23:00:00+08:00',
    seconds: 60,
    zones: [gate],
    actors: [
      goes('truck', 'truck', [
        [2, thing(0.1, 0.7, truck)],
        [16, thing(0.9, 0.75, truck)],
      ]),
    ],
  },
];
