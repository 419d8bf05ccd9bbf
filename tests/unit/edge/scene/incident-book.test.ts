import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { SceneHit } from '../../../../src/domain/scene-event.ts';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import type { Zone } from '../../../../src/domain/zone.ts';
import { IncidentBook } from '../../../../src/edge/scene/incident-book.ts';
import { rectangle, zone } from '../../../support/scene-case.ts';

const yard = zone('yard', 'polygon', rectangle(0, 0, 1, 1));
const gate = zone('gate', 'polygon', rectangle(0.2, 0, 0.8, 1));
const zones: readonly Zone[] = [yard, gate];
const timing = { clearAfterMs: 6_000, updateEveryMs: 60_000, cooldownMs: 60_000, streamGapMs: 12_000 };

const here: Box = [0.4, 0.4, 0.5, 0.6];
/** Overlaps it by more than half. */
const close: Box = [0.42, 0.4, 0.52, 0.6];
/** By more than half of `close`, by less of `here`. */
const closer: Box = [0.44, 0.4, 0.54, 0.6];

function hit(track: string, box: Box = here, more: Partial<SceneHit> = {}): SceneHit {
  const subject = { class: 'person' as const, score: 0.9, box, trackId: track as TrackId, dwellMs: 5_000 };
  return { zone: yard, startedAt: 0, subject, ...more };
}

function book(severity: Severity = 2) {
  let n = 0;
  return new IncidentBook({
    module: { id: 'zone_intrusion', version: '1', severity },
    timing,
    newId: () => `i${++n}` as IncidentId,
  });
}

type Step = readonly [second: number, ...hits: SceneHit[]];

/** `raised i1 t1@0`: what was said of which incident, by which track, on which second. */
function story(steps: readonly Step[], of = book()): string[] {
  return steps.flatMap(([second, ...hits]) => {
    const events = of.update(second * 1000, hits);
    return events.map(({ phase, incidentId, subjects }) => `${phase} ${incidentId} ${subjects[0]?.trackId}@${second}`);
  });
}

describe('who is on the books', () => {
  test('two who overlap are two, whoever is named first', () => {
    const steps: Step[] = [
      [0, hit('a'), hit('b', close)],
      [2, hit('b', close), hit('a')],
      [4, hit('b', here), hit('a', close)],
    ];
    expect(story(steps)).toEqual(['raised i1 a@0', 'raised i2 b@0']);
  });

  test('one who comes to stand beside another is somebody else', () => {
    expect(
      story([
        [0, hit('a')],
        [2, hit('b', close), hit('a')],
      ]),
    ).toEqual(['raised i1 a@0', 'raised i2 b@2']);
  });

  test('the one who leaves is cleared, though the other stands almost in its place', () => {
    const steps: Step[] = [
      [0, hit('a'), hit('b', close)],
      [2, hit('b', close)],
      [6, hit('b', close)],
      [8, hit('b', close)],
    ];
    expect(story(steps)).toEqual(['raised i1 a@0', 'raised i2 b@0', 'cleared i1 a@6']);
  });

  test('a new track in the place of one that is gone goes on with its incident', () => {
    expect(
      story([
        [0, hit('a')],
        [2, hit('c', close)],
        [9, hit('c', close)],
      ]),
    ).toEqual(['raised i1 a@0']);
  });

  test('of two new tracks only one does, the closer one', () => {
    const of = book();
    expect(
      story(
        [
          [0, hit('a')],
          [2, hit('c', closer), hit('d', close)],
        ],
        of,
      ),
    ).toEqual(['raised i1 a@0', 'raised i2 c@2']);
    expect(of.open).toBe(2);
  });

  test('the place of one who is seen in another zone is free', () => {
    const moved = hit('a', [0.7, 0.4, 0.8, 0.6], { zone: gate });
    expect(
      story([
        [0, hit('a')],
        [2, hit('b', close), moved],
      ]),
    ).toEqual(['raised i1 a@0', 'raised i2 b@2', 'raised i3 a@2']);
  });

  test.each<[string, number, string[]]>([
    ['moments later', 3, ['raised i1 a@0']],
    ['later', 5, ['raised i1 a@0', 'raised i2 b@5']],
  ])('what passes may have a new id %s', (_what, second, expected) => {
    const passes = (track: string) => hit(track, here, { passing: true });
    const empty: Step[] = second > 3 ? [[4]] : [];
    expect(story([[0, passes('a')], ...empty, [second, passes('b')]])).toEqual(expected);
  });

  test('a case of the whole zone is one, whoever is in it', () => {
    const crowd = (track: string, box: Box) => hit(track, box, { wholeZone: true });
    expect(
      story([
        [0, crowd('a', here)],
        [2, crowd('b', [0.8, 0.8, 0.9, 1])],
      ]),
    ).toEqual(['raised i1 a@0']);
  });
});

