import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admit,
  type ClassAdmission,
  type ClassDemand,
  type LookCapacity,
  plannedMs,
  severities,
  shedding,
} from '../../../../src/edge/schedule/admit.ts';

const demand = (severity: ClassDemand['severity'], over: Partial<ClassDemand> = {}): ClassDemand => ({
  ...{ severity, looksPerSecond: 10, decodeMs: 10, detectMs: 10, continuousCameras: 0, continuousMs: 50 },
  ...over,
});
const capacity = (decoderMs: number, detectorMs = 10_000): LookCapacity => ({ decoderMs, detectorMs, maxStretch: 6 });
const text = (plan: readonly ClassAdmission[]) =>
  plan.map(({ severity, stretch, share, continuousShare }) => `${severity}: ×${stretch} ${share} ${continuousShare}`);

describe('what each severity gets', () => {
  const four = severities.map((severity) => demand(severity));

  test.each([
    ['all of it fits', 400, ['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×1 1 1']],
    ['the least severe is stretched first', 350, ['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×2 1 0']],
    ['as far as it may', 317, ['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×6 1 0']],
    ['then some of its cameras are shed', 310, ['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×6 0.6 0']],
    ['then all, before the next is touched', 300, ['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×6 0 0']],
    ['the next', 250, ['1: ×1 1 1', '2: ×1 1 1', '3: ×2 1 0', '4: ×6 0 0']],
    ['severity 1 last of all', 50, ['1: ×2 1 0', '2: ×6 0 0', '3: ×6 0 0', '4: ×6 0 0']],
    ['nothing', 0, ['1: ×6 0 0', '2: ×6 0 0', '3: ×6 0 0', '4: ×6 0 0']],
  ])('%s', (_what, decoderMs, expected) => {
    // Where looks are cut nothing is left for continuous decode, which nobody here wants.
    const plan = text(admit(four, capacity(decoderMs)));
    expect(plan).toEqual(decoderMs === 400 ? expected : expected.map((line) => line.replace(/1$/, '0')));
  });

  test('the scarcer resource decides', () => {
    expect(text(admit(four, capacity(10_000, 350)))[3]).toBe('4: ×2 1 0');
  });

  test('continuous decode goes first, of the least severe first', () => {
    const busy = severities.map((severity) => demand(severity, { continuousCameras: 2 }));
    expect(text(admit(busy, capacity(800)))).toEqual(['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×1 1 1']);
    expect(text(admit(busy, capacity(750)))).toEqual(['1: ×1 1 1', '2: ×1 1 1', '3: ×1 1 1', '4: ×1 1 0.5']);
    expect(text(admit(busy, capacity(560)))).toEqual(['1: ×1 1 1', '2: ×1 1 0.5', '3: ×1 1 0', '4: ×1 1 0']);
    expect(text(admit(busy, capacity(400)))).toEqual(['1: ×1 1 0', '2: ×1 1 0', '3: ×1 1 0', '4: ×1 1 0']);
  });

  test('a severity without cameras takes nothing and stops nobody', () => {
    expect(text(admit([demand(4)], capacity(50)))).toEqual(['1: ×1 1 0', '2: ×1 1 0', '3: ×1 1 0', '4: ×2 1 0']);
  });
});

const anyDemands = fc.tuple(
  ...severities.map((severity) =>
    fc.record({
      severity: fc.constant(severity),
      looksPerSecond: fc.double({ min: 0, max: 1_000, noNaN: true }),
      decodeMs: fc.double({ min: 0, max: 100, noNaN: true }),
      detectMs: fc.double({ min: 0, max: 100, noNaN: true }),
      continuousCameras: fc.integer({ min: 0, max: 50 }),
      continuousMs: fc.double({ min: 0, max: 500, noNaN: true }),
    }),
  ),
);
const anyCapacity = fc.record({
  decoderMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
  detectorMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
  maxStretch: fc.double({ min: 1, max: 20, noNaN: true }),
});

describe('for any demand and box', () => {
  test('never takes on more than there is', () => {
    fc.assert(
      fc.property(anyDemands, anyCapacity, (demands, box) => {
        const planned = plannedMs(demands, admit(demands, box));
        expect(planned.decoderMs).toBeLessThanOrEqual(box.decoderMs * (1 + 1e-9) + 1e-6);
        expect(planned.detectorMs).toBeLessThanOrEqual(box.detectorMs * (1 + 1e-9) + 1e-6);
      }),
    );
  });

  test('takes nothing from a severity while a less severe one has anything', () => {
    fc.assert(
      fc.property(anyDemands, anyCapacity, (demands, box) => {
        const plan = admit(demands, box);
        for (const [at, { stretch, share, continuousShare }] of plan.entries()) {
          const below = plan.slice(at + 1);
          if (stretch > 1 || share < 1) expect(below.every((each) => each.share === 0)).toBe(true);
          if (continuousShare < 1) expect(below.every((each) => each.continuousShare === 0)).toBe(true);
        }
        const cut = plan.some(({ stretch, share }) => stretch > 1 || share < 1);
        if (cut) expect(plan.every(({ continuousShare }) => continuousShare === 0)).toBe(true);
      }),
    );
  });

  test('a larger box never gives anybody less, and the ladder’s order says which of two plans sheds more', () => {
    fc.assert(
      fc.property(anyDemands, anyCapacity, fc.double({ min: 1, max: 3, noNaN: true }), (demands, box, factor) => {
        const small = admit(demands, box);
        const { decoderMs, detectorMs } = box;
        const large = admit(demands, { ...box, decoderMs: decoderMs * factor, detectorMs: detectorMs * factor });
        for (const [at, less] of small.entries()) {
          const more = large[at];
          const rate = (plan: ClassAdmission | undefined) => (plan === undefined ? 0 : plan.share / plan.stretch);
          expect(rate(more)).toBeGreaterThanOrEqual(rate(less) - 1e-9);
          expect(more?.continuousShare).toBeGreaterThanOrEqual(less.continuousShare);
        }
        expect(shedding(large)).toBeLessThanOrEqual(shedding(small) + 1e-9);
      }),
    );
  });
});
