import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DemoKeyName, demoKeyPem, demoSecret, demoSigningKey } from '../lib/default-credentials.ts';
import { AppError } from '../lib/errors.ts';
import { type FolderLock, lockFolder, lockName } from '../lib/folder-lock.ts';

/** The folder the demo's configuration files name; replaced by the one it really runs in. */
const namedDir = '.maplebridge/demo';

/**
 * Makes the demo's folder anew, with the keys and the secret everybody knows, and holds it until released.
 * @throws AppError MB_USAGE for a folder with anything else in it, which would be deleted, and for that of a demo that
 * is running.
 */
export function prepareDemoDir(dir: string): FolderLock {
  const secretFile = join(dir, 'secret');
  const isNew = !existsSync(dir) || readdirSync(dir).every((name) => name === lockName);
  if (!isNew && !(existsSync(secretFile) && readFileSync(secretFile, 'utf8') === demoSecret)) {
    throw new AppError('MB_USAGE', `--dir: ${resolve(dir)} is not a folder of the demo: name a new or an empty one`);
  }
  const lock = lockFolder(dir, 'MB_USAGE');
  for (const name of readdirSync(dir)) {
    if (name !== lockName) rmSync(join(dir, name), { recursive: true, force: true });
  }
  mkdirSync(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  // First of all, because it tells the folder of a demo that was stopped half-way.
  writeFileSync(secretFile, demoSecret, { mode: 0o600 });
  for (const name of ['node', 'collect', 'deliver', 'audit'] as const satisfies readonly DemoKeyName[]) {
    writeFileSync(join(dir, 'keys', `${name}.pem`), demoKeyPem(name), { mode: 0o600 });
    writeFileSync(join(dir, 'keys', `${name}.pem.pub`), demoSigningKey(name).publicPem());
  }
  return lock;
}

/** One of the demo's configuration files as text, with the folder and the ports it really uses. */
export function demoConfigText(
  service: 'edge' | 'collect' | 'desk',
  actual: { dir: string; rtspPort?: number; mqttUrl?: string },
): string {
  const path = fileURLToPath(new URL(`../../edge-config/demo/${service}.yaml`, import.meta.url));
  let text = readFileSync(path, 'utf8').replaceAll(namedDir, actual.dir);
  if (actual.rtspPort !== undefined) text = text.replaceAll('127.0.0.1:8554', `127.0.0.1:${actual.rtspPort}`);
  if (actual.mqttUrl !== undefined) text = text.replaceAll('mqtt://127.0.0.1:1883', actual.mqttUrl);
  return text;
}
