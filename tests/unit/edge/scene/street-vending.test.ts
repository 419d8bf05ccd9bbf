import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import {
  notesAt,
  playScene,
  type ScenePlay,
  sceneAlone,
  storyOf,
  storyOverRestart,
} from '../../../support/scene-play.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const frontage = {
  id: 'frontage' as ZoneId,
  kind: 'polygon' as const,
  points: [
    [0.3, 0.4],
    [1, 0.4],
    [1, 1],
    [0.3, 1],
  ] as const,
  tags: ['frontage'],
};

/** Defaults of the row, cleared soon. */
const vending: ScenePlay = { scene: 'street_vending', zones: [frontage], config: { clearAfterMs: 6_000 } };
const withConfig = (more: Record<string, unknown>): ScenePlay => ({
  ...vending,
  config: { ...vending.config, ...more },
});

const pitch: Box = [0.5, 0.5, 0.6, 0.7];
const beside: Box = [0.62, 0.5, 0.66, 0.72];
const away: Box = [0.9, 0.5, 0.94, 0.72];

const stall = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  new SceneTimeline().stands('stall', { box: pitch, from: 0, to: 300, class: 'stall', ...more });
const attended = (more: Partial<Parameters<SceneTimeline['stands']>[1]> = {}) =>
  stall().stands('vendor', { box: beside, from: 0, to: 300, class: 'person', ...more });
const every = (seconds: number, of: number, until = 300) =>
  Array.from({ length: until }, (_, second) => second).filter((second) => second % of < seconds);

