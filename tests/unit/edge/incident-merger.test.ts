import { describe, expect, test } from 'vitest';
import { placeAt } from '../../../src/domain/ground.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../src/domain/ids.ts';
import type { OpenIncident, SceneEvent, Subject } from '../../../src/domain/scene-event.ts';
import { IncidentMerger } from '../../../src/edge/incident-merger.ts';
import { mergeSchema } from '../../../src/edge/merge-config.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const [a, b, c] = ['a', 'b', 'c'] as [CameraId, CameraId, CameraId];
const zone = { id: 'z' as ZoneId, kind: 'polygon' as const, points: [], tags: [] };
const metresNorth = (metres: number, errorM = 2) => ({ ...placeAt({ lat: 30.87, lon: 120.43 }, [0, metres]), errorM });

function subject(position: Subject['position']): Subject {
  return { class: 'car', score: 0.9, box: [0, 0, 1, 1], trackId: 't' as TrackId, dwellMs: 0, position };
}

type Told = { readonly second?: number; readonly metres?: number | undefined; readonly errorM?: number };

function event(id: string, phase: SceneEvent['phase'], more: Told & { readonly scene?: string } = {}): SceneEvent {
  const at = (more.second ?? 0) * 1_000;
  const { metres = 0 } = more;
  const position = 'metres' in more && more.metres === undefined ? undefined : metresNorth(metres, more.errorM);
  return {
    phase,
    incidentId: id as IncidentId,
    scene: more.scene ?? 'illegal_parking',
    ruleVersion: '1',
    severity: 3,
    zone,
    startedAt: at,
    observedAt: at,
    subjects: [subject(position)],
  };
}

const every = 60_000;

/** A merger whose cameras tell every minute, and what it told late. */
function merger(more: object = {}, updateEveryMs = every) {
  const clock = new FakeClock();
  const cases = new IncidentMerger(mergeSchema.parse(more), clock);
  const late: string[] = [];
  const report = (each: SceneEvent, camera: CameraId) =>
    cases.report(each, camera, {
      updateEveryMs,
      later: (merged, at) => late.push(`${told(merged)} for ${camera} at ${at / 1_000}`),
    });
  const resume = (camera: CameraId, open: readonly OpenIncident[]) => cases.resume(camera, open, () => updateEveryMs);
  return { clock, late, report, resume, forget: (camera: CameraId) => cases.forget(camera), open: () => cases.open };
}

const told = (report: ReturnType<IncidentMerger['report']>) => report && `${report.phase} ${report.incidentId}`;

