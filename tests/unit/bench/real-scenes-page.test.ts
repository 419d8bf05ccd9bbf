import { expect, test } from 'vitest';
import { realScenesReport, type SceneOnClip } from '../../../scripts/bench/real-scenes-page.ts';

const row = (model: string, scene: string, more: Partial<SceneOnClip>): SceneOnClip => ({
  ...{ model, scene, clip: 'a.mp4', available: true, expected: 0, found: 0, wrong: 0, seconds: 360 },
  ...more,
});
const results = [
  row('ours', 'fire_smoke', { expected: 1, found: 1 }),
  row('ours', 'fire_smoke', { clip: 'b.mp4', wrong: 1 }),
  row('ours', 'person_down', { expected: 4, found: 1 }),
  row('theirs', 'fire_smoke', { available: false, expected: 1 }),
  row('theirs', 'person_down', { expected: 4, found: 3, wrong: 2 }),
];
const report = realScenesReport({
  results,
  models: ['ours', 'theirs'],
  clips: ['a.mp4', 'b.mp4'],
  unseen: ['muck_truck'],
});

test('recall and false alarms an hour by scene and model, over all clips', () => {
  expect(report.metrics).toEqual({
    'recall/fire_smoke/ours': 1,
    'falsePerHour/fire_smoke/ours': 5,
    'recall/person_down/ours': 0.25,
    'falsePerHour/person_down/ours': 0,
    'recall/person_down/theirs': 0.75,
    'falsePerHour/person_down/theirs': 20,
  });
});

test.each([
  'fire_smoke | 1 of 1 · 5 (1) | cannot |',
  'person_down | 1 of 4 · 0 | 3 of 4 · 20 (2) |',
  '| a.mp4 | fire_smoke | 1 of 1 | cannot |',
  'Of muck_truck there is no real footage here',
])('the page says: %s', (line) => expect(report.page).toContain(line));

test('the card has the same', () => expect(report.card).toBe(report.page));
