import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PolicySource, shippedPolicyFile } from '../../../../src/gateway/transfer/egress/policy-source.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { tempDir } from '../../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
let file: string;
let metrics: Metrics;

beforeEach(async () => {
  dir = await tempDir('policy');
  file = join(dir.path, 'egress.yaml');
  metrics = new Metrics();
});
afterEach(() => dir.remove());

const source = () => new PolicySource({ file, log: createLogger('test'), metrics });
const gauge = async () => (await metrics.registry.getSingleMetric('maplebridge_egress_open')?.get())?.values[0]?.value;

test('without a file of its own the policy that ships is in force', () =>
  expect(new PolicySource({ log: createLogger('test'), metrics }).current()).toBeDefined());

test('no file, no border', async () => {
  const policies = source();
  expect(policies.current()).toBeUndefined();
  expect(() => policies.need()).toThrow(expect.objectContaining({ code: 'MB_EGRESS_CLOSED' }));
  expect(await gauge()).toBe(0);
});

test('a file that is changed is read again, and a wrong one closes the border until it is right', async () => {
  await copyFile(shippedPolicyFile, file);
  const policies = source();
  const first = policies.current();
  expect(first).toBeDefined();
  expect(policies.current()).toBe(first);
  await writeFile(file, 'version: "2"\ncommon: [alertId, plate]\nscenes: { fire_smoke: {} }\n');
  expect(policies.current()).toBeUndefined();
  expect(policies.state).toMatchObject({ open: false, problem: expect.stringMatching(/egress.yaml:2: common\[1\]/) });
  await writeFile(file, 'version: "3"\ncommon: [alertId]\nscenes: { fire_smoke: {} }\n');
  expect(policies.current()?.version).toBe('3');
  expect(await gauge()).toBe(1);
  await rm(file);
  expect(policies.current()).toBeUndefined();
  expect(await gauge()).toBe(0);
});
