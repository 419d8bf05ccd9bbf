import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CanaryEvent,
  type CanaryPhase,
  type CanaryRules,
  canaryCauses,
  canaryPhases,
  isComparing,
  isNewInCharge,
  needsNewModel,
  nextStanding,
  type Standing,
  type WatchEvidence,
} from '../../../../../src/edge/detect/canary/canary-phase.ts';
import type { Evidence } from '../../../../../src/edge/detect/canary/tally.ts';

const rules: CanaryRules = {
  minPictures: 500,
  minObjects: 200,
  takeOver: 'manual',
  watchMs: 60_000,
  limits: { maxLost: 0.05, maxAdded: 0.1, maxLatencyRatio: 1.25, maxFailures: 3 },
};
const automatic: CanaryRules = { ...rules, takeOver: 'automatic' };
const good: Evidence = {
  pictures: 500,
  objects: 200,
  failures: 3,
  lostShare: 0.05,
  addedShare: 0.1,
  latencyRatio: 1.25,
};
const watched: WatchEvidence = { pictures: 500, failures: 0, latencyRatio: 1, watchedMs: 60_000 };

const compared = (change: Partial<Evidence> = {}): CanaryEvent => ({
  kind: 'compared',
  evidence: { ...good, ...change },
});
const onWatch = (change: Partial<WatchEvidence> = {}): CanaryEvent => ({
  kind: 'watched',
  evidence: { ...watched, ...change },
});
const gone: CanaryEvent = { kind: 'unavailable', cause: 'unavailable', why: 'not there' };
const by = (kind: 'promote' | 'rollback' | 'restart'): CanaryEvent => ({ kind, by: 'ann' });

describe('phases of a canary', () => {
  test.each<[CanaryPhase, CanaryEvent, CanaryPhase]>([
    ['idle', { kind: 'available' }, 'comparing'],
    ['idle', gone, 'refused'],
    ['comparing', gone, 'refused'],
    ['ready', gone, 'refused'],
    ['taken-over', gone, 'rolled-back'],
    ['settled', gone, 'rolled-back'],
    ['refused', { kind: 'available' }, 'refused'],
    ['rolled-back', gone, 'rolled-back'],
    ['idle', by('promote'), 'taken-over'],
    ['comparing', by('promote'), 'taken-over'],
    ['ready', by('promote'), 'taken-over'],
    ['refused', by('promote'), 'taken-over'],
    ['rolled-back', by('promote'), 'taken-over'],
    ['settled', by('promote'), 'settled'],
    ['idle', by('rollback'), 'rolled-back'],
    ['comparing', by('rollback'), 'rolled-back'],
    ['ready', by('rollback'), 'rolled-back'],
    ['taken-over', by('rollback'), 'rolled-back'],
    ['settled', by('rollback'), 'rolled-back'],
    ['refused', by('rollback'), 'refused'],
    ['refused', by('restart'), 'idle'],
    ['rolled-back', by('restart'), 'idle'],
    ['settled', by('restart'), 'idle'],
  ])('%s: %j → %s', (phase, event, after) => {
    expect(nextStanding({ phase }, event, rules).phase).toBe(after);
  });

  test.each<[string, Partial<Evidence>, CanaryPhase]>([
    ['all exactly at their limits', {}, 'ready'],
    ['one picture too few', { pictures: 499 }, 'comparing'],
    ['one object too few', { objects: 199 }, 'comparing'],
    ['a little too much lost', { lostShare: 0.0501 }, 'refused'],
    ['a little too much added', { addedShare: 0.1001 }, 'refused'],
    ['a little too slow', { latencyRatio: 1.26 }, 'refused'],
    ['one failure too many', { failures: 4 }, 'refused'],
    ['one failure too many, on the first pictures', { failures: 4, pictures: 0, objects: 0 }, 'refused'],
    ['all lost, but too little seen to tell', { lostShare: 1, pictures: 20 }, 'comparing'],
    ['500 empty pictures', { objects: 0, lostShare: 0, addedShare: 0 }, 'comparing'],
  ])('comparing, %s', (_, change, after) => {
    expect(nextStanding({ phase: 'comparing' }, compared(change), rules).phase).toBe(after);
  });

  test('what was ready is refused when more pictures break a limit', () => {
    expect(nextStanding({ phase: 'ready' }, compared({ lostShare: 0.2 }), rules)).toMatchObject({
      phase: 'refused',
      cause: 'evidence',
      reason: 'lacks 20.0 % of what the old model sees (limit 5.0 %); 500 pictures and 200 objects compared',
    });
  });

  test('a refusal names every limit that is broken', () => {
    const { reason } = nextStanding({ phase: 'comparing' }, compared({ lostShare: 0.2, latencyRatio: 3 }), rules);
    expect(reason).toMatch(/lacks 20\.0 %.*takes 3\.00 times as long/);
  });

  test('by itself it takes over only where that is wished', () => {
    expect(nextStanding({ phase: 'comparing' }, compared(), automatic).phase).toBe('taken-over');
    expect(nextStanding({ phase: 'ready' }, compared(), automatic).phase).toBe('taken-over');
    expect(nextStanding({ phase: 'comparing' }, compared({ lostShare: 0.06 }), automatic).phase).toBe('refused');
  });

  test.each<[string, Partial<WatchEvidence>, CanaryPhase]>([
    ['time and pictures enough', {}, 'settled'],
    ['a little too early', { watchedMs: 59_999 }, 'taken-over'],
    ['a quiet night', { pictures: 499 }, 'taken-over'],
    ['failures at the limit', { failures: 3 }, 'settled'],
    ['one failure too many', { failures: 4 }, 'rolled-back'],
    ['one failure too many at once', { failures: 4, pictures: 0, watchedMs: 0 }, 'rolled-back'],
    ['too slow', { latencyRatio: 1.26, watchedMs: 0 }, 'rolled-back'],
    ['too slow on the first pictures after a start', { latencyRatio: 5, pictures: 49, watchedMs: 0 }, 'taken-over'],
    ['latency not known', { latencyRatio: undefined }, 'settled'],
  ])('taken over, %s', (_, change, after) => {
    expect(nextStanding({ phase: 'taken-over' }, onWatch(change), rules).phase).toBe(after);
  });

  test('what was only missing is tried again, what took the node down is not', () => {
    const refused = (cause: 'unavailable' | 'crashed' | 'damaged'): Standing => ({ phase: 'refused', cause });
    expect(nextStanding(refused('unavailable'), { kind: 'available' }, rules).phase).toBe('comparing');
    expect(nextStanding(refused('crashed'), { kind: 'available' }, rules).phase).toBe('refused');
    expect(nextStanding(refused('damaged'), { kind: 'available' }, rules).phase).toBe('refused');
  });
});

