import { describe, expect, test } from 'vitest';
import { HintWorth } from '../../../../src/edge/gate/hint-worth.ts';
import { seededRandom } from '../../../../src/simulator/seeded-random.ts';

/** Looks of a camera: how often a hint comes, and how often there is activity with and without one. */
function watch(worth: HintWorth, looks: number, shares: { hint: number; hinted: number; plain: number }): void {
  const random = seededRandom(5);
  for (let look = 0; look < looks; look += 1) {
    const hinted = random() < shares.hint;
    worth.observe(hinted, random() < (hinted ? shares.hinted : shares.plain));
  }
}

describe('HintWorth', () => {
  test('concludes nothing from a few looks', () => {
    const worth = new HintWorth();
    for (let look = 0; look < 15; look += 1) worth.observe(true, true);
    for (let look = 0; look < 15; look += 1) worth.observe(false, false);
    expect(worth).toMatchObject({ enabled: false, lift: undefined });
  });

  test.each([
    { what: 'hints that tell', shares: { hint: 0.1, hinted: 0.6, plain: 0.05 }, enabled: true },
    { what: 'hints that come by chance', shares: { hint: 0.1, hinted: 0.2, plain: 0.2 }, enabled: false },
    { what: 'hints that tell the contrary', shares: { hint: 0.1, hinted: 0.02, plain: 0.3 }, enabled: false },
    { what: 'a place so busy that they add little', shares: { hint: 0.3, hinted: 0.98, plain: 0.85 }, enabled: false },
    { what: 'no activity ever', shares: { hint: 0.2, hinted: 0, plain: 0 }, enabled: false },
    { what: 'no hint ever', shares: { hint: 0, hinted: 0, plain: 0.5 }, enabled: false },
  ])('$what', ({ shares, enabled }) => {
    const worth = new HintWorth();
    watch(worth, 1000, shares);
    expect(worth.enabled).toBe(enabled);
  });

  test('unlearns hints that stop telling', () => {
    const worth = new HintWorth();
    watch(worth, 1000, { hint: 0.1, hinted: 0.6, plain: 0.05 });
    watch(worth, 8000, { hint: 0.1, hinted: 0.2, plain: 0.2 });
    expect(worth.enabled).toBe(false);
  });
});
