import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DemoReport } from '../../src/cli/demo-report.ts';
import { sceneIds } from '../../src/domain/scene-id.ts';
import { runCli } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

/** As long as the demo gives itself, and its start and end. */
const limitMs = 280_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  dir = await tempDir('demo');
});
afterAll(() => dir.remove());

test('the demo: every scene fires from pixels, becomes a ticket and is closed; no near miss does', {
  timeout: limitMs,
}, async () => {
  const json = join(dir.path, 'report.json');
  const args = ['demo', '--until', 'closed', '--port', '0', '--dir', join(dir.path, 'demo'), '--json', json];
  const env = { MAPLEBRIDGE_LOG: 'error', MAPLEBRIDGE_SHARED: '/nonexistent', MAPLEBRIDGE_MODEL_MIRROR: '' };
  // Elsewhere: models that were pulled to this working copy are none of its business.
  const { exit, output } = await runCli(args, env, dir.path);
  const report: DemoReport = JSON.parse(readFileSync(json, 'utf8'));
  expect(report.falseAlarms).toEqual([]);
  const lacking = sceneIds.filter((scene) => (report.scenes[scene]?.closed ?? 0) === 0);
  expect(lacking, output).toEqual([]);
  expect(report).toMatchObject({ scenesFired: 14, scenesTicketed: 14, nearMissesUnseen: 0, auditVerified: true });
  expect(output).toContain('scenes fired 14/14 · tickets 14/14 · closed 14/14 · near misses 0');
  expect(exit, output).toBe(0);
});
