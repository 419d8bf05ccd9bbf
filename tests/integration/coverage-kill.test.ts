import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CoverageRecord } from '../../src/contracts/node-messages.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { CoverageAccount } from '../../src/edge/coverage-account.ts';
import { CoverageStore } from '../../src/edge/publish/coverage-store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { tempDir } from '../support/temp-dir.ts';

const worker = fileURLToPath(new URL('../support/coverage-worker.ts', import.meta.url));

interface Blind {
  readonly camera: string;
  readonly from: number;
  readonly to: number;
}

/** Runs a node's account until it has told so many blind times, then SIGKILL; what it told, and when it died. */
function runAndKill(dir: string, lines: number): Promise<{ told: Blind[]; diedAt: number }> {
  const child = spawn(process.execPath, [worker, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    let diedAt = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (diedAt > 0 || text.split('\n').length <= lines) return;
      diedAt = Date.now();
      child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== null) reject(new Error(`the worker ended by itself with ${code}`));
      const rows = text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '));
      resolve({
        told: rows.map(([camera = '', from, to]) => ({ camera, from: Number(from), to: Number(to) })),
        diedAt,
      });
    });
  });
}

/** Whether records without a hole between them lie over a time; a clock tick of 2 ms is none. */
function covered(records: readonly CoverageRecord[], { camera, from, to }: Blind): boolean {
  let reached = from;
  for (const record of records) {
    if (record.camera === camera && record.from <= reached + 2 && record.to > reached) reached = record.to;
  }
  return reached >= to - 2;
}

test('SIGKILL at any moment: every blind time is on record, and so is the time nobody ran', async () => {
  const dir = await tempDir('coverage-kill');
  const blind: Blind[] = [];
  const cameras = ['cam-0', 'cam-1', 'cam-2', 'cam-3'] as CameraId[];
  let last = 0;
  for (const lines of [1, 20, 60, 120, 33]) {
    const startedAt = Date.now();
    if (last > 0) blind.push(...cameras.map((camera) => ({ camera, from: last, to: startedAt })));
    const { told, diedAt } = await runAndKill(dir.path, lines);
    blind.push(...told);
    last = diedAt;
  }
  const store = new CoverageStore({ path: join(dir.path, 'coverage.db') });
  store.open();
  const account = new CoverageAccount({ store, clock: systemClock, log: createLogger('test') });
  account.begin(cameras);
  account.end();
  const records = store.after(0, 100_000).sort((a, b) => a.from - b.from || a.to - b.to);
  expect(blind.length).toBeGreaterThan(230);
  expect(blind.filter((each) => !covered(records, each))).toEqual([]);
  expect(new Set(records.map(({ reason }) => reason))).toEqual(new Set(['starting', 'stalled', 'node-down']));
  expect(records.every(({ from, to }) => from < to)).toBe(true);
  store.close();
  await dir.remove();
});
