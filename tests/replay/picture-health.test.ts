import { describe, expect, test } from 'vitest';
import { blurred, type Change, flat, HealthStand, shifted, through } from '../unit/edge/health/health-stand.ts';

/** Has watched the street for five minutes. */
function watching(options?: ConstructorParameters<typeof HealthStand>[0]): HealthStand {
  const camera = new HealthStand(options);
  expect(camera.look(300)).toEqual([]);
  return camera;
}

/** Another street: trees, a kerb across, another light. */
const elsewhere = through((value, x, y) => {
  const tree = Math.hypot(((x + 11) % 37) - 18, (y % 29) - 14) < 9 ? -70 : 0;
  // The noise of the sensor stays.
  return 140 + (value % 3) + tree + 40 * Math.sin(x / 5 + y / 7) + (y > 55 ? -50 : 0);
});

const cloth = (random: () => number) =>
  through((_, x, y) => 120 + 25 * Math.sin(x * 1.9) * Math.sin(y * 2.3) + random() * 4);

describe('what is no fault', () => {
  test.each<{ what: string; change: (camera: HealthStand) => Change }>([
    { what: 'less light', change: () => through((value) => value * 0.35) },
    { what: 'fog', change: () => through((value) => 0.3 * value + 120) },
    { what: 'another gamma', change: () => through((value) => 255 * (value / 255) ** 1.6) },
    {
      what: 'noise',
      change: ({ street }) => through((value) => value + (street.random() * 2 - 1) * 20),
    },
    {
      what: 'swaying in the wind',
      change:
        ({ street }) =>
        (picture) =>
          shifted(Math.round(street.random() * 2 - 1), 0)(picture),
    },
  ])('$what, for an hour', ({ change }) => {
    const camera = watching();
    camera.everyMs = 10_000;
    expect(camera.look(3600, change(camera))).toEqual([]);
  });

  test('exposure that jumps', () => {
    const camera = watching();
    for (let round = 0; round < 20; round += 1) {
      expect(
        camera.look(
          6,
          through((value) => value * (round % 2 === 0 ? 0.5 : 1.4)),
        ),
      ).toEqual([]);
    }
  });

  test('a bus before the lens for two minutes, and things that pass', () => {
    const camera = watching();
    const bus = through((value, x, y) =>
      x > 36 && y > 6 ? (Math.floor(x / 14) % 2 === 0 && y < 40 ? 40 : 150) : value,
    );
    expect(camera.look(120, bus)).toEqual([]);
    expect(camera.look(60)).toEqual([]);
  });

  test('headlights into the lens at night', () => {
    const camera = watching();
    camera.night = true;
    const dusk = (share: number) => through((value) => value * (1 - 0.8 * share));
    for (let share = 0; share < 1; share += 0.025) expect(camera.look(30, dusk(share))).toEqual([]);
    const glare = through(
      (value, x, y) => value * 0.2 + 230 * Math.exp(-(((x - 60) / 50) ** 2) - ((y - 40) / 40) ** 2),
    );
    for (let car = 0; car < 12; car += 1) {
      expect(camera.look(8, glare)).toEqual([]);
      expect(camera.look(10, dusk(1))).toEqual([]);
    }
  });

  test('lamps that are switched off: a dark picture with noise is night, not black', () => {
    const camera = watching({ own: { indoors: true } });
    camera.everyMs = 60_000;
    expect(camera.look(8 * 3600, flat(6, 3, camera.street.random))).toEqual([]);
    expect(camera.look(600)).toEqual([]);
  });

  test('lamps that draw the view anew at dusk are learnt as a second version', () => {
    const camera = watching();
    camera.night = true;
    // Infrared: the hedge and the windows turn bright, walls and road dark.
    const infrared = through((value, x, y) => (y < 30 && x < 100 ? value * 0.5 : 0.5 * (x < 30 ? 220 - value : value)));
    camera.everyMs = 30_000;
    expect(camera.look(6 * 3600, infrared)).toEqual([]);
    camera.night = false;
    expect(camera.look(600)).toEqual([]);
    camera.night = true;
    expect(camera.look(600, infrared)).toEqual([]);
  });
});

