import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import type { RevocationList } from '../contracts/revocation-list.ts';
import { noRevocations, readRevocations, revocationText, withRevocation } from '../contracts/revocation-list.ts';
import { systemClock } from '../lib/clock.ts';
import { writeDurable } from '../lib/durable-file.ts';
import { AppError } from '../lib/errors.ts';
import { KeyRing, keyIdOfPem, loadPublicKey, loadSigningKey, type SigningKey } from '../lib/keys.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

/** Adds a key to a revocation list, or begins an empty one; signs it where an administrator's key is given. */
export async function revokeKey({ args, print }: CommandContext, command: Command): Promise<number> {
  const { values } = parseCommandArguments(command, args, {
    list: { type: 'string' },
    empty: { type: 'boolean' },
    'key-id': { type: 'string' },
    'public-key': { type: 'string' },
    reason: { type: 'string' },
    at: { type: 'string' },
    'admin-key': { type: 'string' },
  });
  const path = required(values.list, '--list', command);
  const adminPath = values['admin-key'];
  const admin = adminPath === undefined ? undefined : loadSigningKey(adminPath);
  const now = systemClock.now();
  if (values.empty === true) {
    if (existsSync(path)) throw new AppError('MB_USAGE', `${path} exists already: a list never shrinks`);
    await write(path, { ...noRevocations, issuedAt: now }, admin);
    print(`${path} (no key is revoked yet)`);
    return 0;
  }
  const file = values['public-key'];
  const keyId = file === undefined ? values['key-id'] : keyIdOfPem(loadPublicKey(file));
  const before = existsSync(path) ? known(path, admin) : noRevocations;
  const entry = {
    keyId: checkedId(required(keyId, '--key-id or --public-key', command)),
    at: moment(values.at) ?? now,
    reason: required(values.reason, '--reason', command),
  };
  await write(path, withRevocation(before, entry, now), admin);
  print(
    `${path}: key ${entry.keyId} is not believed for anything taken in from ${new Date(entry.at).toISOString()} on\n` +
      'put the list where collect and deliver read it (trust.revocations.file): it counts within a second',
  );
  return 0;
}

/** The list as it is; what somebody else wrote into it is not signed by this command. */
function known(path: string, admin: SigningKey | undefined): RevocationList {
  const text = readFileSync(path, 'utf8');
  const check = readRevocations(text, admin && new KeyRing([admin.publicPem()]));
  if (!check.ok) throw new AppError('MB_TRUST', `${path}: ${check.reason}`);
  const signed = (JSON.parse(text) as { signature?: unknown }).signature !== undefined;
  if (signed && admin === undefined) throw new AppError('MB_USAGE', `${path} is signed: give --admin-key`);
  return check.list;
}

/** Readable by services that run as other users, writable by nobody else; the mode it has already stays. */
async function write(path: string, list: RevocationList, admin: SigningKey | undefined): Promise<void> {
  const mode = existsSync(path) ? statSync(path).mode & 0o755 : 0o644;
  await writeDurable(path, Buffer.from(revocationText(list, admin)));
  chmodSync(path, mode);
}

function checkedId(keyId: string): string {
  if (/^[0-9a-f]{16}$/.test(keyId)) return keyId;
  throw new AppError('MB_USAGE', `--key-id must be 16 hex digits, not "${keyId}"`);
}

function moment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (!Number.isNaN(at) && at >= 0) return at;
  throw new AppError('MB_USAGE', `--at must be a time like 2026-12-01T08:00:00Z, not "${text}"`);
}
