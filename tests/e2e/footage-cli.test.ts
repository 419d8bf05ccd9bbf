import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function footage(...args: readonly string[]): { status: number | null; out: string; error: string } {
  const run = spawnSync(process.execPath, ['scripts/footage/main.ts', ...args], { cwd: root, encoding: 'utf8' });
  return { status: run.status, out: run.stdout, error: run.stderr };
}

describe('npm run footage', () => {
  test('helps: every command with its options', () => {
    const { status, out } = footage('help');
    expect(status).toBe(0);
    for (const name of ['preview', 'clips', 'verify', 'config', 'dataset'])
      expect(out).toContain(`npm run footage -- ${name}`);
    expect(footage('dataset', '--help').out).toContain('--pictures');
  });

  test.each([
    ['a command there is not', ['film'], /unknown command "film"; there are preview, clips/],
    ['an option there is not', ['clips', '--speed', '3'], /--speed/],
    ['a scene there is not', ['clips', '--scene', 'parking'], /--scene parking: there are illegal_parking/],
    ['no number', ['dataset', '--pictures', 'many'], /--pictures many: a whole number of at least 1/],
    ['a seed of clips for training', ['dataset', '--seed', '7'], /--seed 7: training pictures take seeds from 1000 on/],
    ['a light there is not', ['preview', '--light', 'noon'], /--light noon: there are day, dusk/],
    ['a time that is none', ['preview', '--at', '5,soon'], /--at 5,soon: seconds are needed/],
  ])('%s is named, and nothing is begun', (_, args, message) => {
    const { status, error } = footage(...args);
    expect(error).toMatch(message);
    expect(status).toBe(2);
  });

  test('a clip that is not there is named, with the command that makes it', () => {
    const { status, error } = footage('verify', '--scene', 'fire_smoke', '--from', '/nonexistent');
    expect(error).toMatch(/fire_smoke.fires.json cannot be read: make it with `npm run footage -- clips`/);
    expect(status).toBe(1);
  });

  test('a signal ends it in the middle of drawing, its browsers and their folders with it', async () => {
    const dir = await tempDir('footage-signal');
    const args = [
      'scripts/footage/main.ts',
      'dataset',
      '--pictures',
      '60',
      '--workers',
      '1',
      '--out',
      join(dir.path, 'out'),
    ];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, TMPDIR: dir.path },
      stdio: 'ignore',
    });
    try {
      const drawn = () => readdirSync(dir.path, { recursive: true }).some((name) => String(name).endsWith('.jpg'));
      await until(drawn, { what: 'a picture', timeoutMs: 120_000 });
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([143, null]);
      expect(readdirSync(dir.path).filter((name) => name.startsWith('maplebridge-stage-'))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await dir.remove();
    }
  });
});
