import { area, goes, person, stays, thing } from './staging.ts';
import type { ScriptedTimeline } from './timeline.ts';

const forenoon = '2026-05-06T10:00:00+08:00';
const night = '2026-05-06T22:00:00+08:00';

const kerb = area('kerb', [0.2, 0.5, 1, 1], ['roadway']);
const plaza = area('plaza', [0, 0.3, 1, 1]);
const bank = area('bank', [0, 0.6, 1, 1], ['bank']);
const water = area('water', [0, 0.2, 1, 0.6], ['water']);
const frontage = area('frontage', [0.2, 0.5, 1, 1]);
const road = area('road', [0.1, 0.3, 1, 1]);
const yard = area('yard', [0.1, 0.2, 1, 1]);
const car = [0.16, 0.16] as const;

const angler = stays('angler', 'person', person(0.5, 0.75), [4, 44]);
const stall = stays('stall', 'stall', thing(0.6, 0.75, [0.14, 0.2]), [0, 290]);
const vendor = stays('vendor', 'person', person(0.7, 0.78), [0, 290]);

/** The same thing on both sides of what a scene's configuration says: hours, durations, counts, postures, covers. */
export const limitTimelines: readonly ScriptedTimeline[] = [
  {
    name: 'car stops shortly',
    scene: 'illegal_parking',
    story: 'A car stops at the kerb for four minutes.',
    startsAt: forenoon,
    seconds: 330,
    zones: [kerb],
    actors: [
      goes('stops', 'car', [
        [0, thing(0.05, 0.6, car)],
        [8, thing(0.5, 0.75, car)],
        [248, thing(0.5, 0.75, car)],
        [256, thing(0.98, 0.9, car)],
      ]),
    ],
  },
  {
    name: 'angler by day',
    scene: 'waterside_abnormal',
    story: 'Somebody stands on the bank for forty seconds by day.',
    startsAt: forenoon,
    seconds: 90,
    zones: [bank, water],
    actors: [angler],
  },
  {
    name: 'angler by night',
    scene: 'waterside_abnormal',
    story: 'Somebody stands on the bank for forty seconds by night.',
    fires: { from: 22, to: 40 },
    startsAt: night,
    seconds: 90,
    zones: [bank, water],
    actors: [angler],
  },
  {
    name: 'a dozen people',
    scene: 'crowd_gathering',
    story: 'Twelve people stay on a plaza.',
    startsAt: forenoon,
    seconds: 180,
    zones: [plaza],
    actors: Array.from({ length: 12 }, (_, who) =>
      stays(
        `member ${who}`,
        'person',
        person(0.12 + (who % 6) * 0.14, 0.6 + Math.floor(who / 6) * 0.2, 0.18),
        [0, 170],
      ),
    ),
  },
  {
    name: 'school is out',
    scene: 'crowd_gathering',
    story: 'Eighteen parents wait at a school gate at the time when school ends.',
    startsAt: '2026-05-06T16:00:00+08:00',
    seconds: 180,
    zones: [plaza],
    config: { schoolHours: [{ days: ['workday'], from: '15:30', to: '16:30' }] },
    actors: Array.from({ length: 18 }, (_, who) =>
      stays(
        `waits ${who}`,
        'person',
        person(0.12 + (who % 6) * 0.14, 0.6 + Math.floor(who / 6) * 0.15, 0.18),
        [0, 170],
      ),
    ),
  },
  {
    name: 'night market',
    scene: 'street_vending',
    story: 'A stall sells in the hours of the night market.',
    startsAt: night,
    seconds: 300,
    zones: [frontage],
    config: { permittedHours: [{ from: '18:00', to: '23:00' }] },
    actors: [stall, vendor],
  },
  {
    name: 'stall by day',
    scene: 'street_vending',
    story: 'The same stall sells in the forenoon.',
    fires: { from: 180, to: 240 },
    startsAt: forenoon,
    seconds: 300,
    zones: [frontage],
    config: { permittedHours: [{ from: '18:00', to: '23:00' }] },
    actors: [stall, vendor],
  },
  {
    name: 'load uncovered',
    scene: 'muck_truck',
    story: 'A truck carries rubble without a cover down a road.',
    fires: { from: 6, to: 30 },
    startsAt: night,
    seconds: 60,
    zones: [road],
    actors: [
      goes('truck', 'truck', [
        [2, thing(0.15, 0.65, [0.26, 0.28])],
        [24, thing(0.85, 0.8, [0.26, 0.28])],
      ]),
      goes('load', 'uncovered_load', [
        [2, thing(0.13, 0.55, [0.18, 0.14])],
        [24, thing(0.83, 0.7, [0.18, 0.14])],
      ]),
    ],
  },
  {
    name: 'mechanic',
    scene: 'person_down',
    story: 'A mechanic in uniform lies down beside a car and works.',
    startsAt: forenoon,
    seconds: 80,
    zones: [plaza],
    actors: [
      goes(
        'mechanic',
        'person',
        [
          [0, person(0.3, 0.8)],
          [6, person(0.5, 0.8)],
          [9, thing(0.52, 0.81, [0.15, 0.1])],
          [60, thing(0.52, 0.81, [0.15, 0.1])],
        ],
        { attributes: { uniform: 0.9 } },
      ),
      stays('car', 'car', thing(0.65, 0.8, [0.2, 0.2]), [0, 80]),
    ],
  },
  {
    name: 'kitchen smoke',
    scene: 'fire_smoke',
    story: 'Smoke comes from a kitchen at noon.',
    startsAt: '2026-05-06T12:00:00+08:00',
    seconds: 120,
    zones: [yard],
    config: { cookingHours: [{ from: '11:00', to: '13:00' }] },
    actors: [stays('smoke', 'smoke', thing(0.5, 0.6, [0.16, 0.24]), [10, 110], { flicker: 0.3 })],
  },
  {
    name: 'red clouds',
    scene: 'fire_smoke',
    story: 'Clouds before the setting sun are taken for smoke, the sun for a flame.',
    startsAt: '2026-05-06T18:25:00+08:00',
    seconds: 120,
    zones: [yard],
    actors: [
      stays('clouds', 'smoke', thing(0.5, 0.4, [0.3, 0.16]), [0, 120]),
      stays('sun', 'flame', thing(0.8, 0.45, [0.05, 0.08]), [0, 120], { flicker: 0.1 }),
    ],
  },
];
