import { expect, test } from 'vitest';
import { singleFlight } from '../../../src/lib/single-flight.ts';

test('who asks while it runs shares the run; afterwards there is a new one', async () => {
  const runs: PromiseWithResolvers<string>[] = [];
  const ask = singleFlight(() => {
    const run = Promise.withResolvers<string>();
    runs.push(run);
    return run.promise;
  });
  const both = Promise.all([ask(), ask()]);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve('first');
  expect(await both).toEqual(['first', 'first']);
  const third = ask();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve('second');
  expect(await third).toBe('second');
});

test('a failure is everybody’s who waited, and does not stay', async () => {
  let attempt = 0;
  const ask = singleFlight(async () => {
    attempt += 1;
    if (attempt === 1) throw new Error('down');
    return attempt;
  });
  expect((await Promise.allSettled([ask(), ask()])).map((each) => each.status)).toEqual(['rejected', 'rejected']);
  expect(await ask()).toBe(2);
});
