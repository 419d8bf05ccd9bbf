import { area, goes, person, stays, thing } from './staging.ts';
import type { ScriptedTimeline } from './timeline.ts';

const forenoon = '2026-05-06T10:00:00+08:00';

const frontage = area('frontage', [0.2, 0.5, 1, 1]);
const verge = area('verge', [0.3, 0.5, 1, 1]);
const road = area('road', [0, 0.5, 1, 1], ['roadway']);
const yard = area('yard', [0.1, 0.2, 1, 1]);
const tricycle = [0.12, 0.14] as const;
const bag = [0.04, 0.07] as const;
const truck = [0.26, 0.3] as const;

/** People who pass in front of a camera, one every so many seconds. */
const passersBy = (everyS: number, untilS: number, y: number) =>
  Array.from({ length: Math.floor(untilS / everyS) }, (_, who) =>
    goes(`passes ${who}`, 'person', [
      [who * everyS, person(0.1, y)],
      [who * everyS + 10, person(0.95, y)],
    ]),
  );

/** Stalls, garbage, rubble, water and fire, and what looks like them. */
export const thingsTimelines: readonly ScriptedTimeline[] = [
  {
    name: 'fruit from a tricycle',
    scene: 'street_vending',
    story: 'Somebody rides up on a tricycle, opens an umbrella and sells fruit, while people pass.',
    fires: { from: 190, to: 260 },
    startsAt: forenoon,
    seconds: 400,
    zones: [frontage],
    actors: [
      goes('tricycle', 'tricycle', [
        [0, thing(0.1, 0.7, tricycle)],
        [10, thing(0.6, 0.75, tricycle)],
        [360, thing(0.6, 0.75, tricycle)],
      ]),
      stays('umbrella', 'umbrella', thing(0.6, 0.62, [0.14, 0.08]), [20, 360]),
      stays('vendor', 'person', person(0.69, 0.77), [12, 360]),
      ...passersBy(40, 360, 0.95),
    ],
  },
  {
    name: 'parked tricycle',
    scene: 'street_vending',
    story: 'A tricycle is parked in front of a shop, and people pass close by all the time.',
    startsAt: forenoon,
    seconds: 400,
    zones: [frontage],
    actors: [stays('tricycle', 'tricycle', thing(0.6, 0.75, tricycle), [0, 390]), ...passersBy(4, 390, 0.78)],
  },
  {
    name: 'bags left',
    scene: 'exposed_garbage',
    story: 'Three bags are put down at the kerb and stay for twelve minutes.',
    fires: { from: 618, to: 690 },
    startsAt: forenoon,
    seconds: 800,
    zones: [verge],
    actors: [0, 1, 2].map((place) =>
      stays(`bag ${place}`, 'garbage_bag', thing(0.5 + place * 0.045, 0.8, bag), [20, 760]),
    ),
  },
  {
    name: 'leaves and shadows',
    scene: 'exposed_garbage',
    story: 'The shadow of a tree is taken for bags on half of the looks, and one small bag lies there all the time.',
    startsAt: forenoon,
    seconds: 800,
    zones: [verge],
    actors: [
      stays('shadow', 'garbage_bag', thing(0.5, 0.8, [0.12, 0.12]), [0, 790], { score: 0.7, shownShare: 0.45 }),
      stays('small bag', 'garbage_bag', thing(0.85, 0.8, bag), [0, 790]),
    ],
  },
  {
    name: 'rubble tipped',
    scene: 'material_dumping',
    story: 'A truck stops on the verge, tips rubble and drives away; the rubble stays.',
    fires: { from: 712, to: 780 },
    startsAt: forenoon,
    seconds: 860,
    zones: [verge],
    actors: [
      goes('truck', 'truck', [
        [380, thing(0.1, 0.7, truck)],
        [388, thing(0.5, 0.75, truck)],
        [430, thing(0.5, 0.75, truck)],
        [438, thing(0.95, 0.9, truck)],
      ]),
      stays('rubble', 'debris_pile', thing(0.72, 0.8, [0.12, 0.12]), [412, 850]),
    ],
  },
  {
    name: 'old rubble',
    scene: 'material_dumping',
    story: 'Rubble that was always there is hidden by a truck for two minutes and seen again.',
    startsAt: forenoon,
    seconds: 860,
    zones: [verge],
    actors: [
      stays('rubble', 'debris_pile', thing(0.6, 0.8, [0.12, 0.12]), [0, 400]),
      goes('truck', 'truck', [
        [392, thing(0.1, 0.7, truck)],
        [400, thing(0.6, 0.85, truck)],
        [520, thing(0.6, 0.85, truck)],
        [528, thing(0.95, 0.9, truck)],
      ]),
      stays('rubble again', 'debris_pile', thing(0.6, 0.8, [0.12, 0.12]), [522, 850]),
    ],
  },
  {
    name: 'flooded road',
    scene: 'waterlogging',
    story: 'Rain water rises over a fifth of the road and stays; cars drive through it.',
    fires: { from: 126, to: 200 },
    startsAt: forenoon,
    seconds: 300,
    zones: [road],
    actors: [
      goes('water', 'water_surface', [
        [0, thing(0.5, 0.8, [0.2, 0.1])],
        [20, thing(0.5, 0.9, [0.4, 0.25])],
        [290, thing(0.5, 0.9, [0.4, 0.25])],
      ]),
      ...[40, 90, 150].map((from) =>
        goes(`car ${from}`, 'car', [
          [from, thing(0.05, 0.85, [0.16, 0.16])],
          [from + 12, thing(0.95, 0.85, [0.16, 0.16])],
        ]),
      ),
    ],
  },
  {
    name: 'sprinkled road',
    scene: 'waterlogging',
    story: 'A sprinkler truck wets the road, which dries within five minutes; puddles glare now and then.',
    startsAt: forenoon,
    seconds: 600,
    zones: [road],
    actors: [
      goes('sprinkler', 'truck', [
        [10, thing(0.05, 0.85, truck)],
        [26, thing(0.95, 0.85, truck)],
      ]),
      stays('wet', 'water_surface', thing(0.5, 0.95, [0.6, 0.35]), [24, 300]),
      stays('glare', 'water_surface', thing(0.2, 0.95, [0.3, 0.3]), [310, 590], { shownShare: 0.4, score: 0.65 }),
    ],
  },
  {
    name: 'fire in the yard',
    scene: 'fire_smoke',
    story: 'Rubbish burns in a yard with flames that rise and fall, and smoke comes up.',
    fires: { from: 8, to: 40 },
    startsAt: forenoon,
    seconds: 120,
    zones: [yard],
    actors: [
      stays('flames', 'flame', thing(0.5, 0.7, [0.07, 0.12]), [5, 80], { flicker: 0.4, score: 0.8, shownShare: 0.9 }),
      stays('smoke', 'smoke', thing(0.52, 0.58, [0.14, 0.24]), [15, 85], { flicker: 0.2, score: 0.75 }),
    ],
  },
  {
    name: 'lamp in the yard',
    scene: 'fire_smoke',
    story: 'A lamp is taken for a flame for minutes, and the lights of a car sweep by.',
    startsAt: '2026-05-06T20:00:00+08:00',
    seconds: 240,
    zones: [yard],
    actors: [
      stays('lamp', 'flame', thing(0.5, 0.6, [0.06, 0.08]), [0, 230], { score: 0.8 }),
      goes('lights', 'flame', [
        [60, thing(0.15, 0.8, [0.05, 0.05])],
        [70, thing(0.95, 0.95, [0.09, 0.09])],
      ]),
    ],
  },
];
