import { describe, expect, test } from 'vitest';
import type { PictureCondition, ReferenceMatch } from '../../../../src/domain/picture-condition.ts';
import { CameraHealth } from '../../../../src/edge/health/camera-health.ts';
import { cameraHealthSchema, healthSchema } from '../../../../src/edge/health/config.ts';
import { judgePicture } from '../../../../src/edge/health/picture-verdict.ts';

const config = healthSchema.parse({});

const usual: ReferenceMatch = {
  likeness: 1,
  layout: 1,
  structured: 1,
  relief: 1,
  sharpness: 1,
  light: 1,
  shift: undefined,
};

function picture({
  reference = {},
  ...own
}: Partial<Omit<PictureCondition, 'reference'>> & {
  reference?: Partial<ReferenceMatch> | 'none';
} = {}): PictureCondition {
  const match = reference === 'none' ? undefined : { ...usual, ...reference };
  return { mean: 110, contrast: 50, structured: 0.8, unchanged: 0, reference: match, ...own };
}

const good = picture();
const gone = picture({ reference: { likeness: 0.05, layout: 0, structured: 0 } });
const black = picture({ mean: 2, contrast: 1, structured: 0, reference: { likeness: 0, structured: 0 } });

describe('what one picture says', () => {
  test.each<[string, PictureCondition, dark: boolean, said: string]>([
    ['as always', good, false, 'well'],
    ['hardly the view', picture({ reference: { likeness: 0.6 } }), false, 'well'],
    ['not the view any more', picture({ reference: { likeness: 0.59 } }), false, 'moved 180'],
    ['no structure left', picture({ reference: { likeness: 0.1, structured: 0.12 } }), false, 'covered 60'],
    ['some left', picture({ reference: { likeness: 0.3, structured: 0.13 } }), false, 'covered 180'],
    ['structure, and even', picture({ reference: { likeness: 0.1, relief: 0.34 } }), false, 'covered 180'],
    ['the view elsewhere', picture({ reference: { likeness: 0.1, shift: [0.02, 0] } }), false, 'moved 60'],
    ['the view a pixel away', picture({ reference: { likeness: 0.5, shift: [0.01, -0.015] } }), false, 'well'],
    [
      'the view here, and rather elsewhere',
      picture({ reference: { likeness: 0.7, shift: [0, 0.03] } }),
      false,
      'moved 60',
    ],
    ['hardly sharp', picture({ reference: { sharpness: 0.55 } }), false, 'well'],
    ['not sharp', picture({ reference: { sharpness: 0.54 } }), false, 'blurred 300'],
    [
      'so soft that nothing is alike but the layout',
      picture({ reference: { likeness: 0.5, layout: 0.8, sharpness: 0.2 } }),
      false,
      'blurred 300',
    ],
    ['nothing to be sharp', picture({ reference: { sharpness: undefined } }), false, 'well'],
    ['black', black, false, 'black 60'],
    ['black and noisy at night', black, true, 'unclear'],
    ['black without noise at night', { ...black, unchanged: 0.97 }, true, 'black 60'],
    ['nearly black', { ...black, mean: 21 }, false, 'covered 60'],
    ['dark with a lamp in it', { ...black, contrast: 5.1 }, true, 'unclear'],
    ['the same again', { ...good, unchanged: 0.97 }, false, 'frozen 120'],
    ['nearly the same', { ...good, unchanged: 0.96 }, false, 'well'],
    ['gone in the dark', { ...gone, mean: 50 }, true, 'unclear'],
    ['gone at night under lamps', { ...gone, mean: 51 }, true, 'covered 60'],
    ['a view that is learnt', picture({ reference: 'none' }), false, 'well'],
    ['nothing to learn from', picture({ reference: 'none', structured: 0.02, contrast: 10 }), false, 'covered 180'],
    ['hardly anything to learn from', picture({ reference: 'none', structured: 0.03, contrast: 10 }), false, 'well'],
  ])('%s', (_, condition, dark, said) => {
    const verdict = judgePicture(condition, dark, config);
    expect(verdict.kind === 'fault' ? `${verdict.fault} ${verdict.afterMs / 1000}` : verdict.kind).toBe(said);
  });
});