describe('street_vending', () => {
  test('raises once after three minutes with a vendor, and clears when the stall is gone', () => {
    expect(storyOf(vending, attended(), 400)).toEqual(['raised@180', 'updated@240', 'cleared@304']);
  });

  test.each<[string, SceneTimeline, string[]]>([
    [
      'just long enough',
      stall({ to: 182 }).stands('v', { box: beside, from: 0, to: 182, class: 'person' }),
      ['raised@180', 'cleared@186'],
    ],
    ['just too short', stall({ to: 180 }).stands('v', { box: beside, from: 0, to: 180, class: 'person' }), []],
    ['nobody by it', stall(), []],
    ['the only person stands elsewhere', attended({ box: away }), []],
    [
      'outside the zone',
      new SceneTimeline()
        .stands('s', { box: [0.05, 0.5, 0.15, 0.7], from: 0, to: 300, class: 'stall' })
        .stands('v', { box: [0.16, 0.5, 0.2, 0.72], from: 0, to: 300, class: 'person' }),
      [],
    ],
    [
      'not confirmed',
      stall({ state: 'tentative' }).stands('v', { box: beside, from: 0, to: 300, class: 'person' }),
      [],
    ],
    [
      'never clear',
      stall({ score: 0.6, bestScore: 0.65 }).stands('v', { box: beside, from: 0, to: 300, class: 'person' }),
      [],
    ],
    [
      'too small',
      stall({ box: [0.5, 0.6, 0.51, 0.62] }).stands('v', { box: beside, from: 0, to: 300, class: 'person' }),
      [],
    ],
    [
      'a person is there for three quarters of the time',
      attended({ missed: every(6, 24) }),
      ['raised@186', 'updated@246', 'cleared@304'],
    ],
    ['a person is there for two thirds of the time', attended({ missed: every(8, 24) }), []],
    [
      'the stall flickers',
      stall({ missed: every(4, 16) }).stands('v', { box: beside, from: 0, to: 300, class: 'person' }),
      ['raised@184', 'updated@244', 'cleared@304'],
    ],
  ])('%s', (_what, timeline, expected) => {
    expect(storyOf(vending, timeline, 400)).toEqual(expected);
  });

  test.each<[string, SceneTimeline]>([
    ['tricycle', attended().stands('t', { box: [0.61, 0.55, 0.7, 0.7], from: 0, to: 300, class: 'tricycle' })],
    [
      'umbrella',
      attended().stands('u', {
        box: [0.48, 0.42, 0.62, 0.52],
        from: 0,
        to: 300,
        class: 'umbrella',
        missed: every(4, 16),
      }),
    ],
    ['goods', attended().stands('g', { box: [0.5, 0.7, 0.6, 0.76], from: 0, to: 300, class: 'goods' })],
  ])('a stall and its %s are one case', (what, timeline) => {
    const [raised, ...more] = playScene(vending, timeline, 290);
    expect(raised?.subjects.map((subject) => subject.class)).toEqual(expect.arrayContaining(['stall', what]));
    expect(raised?.subjects[0]?.class).toBe('stall');
    expect(new Set([raised, ...more].map((event) => event?.incidentId)).size).toBe(1);
  });

  test('two pitches are two cases', () => {
    const two = attended()
      .stands('stall-2', { box: [0.85, 0.5, 0.9, 0.7], from: 0, to: 300, class: 'stall' })
      .stands('vendor-2', { box: [0.91, 0.5, 0.95, 0.72], from: 0, to: 300, class: 'person' });
    expect(storyOf(vending, two, 182)).toEqual(['raised@180', 'raised@180']);
  });

  test('people who pass by are nobody’s customers', () => {
    const street = stall();
    for (let from = 0; from < 300; from += 6) {
      const [start, end]: [Box, Box] = [
        [0.4, 0.5, 0.44, 0.72],
        [0.7, 0.5, 0.74, 0.72],
      ];
      street.moves(`p${from}`, { from, to: from + 6, start, end, class: 'person' });
    }
    expect(storyOf(vending, street, 300)).toEqual([]);
    expect(notesAt(vending, street, 220)).toEqual(expect.arrayContaining(['ignored passes-by', 'waits nobody-beside']));
  });

  test('a tricycle that rides through is no pitch', () => {
    const rides = new SceneTimeline().moves('t', {
      ...{ from: 0, to: 240, class: 'tricycle' as const },
      ...{ start: [0.3, 0.5, 0.36, 0.6] as Box, end: [0.9, 0.5, 0.96, 0.6] as Box },
    });
    rides.moves('r', {
      from: 0,
      to: 240,
      class: 'person',
      start: [0.31, 0.45, 0.35, 0.6],
      end: [0.91, 0.45, 0.95, 0.6],
    });
    expect(storyOf(vending, rides, 300)).toEqual([]);
  });

  test('under another track id it stays the same case', () => {
    const switched = stall({ to: 200 })
      .stands('other', { box: [0.505, 0.5, 0.605, 0.7], from: 200, to: 300, class: 'stall' })
      .stands('v', { box: beside, from: 0, to: 300, class: 'person' });
    expect(storyOf(vending, switched, 400)).toEqual(['raised@180', 'updated@240', 'cleared@304']);
  });

  test('time without a stream does not count', () => {
    expect(storyOf(vending, attended().gap(60, 120), 400)).toEqual(['raised@242', 'cleared@304']);
  });

  test.each([
    ['permitted all the time', [{ from: '08:00', to: '20:00' }], []],
    ['permitted until ten past eight', [{ from: '06:00', to: '08:10' }], ['raised@780']],
    ['permitted at night', [{ from: '18:00', to: '06:00' }], ['raised@180']],
  ])('hours: %s', (_what, permittedHours, expected) => {
    const day = attended({ to: 900 }).startsAt('2026-05-06T08:00:00+08:00');
    day.stands('stall-too', { box: pitch, from: 300, to: 900, class: 'stall' });
    const raised = storyOf(withConfig({ permittedHours, updateEveryMs: 3_600_000 }), day, 890);
    expect(raised).toEqual(expected);
  });

  test('is not watched for outside its schedule', () => {
    const config = withConfig({ schedule: [{ from: '20:00', to: '22:00' }] });
    expect(storyOf(config, attended().startsAt('2026-05-06T08:00:00+08:00'), 400)).toEqual([]);
    const dusk = attended().startsAt('2026-05-06T19:58:00+08:00');
    expect(storyOf(config, dusk, 298)).toEqual([]);
    expect(
      storyOf(
        config,
        attended({ to: 400 })
          .stands('s', { box: pitch, from: 300, to: 400, class: 'stall' })
          .startsAt('2026-05-06T19:58:00+08:00'),
        398,
      ),
    ).toEqual(['raised@300', 'updated@360']);
  });

  test.each([2, 60, 178, 180, 250, 302])('a restart at second %d changes nothing', (restartS) => {
    const timeline = () =>
      attended({ missed: every(6, 24) }).stands('u', {
        box: [0.48, 0.42, 0.62, 0.52],
        from: 10,
        to: 300,
        class: 'umbrella',
        missed: every(4, 10),
      });
    expect(storyOverRestart(vending, timeline(), 400, restartS)).toEqual(storyOf(vending, timeline(), 400));
  });

  test('an incident from before a restart without saved state goes on', () => {
    const scenes = sceneAlone(vending);
    scenes.resume([
      {
        incidentId: 'before' as IncidentId,
        cameraId: 'c' as CameraId,
        scene: 'street_vending',
        zoneId: frontage.id,
        startedAt: -300_000,
        observedAt: -2_000,
        subjects: [{ class: 'stall', score: 0.8, box: pitch, trackId: 'old' as TrackId, dwellMs: 290_000 }],
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    ]);
    const events = attended().play(scenes, 100);
    expect(events.map(({ phase, incidentId }) => `${phase} ${incidentId}`)).toEqual(['updated before']);
    expect(events[0]).toMatchObject({ startedAt: -300_000 });
  });

  test('wants people from whatever model finds them', () => {
    expect(sceneAlone(vending).classes).toContain('person');
  });
});
