import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { SceneEvent } from '../../../../src/domain/scene-event.ts';
import { compareIncidents, incidentsOf } from '../../../../src/edge/incident-comparison.ts';

interface Case {
  readonly track?: string;
  readonly box?: Box;
  readonly zone?: string;
  readonly startedAt?: number;
  readonly clearedAt?: number;
  readonly wholeZone?: true;
}

/** Raised ten seconds after it began. */
function incident(id: string, of: Case) {
  const { track = 'a', box = [0, 0, 0.2, 0.2], zone = 'square', startedAt = 0, clearedAt, wholeZone } = of;
  const event = (phase: SceneEvent['phase'], observedAt: number): SceneEvent => ({
    phase,
    incidentId: id as IncidentId,
    scene: 'crowd_gathering',
    ruleVersion: 'crowd_gathering/1',
    severity: 2,
    zone: { id: zone as ZoneId, kind: 'polygon', points: [], tags: [] },
    startedAt,
    observedAt,
    subjects: [{ class: 'person', score: 0.9, box, trackId: track as TrackId, dwellMs: 0 }],
    ...(wholeZone && { wholeZone }),
  });
  const raised = event('raised', startedAt + 10);
  return incidentsOf('c1' as CameraId, clearedAt === undefined ? [raised] : [raised, event('cleared', clearedAt)]);
}

const elsewhere: Box = [0.7, 0.7, 0.9, 0.9];

describe('the same case', () => {
  test.each<[string, Case, Case, boolean]>([
    ['the same track', { track: 'a' }, { track: 'a', box: elsewhere }, true],
    ['another track in the same place', { track: 'a' }, { track: 'b' }, true],
    ['another track elsewhere', { track: 'a' }, { track: 'b', box: elsewhere }, false],
    ['a crowd of others', { wholeZone: true }, { track: 'b', box: elsewhere, wholeZone: true }, true],
    ['a crowd in another zone', { wholeZone: true }, { zone: 'street', wholeZone: true }, false],
    [
      'a crowd that begins just before the first is over',
      { clearedAt: 500, wholeZone: true },
      { track: 'b', box: elsewhere, startedAt: 500, wholeZone: true },
      true,
    ],
    [
      'a crowd that begins just after the first is over',
      { clearedAt: 500, wholeZone: true },
      { track: 'b', startedAt: 501, wholeZone: true },
      false,
    ],
    ['a car where a crowd was', { wholeZone: true }, { track: 'b', box: elsewhere }, false],
  ])('%s', (_what, before, after, same) => {
    const { kept, added, removed } = compareIncidents(incident('before', before), incident('after', after));
    expect([kept.length, added.length, removed.length]).toEqual(same ? [1, 0, 0] : [0, 1, 1]);
  });

  test('of several crowds each is the one that began nearest to it', () => {
    const crowd = (id: string, startedAt: number, clearedAt: number, track: string) =>
      incident(id, { startedAt, clearedAt, track, wholeZone: true });
    const before = [...crowd('b1', 0, 500, 'a'), ...crowd('b2', 600, 900, 'b')];
    const after = [...crowd('a1', 20, 450, 'c'), ...crowd('a2', 700, 800, 'd')];
    const { kept } = compareIncidents(before, after);
    expect(kept.map((pair) => [pair.before.incidentId, pair.after.incidentId])).toEqual([
      ['b1', 'a1'],
      ['b2', 'a2'],
    ]);
  });
});
