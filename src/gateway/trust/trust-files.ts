import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readRotation } from '../../contracts/key-rotation.ts';
import { type RevocationCheck, readRevocations } from '../../contracts/revocation-list.ts';
import type { TrustConfig } from '../../contracts/trust-config.ts';
import { messageOf } from '../../lib/errors.ts';
import { KeyRing, loadPublicKey } from '../../lib/keys.ts';
import type { FoundRotation } from './judge-keys.ts';

/** What a rotation statement's file is called. */
export const rotationSuffix = '.rotation.json';
/** A statement is below 2 KiB; a list of 10,000 keys with their reasons some 6 MiB. */
const maxBytes = { rotation: 16_384, revocations: 8_388_608 };

/** The statements in a folder, in order of their names. Throws what the file system throws where there is no such folder. */
export function readRotations(dir: string): FoundRotation[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(rotationSuffix) && !name.startsWith('.'));
  return names.sort().map((name) => {
    const file = join(dir, name);
    try {
      return { file, check: readRotation(readBounded(file, maxBytes.rotation)) };
    } catch (error) {
      return { file, check: { ok: false, reason: messageOf(error) } };
    }
  });
}

/** The revocation list, if it may be believed: an administrator signed it, or nobody else can have written it. */
export function readRevocationFile(config: NonNullable<TrustConfig['revocations']>): RevocationCheck {
  const { file, administratorKeyFiles } = config;
  try {
    const guarded = administratorKeyFiles.length === 0;
    const problem = guarded ? whyNotGuarded(file) : undefined;
    if (problem !== undefined) return { ok: false, reason: problem };
    const keys = guarded ? undefined : new KeyRing(administratorKeyFiles.map((each) => loadPublicKey(each)));
    return readRevocations(readBounded(file, maxBytes.revocations), keys);
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'ENOENT';
    const hint = missing ? `; begin one with \`maplebridge keys revoke --list ${file} --empty\`` : '';
    return { ok: false, reason: `${messageOf(error)}${hint}` };
  }
}

/** What a set of files is like, so that a change shows without reading them. */
export function stateOf(config: TrustConfig): string {
  const { rotationsDir, revocations } = config;
  const names = rotationsDir === undefined ? [] : listed(rotationsDir).map((name) => join(rotationsDir, name));
  const files = [...names, ...(revocations === undefined ? [] : [revocations.file])];
  return files.map((file) => `${file} ${fileState(file)}`).join('\n');
}

function listed(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return ['(gone)'];
  }
}

function fileState(file: string): string {
  try {
    const { ino, size, mode, uid, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mode} ${uid} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'gone';
  }
}

function readBounded(file: string, limit: number): string {
  const { size } = statSync(file);
  if (size > limit) throw new Error(`${size} bytes; at most ${limit} are read`);
  return readFileSync(file, 'utf8');
}

/** Windows has no such modes: there the folder's access list guards the file. */
function whyNotGuarded(file: string): string | undefined {
  const { mode, uid } = statSync(file);
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (uid !== 0 && uid !== own) return `belongs to user ${uid}, neither root nor this service’s`;
  return (mode & 0o022) === 0 ? undefined : `others may write it: \`chmod go-w ${file}\`, or have it signed`;
}