describe('what is a fault', () => {
  test.each<{ what: string; change: (camera: HealthStand) => Change; fault: string; afterS: number }>([
    { what: 'a flat cover', change: ({ street }) => flat(90, 2, street.random), fault: 'covered', afterS: 60 },
    { what: 'a bright cover', change: ({ street }) => flat(230, 2, street.random), fault: 'covered', afterS: 60 },
    { what: 'a cloth with a weave', change: ({ street }) => cloth(street.random), fault: 'covered', afterS: 180 },
    {
      what: 'a cover over most of it',
      change:
        ({ street }) =>
        (picture) =>
          flat(110, 2, street.random)(picture).map((grey, at) => (at % 128 < 92 ? grey : (picture[at] ?? 0))),
      fault: 'covered',
      afterS: 180,
    },
    { what: 'a camera that was turned a little', change: () => shifted(9, 5), fault: 'moved', afterS: 60 },
    { what: 'a camera that was turned elsewhere', change: () => elsewhere, fault: 'moved', afterS: 180 },
    { what: 'black without noise', change: () => through(() => 0), fault: 'black', afterS: 60 },
    { what: 'black by day', change: ({ street }) => flat(8, 3, street.random), fault: 'black', afterS: 60 },
    { what: 'out of focus', change: () => blurred(3), fault: 'blurred', afterS: 300 },
  ])('$what is $fault after $afterS s, and over once the view has been back for 20 s', ({ change, fault, afterS }) => {
    const camera = watching();
    const [found, ...more] = camera.look(afterS + 60, change(camera));
    expect(found?.[1]).toBe(fault);
    expect(more).toEqual([]);
    // The first bad picture begins to count; one more tells.
    expect(found?.[0]).toBeGreaterThanOrEqual(afterS);
    expect(found?.[0]).toBeLessThanOrEqual(afterS + 4);
    expect(camera.health.fault?.since).toBe(camera.at - (afterS + 58) * 1000);
    expect(camera.look(60)).toEqual([[22, undefined]]);
  });

  test('a picture that stands still, though its clock runs', () => {
    const camera = watching();
    const frozen = camera.picture();
    let second = 0;
    const withClock: Change = () => {
      second += 2;
      return frozen.map((value, at) => (at % 128 < 8 && at < 6 * 128 ? second % 200 : value));
    };
    expect(camera.look(180, withClock)).toEqual([[124, 'frozen']]);
    expect(camera.look(60)).toEqual([[22, undefined]]);
  });

  test('black at night is one only without noise', () => {
    const camera = watching();
    camera.night = true;
    camera.everyMs = 10_000;
    expect(camera.look(900, flat(6, 3, camera.street.random))).toEqual([]);
    expect(
      camera.look(
        120,
        through(() => 0),
      ),
    ).toEqual([[80, 'black']]);
  });

  test('looked at every 10 s they are found no later than a look', () => {
    const camera = watching();
    camera.everyMs = 10_000;
    expect(camera.look(200, shifted(9, 5))).toEqual([[70, 'moved']]);
  });

  test('a cover from the beginning is a fault once it was flat for long, and the view is learnt when it is gone', () => {
    const camera = new HealthStand();
    expect(camera.look(300, flat(90, 2, camera.street.random))).toEqual([[182, 'covered']]);
    expect(camera.look(300)).toEqual([[22, undefined]]);
    expect(camera.look(120, shifted(9, 5))).toEqual([[62, 'moved']]);
  });
});

describe('a view that is another', () => {
  test('is the view once it is accepted', () => {
    const camera = watching();
    camera.look(300, elsewhere);
    expect(camera.fault).toBe('moved');
    camera.health.acceptView();
    expect(camera.look(300, elsewhere)).toEqual([[22, undefined]]);
    expect(camera.look(300)).toEqual([[182, 'moved']]);
  });

  test('or after the time that is configured', () => {
    const camera = watching({ config: { acceptViewAfterMs: 600_000 } });
    camera.everyMs = 5000;
    const changes = camera.look(1200, elsewhere);
    expect(changes.map(([, fault]) => fault)).toEqual(['moved', undefined]);
    expect(changes[1]?.[0]).toBeGreaterThanOrEqual(780);
    expect(changes[1]?.[0]).toBeLessThanOrEqual(810);
  });

  test('of a camera that tours its presets is none of our business; black is', () => {
    const camera = watching({ own: { ignore: ['moved', 'covered', 'blurred'] } });
    camera.everyMs = 10_000;
    for (let preset = 0; preset < 3; preset += 1) {
      expect(camera.look(300, elsewhere)).toEqual([]);
      expect(camera.look(300)).toEqual([]);
    }
    expect(
      camera.look(
        120,
        through(() => 0),
      ),
    ).toEqual([[70, 'black']]);
  });
});
