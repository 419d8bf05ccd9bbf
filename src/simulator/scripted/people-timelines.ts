import { area, goes, line, person, stays, thing } from './staging.ts';
import type { ScriptedTimeline } from './timeline.ts';

const afternoon = '2026-05-06T15:00:00+08:00';

const bank = area('bank', [0, 0.6, 1, 1], ['bank']);
const water = area('water', [0, 0.2, 1, 0.6], ['water']);
const plaza = area('plaza', [0, 0.3, 1, 1]);
const hall = area('hall', [0.5, 0.3, 1, 1]);
const door = line('door', [
  [0.5, 1],
  [0.5, 0.3],
]);
const yard = area('yard', [0.5, 0.3, 1, 1], ['site']);
const bike = [0.1, 0.16] as const;

/** People by the water, in crowds and in queues, at doors, on the ground and where they must not be. */
export const peopleTimelines: readonly ScriptedTimeline[] = [
  {
    name: 'into the water',
    scene: 'waterside_abnormal',
    story: 'Somebody walks along the bank and wades into the water.',
    fires: { from: 12, to: 30 },
    startsAt: afternoon,
    seconds: 70,
    zones: [bank, water],
    actors: [
      goes('wades', 'person', [
        [2, person(0.2, 0.85)],
        [10, person(0.4, 0.7)],
        [18, person(0.5, 0.5)],
        [40, person(0.55, 0.48)],
      ]),
    ],
  },
  {
    name: 'by boat',
    scene: 'waterside_abnormal',
    story: 'A boat with two people aboard goes by, and somebody walks past on the bank.',
    startsAt: afternoon,
    seconds: 70,
    zones: [bank, water],
    actors: [
      goes('boat', 'boat', [
        [2, thing(0.15, 0.5, [0.24, 0.1])],
        [50, thing(0.85, 0.5, [0.24, 0.1])],
      ]),
      ...[-0.05, 0.05].map((seat) =>
        goes(`aboard ${seat}`, 'person', [
          [2, person(0.15 + seat, 0.47, 0.14)],
          [50, person(0.85 + seat, 0.47, 0.14)],
        ]),
      ),
      goes('walks', 'person', [
        [5, person(0.1, 0.9)],
        [35, person(0.9, 0.9)],
      ]),
    ],
  },
  {
    name: 'crowd',
    scene: 'crowd_gathering',
    story: 'Eighteen people come together on a plaza and stay.',
    fires: { from: 62, to: 110 },
    startsAt: afternoon,
    seconds: 180,
    zones: [plaza],
    actors: Array.from({ length: 18 }, (_, who) =>
      stays(`member ${who}`, 'person', person(0.12 + (who % 6) * 0.14, 0.6 + Math.floor(who / 6) * 0.15, 0.18), [
        (who % 6) * 1.5,
        170,
      ]),
    ),
  },
  {
    name: 'queue',
    scene: 'crowd_gathering',
    story: 'Seventeen people queue in a line.',
    startsAt: afternoon,
    seconds: 180,
    zones: [plaza],
    actors: Array.from({ length: 17 }, (_, who) =>
      stays(`waits ${who}`, 'person', person(0.08 + who * 0.052, 0.8 + (who % 2) * 0.008, 0.2), [0, 170]),
    ),
  },
  {
    name: 'e-bike into the hall',
    scene: 'ebike_indoor',
    story: 'Somebody pushes an e-bike through the door of a building.',
    fires: { from: 6, to: 40 },
    startsAt: afternoon,
    seconds: 80,
    zones: [door, hall],
    actors: [
      goes(
        'e-bike',
        'e-bike',
        [
          [2, thing(0.2, 0.75, bike)],
          [16, thing(0.75, 0.8, bike)],
          [70, thing(0.75, 0.8, bike)],
        ],
        { takenFor: { class: 'motorcycle', share: 0.15 } },
      ),
      goes('pushes', 'person', [
        [2, person(0.13, 0.75)],
        [16, person(0.68, 0.8)],
        [30, person(0.95, 0.8)],
      ]),
    ],
  },
  {
    name: 'bicycle into the hall',
    scene: 'ebike_indoor',
    story: 'A bicycle, now and then taken for an e-bike, and a pram are pushed through the door.',
    startsAt: afternoon,
    seconds: 80,
    zones: [door, hall],
    actors: [
      goes(
        'bicycle',
        'bicycle',
        [
          [2, thing(0.2, 0.75, bike)],
          [16, thing(0.75, 0.8, bike)],
          [70, thing(0.75, 0.8, bike)],
        ],
        { takenFor: { class: 'e-bike', share: 0.2 } },
      ),
      goes('pram', 'pram', [
        [20, thing(0.2, 0.9, [0.07, 0.14])],
        [34, thing(0.9, 0.9, [0.07, 0.14])],
      ]),
    ],
  },
  {
    name: 'fall',
    scene: 'person_down',
    story: 'Somebody walks, falls and stays on the ground.',
    fires: { from: 19, to: 36 },
    startsAt: afternoon,
    seconds: 80,
    zones: [plaza],
    actors: [
      goes('falls', 'person', [
        [0, person(0.2, 0.8)],
        [8, person(0.5, 0.8)],
        [9, thing(0.53, 0.81, [0.15, 0.1])],
        [50, thing(0.53, 0.81, [0.15, 0.1])],
      ]),
    ],
  },
  {
    name: 'sits down',
    scene: 'person_down',
    story: 'Somebody walks, sits down on a step for half a minute and walks on.',
    startsAt: afternoon,
    seconds: 80,
    zones: [plaza],
    actors: [
      goes('sits', 'person', [
        [0, person(0.2, 0.8)],
        [8, person(0.5, 0.8)],
        [10, thing(0.5, 0.8, [0.07, 0.15])],
        [40, thing(0.5, 0.8, [0.07, 0.15])],
        [42, person(0.5, 0.8)],
        [52, person(0.9, 0.8)],
      ]),
    ],
  },
  {
    name: 'into the yard',
    scene: 'zone_intrusion',
    story: 'Somebody walks into a building site and looks around.',
    fires: { from: 10, to: 26 },
    startsAt: afternoon,
    seconds: 90,
    zones: [yard],
    actors: [
      goes('intruder', 'person', [
        [0, person(0.2, 0.75)],
        [10, person(0.6, 0.75)],
        [40, person(0.8, 0.8)],
      ]),
    ],
  },
  {
    name: 'dog in the yard',
    scene: 'zone_intrusion',
    story: 'A dog, now and then taken for a person, strays through the site, and people walk past outside.',
    startsAt: afternoon,
    seconds: 90,
    zones: [yard],
    actors: [
      goes(
        'dog',
        'animal',
        [
          [0, thing(0.55, 0.75, [0.08, 0.1])],
          [40, thing(0.9, 0.9, [0.08, 0.1])],
        ],
        { takenFor: { class: 'person', share: 0.2 } },
      ),
      goes('outside', 'person', [
        [10, person(0.1, 0.75)],
        [20, person(0.44, 0.7)],
        [30, person(0.1, 0.6)],
      ]),
    ],
  },
];