/** A camera whose pictures are told in short: `g` good, `c` covered, `b` black, one every 10 s. */
function told(own: Parameters<typeof cameraHealthSchema.parse>[0] = {}) {
  const make = () => new CameraHealth({ config, own: cameraHealthSchema.parse(own), isNight: () => false });
  let health = make();
  let at = 1_700_000_000_000;
  const kinds: Readonly<Record<string, PictureCondition>> = { g: good, c: gone, b: black };
  return {
    say(pictures: string, stepMs = 10_000) {
      for (const kind of pictures) {
        at += stepMs;
        health.look(kinds[kind] ?? good, at, health.order(at));
      }
      return health.fault?.fault;
    },
    restart() {
      const saved: unknown = JSON.parse(JSON.stringify(health.save()));
      health = make();
      health.restore(saved);
    },
    get order() {
      return health.order(at);
    },
    get sinceS() {
      return health.fault === undefined ? undefined : (at - health.fault.since) / 1000;
    },
  };
}

describe('a fault over time', () => {
  test.each([
    ['not yet', 'gcccccc', undefined],
    ['just', 'gccccccc', 'covered'],
    ['now and then is none', `g${'ccg'.repeat(40)}`, undefined],
    ['mostly is one', `g${'cccccg'.repeat(4)}`, 'covered'],
    ['of changing names is named for most of it', 'gbbccccc', 'covered'],
    ['well, not for long enough', 'gcccccccgg', 'covered'],
    ['well again', 'gcccccccgggg', undefined],
    ['never well for long', `gccccccc${'gc'.repeat(20)}`, 'covered'],
    ['that turns into another', 'gcccccccbbbbbbb', 'black'],
    ['that is hardly another yet', 'gcccccccbbbbbb', 'covered'],
  ])('%s', (_, pictures, fault) => {
    expect(told().say(pictures)).toBe(fault);
  });

  test('is known since its first picture, whatever its name becomes', () => {
    const camera = told();
    camera.say('gccccccc');
    expect(camera.sinceS).toBe(60);
    camera.say('bbbbbbb');
    expect(camera.sinceS).toBe(130);
  });

  test('gaps and clocks that are set back count for nothing', () => {
    const camera = told();
    camera.say('gc');
    expect(camera.say('cc', 600_000)).toBe(undefined);
    expect(camera.say('c', -3_600_000)).toBe(undefined);
    expect(camera.say('cccc')).toBe(undefined);
    expect(camera.say('cc')).toBe('covered');
  });

  test('three pictures at least, however far apart', () => {
    const camera = told();
    expect(camera.say('cc', 110_000)).toBe(undefined);
    expect(camera.say('c', 110_000)).toBe('covered');
  });

  test('what is ignored on a camera is well', () => {
    const camera = told({ ignore: ['covered'] });
    expect(camera.say('c'.repeat(100))).toBe(undefined);
    expect(camera.say('b'.repeat(7))).toBe('black');
  });

  test('the reference is held from the first bad picture to the end of the fault', () => {
    const camera = told();
    camera.say('g');
    expect(camera.order).toBe('follow');
    camera.say('c');
    expect(camera.order).toBe('hold');
    camera.say('ccccccgg');
    expect(camera.order).toBe('hold');
    camera.say('g');
    expect(camera.order).toBe('follow');
    expect(told({ indoors: true }).order).toBe('relight');
  });

  test.each([1, 4, 7, 9, 11])('goes on over a restart after %i pictures', (before) => {
    const pictures = 'gcccccccggggcccccc';
    const [camera, other] = [told(), told()];
    for (const [index, kind] of [...pictures].entries()) {
      if (index === before) other.restart();
      expect(other.say(kind)).toBe(camera.say(kind));
    }
  });
});
