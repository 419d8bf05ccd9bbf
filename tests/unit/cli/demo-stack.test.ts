import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DemoStack } from '../../../src/cli/demo-stack.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

let folder: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  folder = await tempDir('demo-stack');
});
afterEach(() => folder.remove());

test('clips that are not there are told at the start, not when it is made, and before the folder is touched', async () => {
  const dir = join(folder.path, 'demo');
  const around = { demo: true, clock: new FakeClock(), log: createLogger('test'), metrics: new Metrics() };
  const stack = new DemoStack({ ...around, dir, footageDir: join(folder.path, 'none'), deskPort: 0 });
  expect(stack.takes).toEqual([]);
  await expect(stack.start()).rejects.toMatchObject({ code: 'MB_MISSING_PART' });
  expect(existsSync(dir)).toBe(false);
});
