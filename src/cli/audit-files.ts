import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, checkpointSchema } from '../contracts/audit-checkpoint.ts';
import { NodeKeys } from '../contracts/node-keys.ts';
import { signedFor } from '../desk/audit/verify-export.ts';
import type { NodeId } from '../domain/ids.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { KeyRing, loadPublicKey } from '../lib/keys.ts';

/** Proofs and checkpoints are JSON below this size; an export is zstd. */
const maxJsonBytes = 64 * 1024 * 1024;
/** `<node>.pub`, `<node>.pem.pub`, what a rotation leaves (`<node>.pem.retired-<id>.pub`), `<node>@<anything>.pub`. */
const nodeKeyName = /^([A-Za-z0-9_.-]{1,64}?)(?:@[^/]*?)?(?:\.pem(?:\.retired-[0-9a-f]{16})?)?\.pub$/;

/** Public keys out of files. @throws AppError MB_KEY_UNREADABLE. */
export function keysIn(paths: readonly string[]): KeyRing {
  return new KeyRing(paths.map(loadPublicKey));
}

/** Public keys of nodes out of a folder, by their file names. @throws AppError MB_USAGE, MB_KEY_UNREADABLE. */
export function nodeKeysIn(dir: string): NodeKeys {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.pub'));
  } catch (error) {
    throw new AppError('MB_USAGE', `--node-keys: ${messageOf(error)}`, { cause: error });
  }
  if (names.length === 0) throw new AppError('MB_USAGE', `--node-keys: no <node>.pub in ${dir}`);
  return new NodeKeys(
    names.map((name) => {
      const node = nodeKeyName.exec(name)?.[1];
      if (node === undefined) throw new AppError('MB_USAGE', `--node-keys: ${name} names no node: <node>.pub`);
      return { node: node as NodeId, pem: loadPublicKey(join(dir, name)) };
    }),
  );
}

/** What a JSON file says; undefined for one that is not JSON. @throws AppError MB_AUDIT_FILE. */
export async function jsonIn(path: string): Promise<unknown> {
  const file = await open(path).catch((error: unknown) => {
    throw new AppError('MB_AUDIT_FILE', messageOf(error), { cause: error });
  });
  try {
    const first = Buffer.alloc(1);
    await file.read(first, 0, 1, 0);
    if (first.toString() !== '{' || (await file.stat()).size > maxJsonBytes) return undefined;
    return JSON.parse(await file.readFile('utf8'));
  } catch (error) {
    throw new AppError('MB_AUDIT_FILE', `${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    await file.close();
  }
}

/** A checkpoint out of a file of its own, or the one an export was signed with. @throws AppError MB_AUDIT_FILE. */
export async function checkpointIn(path: string): Promise<Checkpoint> {
  const value = await jsonIn(path);
  const checkpoint = value === undefined ? await signedFor(path) : checkpointSchema.safeParse(value).data;
  if (checkpoint === undefined) throw new AppError('MB_AUDIT_FILE', `${path} holds no checkpoint`);
  return checkpoint;
}
