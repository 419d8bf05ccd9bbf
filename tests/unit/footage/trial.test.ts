import { describe, expect, test } from 'vitest';
import { demoSettings } from '../../../scripts/footage/demo-settings.ts';
import { trialFaults, trialLines, watchedFor } from '../../../scripts/footage/trial.ts';
import type { TakeKind, TakeTruth } from '../../../scripts/footage/truth.ts';
import { type ObjectClass, objectClasses } from '../../../src/domain/object-class.ts';
import { type SceneId, sceneIds } from '../../../src/domain/scene-id.ts';
import { allFound } from '../../support/footage-camera.ts';
import type { JudgedEvent } from '../../support/take-judge.ts';

/** 50 seconds at 2 pictures a second with somebody in all of them; something goes on from 10 to 30 of one that fires. */
const takeOf = (scene: SceneId, take: TakeKind = 'fires'): TakeTruth => ({
  ...{ version: 1, scene, take, seed: 1, light: 'day', about: '', width: 640, height: 360, fps: 2 },
  zones: (demoSettings[scene]?.zonesOf ?? []).map((id) => ({ id, kind: 'polygon', points: [], tags: [] })),
  intervals: take === 'near' ? [] : [{ scene, fromS: 10, toS: 30 }],
  pictures: Array.from({ length: 100 }, () => [{ id: 1, class: 'person', box: [0, 0, 50, 50], visible: 1 }]),
});
const event = (phase: JudgedEvent['phase'], second: number): JudgedEvent => ({
  ...{ phase, incidentId: 'incident' as JudgedEvent['incidentId'], second },
});
const outcome = (events: readonly JudgedEvent[], lacking: readonly ObjectClass[] = []) => ({
  events,
  untilS: 100,
  provided: new Set(objectClasses.filter((name) => !lacking.includes(name))),
});

describe('a tried clip', () => {
  test.each<[string, JudgedEvent[], RegExp[]]>([
    ['when it must', [event('raised', 20), event('cleared', 36)], []],
    [
      'before what happens',
      [event('raised', 4), event('cleared', 36)],
      [/^raised@4: nothing goes on/, /^nothing raised/],
    ],
    ['and does not clear', [event('raised', 20)], [/^raised@20: not cleared/]],
    ['never', [], [/^nothing raised/]],
  ])('that fires %s', (_, events, faults) => {
    const found = trialFaults(takeOf('person_down'), outcome(events));
    expect(found).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });

  test('a quiet near miss is right', () => {
    expect(trialFaults(takeOf('person_down', 'near'), outcome([]))).toEqual([]);
  });

  test('one class that the model does not know is a fault, though scene and clip get by without', () => {
    const events = [event('raised', 20), event('cleared', 36)];
    const truth = takeOf('illegal_parking');
    expect(trialFaults(truth, outcome(events, ['bus']))).toEqual(['the model does not know bus']);
    expect(trialFaults(truth, outcome(events, ['boat']))).toEqual([]);
    const near = takeOf('person_down', 'near');
    expect(trialFaults(near, outcome([], ['person']))).toContain('the model does not know person');
  });

  test.each(sceneIds)('of %s goes by canonical classes, each once', (scene) => {
    const { classes, enterScore, stayScore } = watchedFor(takeOf(scene));
    expect(classes.length).toBeGreaterThan(0);
    expect(new Set(classes).size).toBe(classes.length);
    expect(enterScore).toBeGreaterThanOrEqual(stayScore);
  });

  test('is told with its faults, and a second box as what it is', () => {
    const seen = { boxes: 2, found: 2, wrong: 1, surelyWrong: 1, objects: 1, sure: 1, bestScores: [0.9] };
    const lines = trialLines({
      truth: takeOf('person_down'),
      events: [event('raised', 4), event('updated', 8), event('cleared', 36)],
      faults: ['raised@4: nothing goes on then that is not told of'],
      classes: [
        { class: 'person', ...seen, worst: { score: 0.8, on: 'duplicate' } },
        { class: 'animal', ...seen, worst: { score: 0.7, on: 'nothing' } },
      ],
    });
    expect(lines).toEqual([
      expect.stringMatching(/^person_down +fires +yes +← WRONG +raised@4 cleared@36 +\(goes on 10–30 of 50 s\)$/),
      '    ← raised@4: nothing goes on then that is not told of',
      expect.stringMatching(/\(worst 0\.80 a duplicate\)$/),
      expect.stringMatching(/\(worst 0\.70 on nothing\)$/),
    ]);
  });
});

test('a model that fails has not found nothing', () => {
  const detections = [{ class: 'person', box: [0, 0, 1, 1], score: 0.9 }] as const;
  expect(allFound({ detections, failures: [] }, 'keyframe at 2 s')).toBe(detections);
  const failures = [{ model: 'tried', reason: 'failed', detail: 'out of memory' }] as const;
  expect(() => allFound({ detections, failures }, 'keyframe at 2 s')).toThrow(
    'keyframe at 2 s: tried failed: out of memory',
  );
});