test('a single miss says nothing, however long it was', () => {
  expect(story([[0, hit('a')], [10], [12, hit('a')], [22], [24]])).toEqual(['raised i1 a@0', 'cleared i1 a@24']);
});

describe('the cooldown', () => {
  const again = (first: Severity, second: Severity): string[] =>
    story([[0, hit('a', here, { severity: first })], [4], [6], [20, hit('b', here, { severity: second })]]).map(
      (told) => told.split(' ')[0] ?? '',
    );

  test.each<[string, Severity, Severity, string[]]>([
    ['the same', 2, 2, ['raised', 'cleared']],
    ['a lesser case', 2, 3, ['raised', 'cleared']],
    ['a graver case', 3, 2, ['raised', 'cleared', 'raised']],
    ['the gravest there are', 1, 1, ['raised', 'cleared', 'raised']],
    ['a lesser one after that', 1, 2, ['raised', 'cleared']],
  ])('%s', (_what, first, second, expected) => expect(again(first, second)).toEqual(expected));

  test('goes by the gravest an incident was', () => {
    const severe = (severity: Severity) => hit('a', here, { severity });
    const of = book(3);
    story([[0, severe(3)], [2, severe(2)], [4, severe(3)], [8], [10], [20, severe(2)]], of);
    expect([of.open, of.suppressed]).toEqual([0, 1]);
  });

  test('survives a restart, severity and all', () => {
    const severe = (severity: Severity) => hit('a', here, { severity });
    const [before, same, graver] = [book(), book(), book()];
    story([[0, severe(3)], [4], [6]], before);
    for (const each of [same, graver]) each.restore(JSON.parse(JSON.stringify(before.save())), zones);
    expect(story([[20, severe(3)]], same)).toEqual([]);
    expect(story([[20, severe(2)]], graver)).toEqual(['raised i1 a@20']);
  });
});

describe('taken up again', () => {
  const kept = (severity?: Severity) => ({
    id: 'kept' as IncidentId,
    hit: hit('a'),
    reportedAt: 0,
    ...(severity !== undefined && { severity }),
  });
  const severities = (of: IncidentBook, ...each: readonly [second: number, severity?: Severity][]) =>
    each.flatMap(([second, severity]) => {
      const hits = severity === undefined ? [] : [hit('a', here, { severity })];
      return of.update(second * 1000, hits).map((event) => `${event.phase} ${event.severity}@${second}`);
    });

  test('an incident keeps its severity, and still becomes graver', () => {
    const of = book(1);
    of.resume([kept(3)]);
    expect(severities(of, [2, 3], [4, 1], [8], [10], [16])).toEqual(['updated 1@4', 'cleared 1@10']);
  });

  test('or is as grave as it was', () => {
    const of = book(1);
    of.resume([kept(2)]);
    expect(severities(of, [2, 3], [62, 3])).toEqual(['updated 2@62']);
  });

  test('one of unknown severity is as grave as it is first seen to be', () => {
    const of = book(1);
    of.resume([kept()]);
    expect(severities(of, [2, 3], [62, 3], [64, 2])).toEqual(['updated 3@62', 'updated 2@64']);
  });

  test('one that became graver after the node saved its state is not graver again', () => {
    const [before, of] = [book(1), book(1)];
    before.update(0, [hit('a', here, { severity: 3 })]);
    of.restore(JSON.parse(JSON.stringify(before.save())), zones);
    of.resume([{ ...kept(2), id: 'i1' as IncidentId }]);
    expect(severities(of, [2, 2], [62, 3])).toEqual(['updated 2@62']);
  });

  test('nothing of a zone that is gone', () => {
    const [before, of] = [book(), book()];
    before.update(0, [hit('a', here, { zone: { ...yard, id: 'gone' as ZoneId } })]);
    of.restore(JSON.parse(JSON.stringify(before.save())), zones);
    expect(of.open).toBe(0);
  });
});

describe('a clock that is set back by hours', () => {
  const back = -20_000;

  test('does not stretch the cooldown', () => {
    const steps: Step[] = [[0, hit('a')], [4], [6], [back + 50], [back + 100], [back + 120, hit('a')]];
    expect(story(steps)).toEqual(['raised i1 a@0', 'cleared i1 a@6', `raised i2 a@${back + 120}`]);
    expect(story([[0, hit('a')], [4], [6], [back], [back + 10, hit('a')]])).toHaveLength(2);
  });

  test('does not silence the updates', () => {
    const steps: Step[] = [
      [0, hit('a')],
      [back, hit('a')],
      [back + 58, hit('a')],
      [back + 60, hit('a')],
    ];
    expect(story(steps)).toEqual(['raised i1 a@0', `updated i1 a@${back + 60}`]);
  });
});