describe('incidents of two cameras', () => {
  test('the second joins the first: one incident, cleared when both have cleared', () => {
    const cases = merger();
    expect(told(cases.report(event('A', 'raised'), a))).toBe('raised A');
    expect(told(cases.report(event('B', 'raised', { second: 20, metres: 12 }), b))).toBe('updated A');
    expect(told(cases.report(event('B', 'updated', { second: 40, metres: 12 }), b))).toBe('updated A');
    expect(told(cases.report(event('A', 'cleared', { second: 60 }), a))).toBeUndefined();
    expect(cases.open()).toBe(1);
    expect(told(cases.report(event('B', 'cleared', { second: 80 }), b))).toBe('cleared A');
    expect(cases.open()).toBe(0);
    expect(told(cases.report(event('B2', 'raised', { second: 90 }), b))).toBe('raised B2');
  });

  test('the joined alerts carry the trace of the first', () => {
    const cases = merger();
    const first = cases.report(event('A', 'raised'), a);
    expect(cases.report(event('B', 'raised'), b)?.traceparent).toBe(first?.traceparent);
    expect(cases.report(event('X', 'raised', { metres: 500 }), b)?.traceparent).not.toBe(first?.traceparent);
  });

  test.each([
    { what: '29.9 m', more: { metres: 29.9 }, joins: true },
    { what: '30.1 m', more: { metres: 30.1 }, joins: false },
    { what: '120 s', more: { second: 120 }, joins: true },
    { what: '120.001 s', more: { second: 120.001 }, joins: false },
    { what: 'another scene', more: { scene: 'zone_intrusion' }, joins: false },
    { what: 'no position', more: { metres: undefined }, joins: false },
    { what: 'a position less sure than the distance', more: { errorM: 31 }, joins: false },
  ])('$what: joins $joins', ({ more, joins }) => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    expect(told(cases.report(event('B', 'raised', more), b))).toBe(joins ? 'updated A' : 'raised B');
  });

  test('what is still reported is near in time, however long ago it was raised', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report({ ...event('A', 'updated', { second: 600 }), startedAt: 0 }, a);
    expect(told(cases.report(event('B', 'raised', { second: 660 }), b))).toBe('updated A');
  });

  test('two things that one camera tells apart stay two', () => {
    const cases = merger();
    cases.report(event('A1', 'raised'), a);
    expect(told(cases.report(event('A2', 'raised', { metres: 8 }), a))).toBe('raised A2');
    expect(told(cases.report(event('B1', 'raised', { metres: 7 }), b))).toBe('updated A2');
    expect(told(cases.report(event('B2', 'raised', { metres: 1 }), b))).toBe('updated A1');
  });

  test('a third camera joins as well, and the last to clear it clears it', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report(event('B', 'raised', { metres: 25 }), b);
    expect(told(cases.report(event('C', 'raised', { metres: 50 }), c))).toBe('updated A');
    expect(told(cases.report(event('A', 'cleared'), a))).toBeUndefined();
    expect(told(cases.report(event('C', 'cleared'), c))).toBeUndefined();
    expect(told(cases.report(event('B', 'cleared'), b))).toBe('cleared A');
  });

  test.each([{ withinM: 0 }, { withinMs: 0 }])('configured %j: only what is exactly so, or nothing', (config) => {
    const cases = merger(config);
    cases.report(event('A', 'raised'), a);
    expect(told(cases.report(event('B', 'raised', { second: 1, metres: 1 }), b))).toBe('raised B');
  });

  test('after a restart both cameras go on with the one id, and it is cleared once', () => {
    const cases = merger();
    const open = (cameraId: CameraId): OpenIncident => ({
      incidentId: 'A' as IncidentId,
      cameraId,
      scene: 'illegal_parking',
      zoneId: zone.id,
      startedAt: 0,
      observedAt: 1_000,
      subjects: [subject(metresNorth(0))],
      traceparent: 'trace of A',
    });
    cases.resume(a, [open(a)]);
    cases.resume(b, [open(b)]);
    // Told again, as when the configuration of the camera changes: nothing is doubled.
    cases.resume(b, [open(b)]);
    expect(cases.report(event('A', 'updated', { second: 30 }), b)).toMatchObject({
      incidentId: 'A',
      traceparent: 'trace of A',
    });
    expect(told(cases.report(event('A', 'cleared', { second: 50 }), b))).toBeUndefined();
    expect(told(cases.report(event('A', 'cleared', { second: 60 }), a))).toBe('cleared A');
  });

  test('a camera that is no longer watched keeps nobody waiting', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report(event('B', 'raised'), b);
    cases.forget(a);
    expect(told(cases.report(event('B', 'cleared'), b))).toBe('cleared A');
  });

  test('a camera that had cleared clears for the last one when that is no longer watched', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report(event('B', 'raised', { second: 20 }), b);
    expect(told(cases.report(event('B', 'cleared', { second: 10 }), b))).toBeUndefined();
    cases.forget(a);
    expect([cases.late, cases.open()]).toEqual([['cleared A for b at 20'], 0]);
    cases.clock.advance(10 * every);
    expect(cases.late).toHaveLength(1);
  });

  test('what nobody has cleared is forgotten in silence', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report(event('B', 'raised'), b);
    cases.forget(a);
    cases.forget(b);
    expect([cases.late, cases.open()]).toEqual([[], 0]);
  });

  test('a new configuration of the camera that still sees it clears nothing', () => {
    const cases = merger();
    cases.report(event('A', 'raised'), a);
    cases.report(event('B', 'raised'), b);
    cases.report(event('B', 'cleared'), b);
    const open = { cameraId: a, zoneId: zone.id, startedAt: 0, observedAt: 0, subjects: [], traceparent: 't' };
    cases.resume(a, [{ ...open, incidentId: 'A' as IncidentId, scene: 'illegal_parking' }]);
    expect([cases.late, cases.open()]).toEqual([[], 1]);
    cases.resume(a, []);
    expect([cases.late, cases.open()]).toEqual([['cleared A for b at 0'], 0]);
  });

  describe('a camera that tells nothing any more', () => {
    /** B saw it last, so long ago when A clears it. */
    function clearedBy(afterMs: number) {
      const cases = merger();
      cases.report(event('A', 'raised'), a);
      cases.report(event('B', 'raised'), b);
      cases.clock.advance(afterMs);
      return { cases, report: told(cases.report(event('A', 'cleared', { second: 200 }), a)) };
    }

    test.each([
      { afterMs: 3 * every - 1, report: undefined },
      { afterMs: 3 * every, report: 'cleared A' },
    ])('$afterMs ms after its last word: $report', ({ afterMs, report }) => {
      expect(clearedBy(afterMs).report).toBe(report);
    });

    test.each([
      { waitedMs: 59_999, late: [] },
      { waitedMs: 60_000, late: ['cleared A for a at 0'] },
    ])('keeps them waiting for a minute however often it tells: $waitedMs ms', ({ waitedMs, late }) => {
      const cases = merger({}, 1_000);
      cases.report(event('A', 'raised'), a);
      cases.report(event('B', 'raised'), b);
      cases.report(event('A', 'cleared'), a);
      cases.clock.advance(waitedMs);
      expect(cases.late).toEqual(late);
    });

    test('keeps the others waiting for three of its updates, and no longer', () => {
      const { cases } = clearedBy(every);
      cases.clock.advance(2 * every - 1);
      expect(cases.late).toEqual([]);
      cases.clock.advance(1);
      expect(cases.late).toEqual(['cleared A for a at 0']);
    });

    test('what it still tells of is waited for', () => {
      const { cases } = clearedBy(every);
      cases.report(event('B', 'updated', { second: 60 }), b);
      cases.clock.advance(3 * every - 1);
      expect([cases.late, cases.open()]).toEqual([[], 1]);
      expect(told(cases.report(event('B', 'cleared'), b))).toBe('cleared A');
      cases.clock.advance(10 * every);
      expect(cases.late).toEqual([]);
    });

    test('who cleared it and sees it again has not cleared it', () => {
      const { cases } = clearedBy(every);
      expect(told(cases.report(event('A2', 'raised'), a))).toBe('updated A');
      cases.clock.advance(10 * every);
      expect([cases.late, cases.open()]).toEqual([[], 1]);
    });

    test('what was cleared without it is not cleared twice', () => {
      const { cases } = clearedBy(3 * every);
      expect(cases.report(event('B', 'cleared'), b)).toBeUndefined();
      expect(told(cases.report(event('B', 'cleared'), b))).toBe('cleared B');
    });

    test('what it still sees when it sees again is another incident', () => {
      const { cases } = clearedBy(3 * every);
      const again = cases.report(event('B', 'updated'), b);
      expect(again?.phase).toBe('raised');
      expect(['A', 'B']).not.toContain(again?.incidentId);
      expect(told(cases.report(event('B', 'cleared'), b))).toBe(`cleared ${again?.incidentId}`);
    });
  });

  test('who joins is told after the alert that raised it', async () => {
    const cases = merger();
    const order: string[] = [];
    const first = cases.report(event('A', 'raised'), a);
    const second = cases.report(event('B', 'raised'), b)?.raised.then(() => order.push('B'));
    await first?.raised;
    order.push('A');
    first?.stored();
    await second;
    expect(order).toEqual(['A', 'B']);
  });

  test('cleared without ever having been raised here is told as it is', () => {
    expect(told(merger().report(event('A', 'cleared'), a))).toBe('cleared A');
  });
});