const standings: fc.Arbitrary<Standing> = fc.record(
  { phase: fc.constantFrom(...canaryPhases), cause: fc.constantFrom(...canaryCauses) },
  { requiredKeys: ['phase'] },
) as fc.Arbitrary<Standing>;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const ratio = fc.option(fc.double({ min: 0.01, max: 100, noNaN: true }), { nil: undefined });
const count = fc.nat(1000);
const events: fc.Arbitrary<CanaryEvent> = fc.oneof(
  fc.constant<CanaryEvent>({ kind: 'available' }),
  fc.constant(gone),
  fc.constantFrom('promote' as const, 'rollback' as const, 'restart' as const).map(by),
  fc
    .record({ pictures: count, objects: count, failures: fc.nat(6), lostShare: share, addedShare: share })
    .chain((rest) =>
      ratio.map((latencyRatio): CanaryEvent => ({ kind: 'compared', evidence: { ...rest, latencyRatio } })),
    ),
  fc
    .record({ pictures: count, failures: fc.nat(6), watchedMs: fc.nat(120_000) })
    .chain((rest) =>
      ratio.map((latencyRatio): CanaryEvent => ({ kind: 'watched', evidence: { ...rest, latencyRatio } })),
    ),
);
const anyRules = fc.constantFrom(rules, automatic);

describe('phases of a canary, whatever happens', () => {
  test('a rollback puts the old model in charge at once; so does a new model that is gone', () => {
    fc.assert(
      fc.property(standings, anyRules, (standing, how) => {
        expect(isNewInCharge(nextStanding(standing, by('rollback'), how))).toBe(false);
        expect(isNewInCharge(nextStanding(standing, gone, how))).toBe(false);
      }),
    );
  });

  test('only an operator, or evidence within the limits where that is wished, puts the new model in charge', () => {
    fc.assert(
      fc.property(standings, events, anyRules, (before, event, how) => {
        const after = nextStanding(before, event, how);
        if (isNewInCharge(before) || !isNewInCharge(after)) return;
        if (event.kind === 'promote') return;
        expect(event.kind).toBe('compared');
        expect(how.takeOver).toBe('automatic');
        expect(nextStanding({ phase: 'comparing' }, event, rules).phase).toBe('ready');
      }),
    );
  });

  test('the new model is loaded whenever it compares or decides; nothing changes is the same object', () => {
    fc.assert(
      fc.property(standings, fc.array(events, { maxLength: 30 }), anyRules, (first, run, how) => {
        let standing = first;
        for (const event of run) {
          const after = nextStanding(standing, event, how);
          if (after.phase === standing.phase && event.kind !== 'restart') expect(after).toBe(standing);
          standing = after;
          if (isComparing(standing) || isNewInCharge(standing)) expect(needsNewModel(standing)).toBe(true);
          expect(isComparing(standing) && isNewInCharge(standing)).toBe(false);
        }
      }),
    );
  });
});
