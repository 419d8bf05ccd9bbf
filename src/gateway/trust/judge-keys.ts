import type { KeyHolder, RotationCheck } from '../../contracts/key-rotation.ts';
import type { Revocation } from '../../contracts/revocation-list.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { KeyRing } from '../../lib/keys.ts';

/** A public key that is trusted, for whom, when, and why. */
export interface JudgedKey {
  readonly holder: KeyHolder;
  readonly keyId: string;
  readonly pem: string;
  readonly notBefore?: UtcMs | undefined;
  readonly notAfter?: UtcMs | undefined;
  readonly revoked?: Revocation | undefined;
  /** Ids of the keys it took over from. */
  readonly succeeds: readonly string[];
  /** File it comes from: of the configuration, or a rotation statement. */
  readonly source: string;
}

/** A rotation statement that was read. */
export interface FoundRotation {
  readonly file: string;
  readonly check: RotationCheck;
}

/** All that is trusted, and what could not be. */
export interface KeyJudgement {
  readonly keys: readonly JudgedKey[];
  /** One line each. */
  readonly problems: readonly string[];
}

type Rotation = Extract<RotationCheck, { ok: true }> & { readonly file: string };

/**
 * What is trusted, from what is configured, stated and revoked.
 * A statement counts when its old key is trusted, for the same holder, and was neither revoked nor expired when it says
 * it took over. A key has one successor: where two statements disagree, neither counts, for one of them is a thief's.
 * A new key is good from the moment its statement is known: the clocks of two machines are never quite the same.
 */
export function judgeKeys(
  configured: readonly JudgedKey[],
  rotations: readonly FoundRotation[],
  revoked: readonly Revocation[],
): KeyJudgement {
  const problems = rotations.flatMap(({ file, check }) => (check.ok ? [] : [`${file}: ${check.reason}`]));
  const revocations = new Map(revoked.map((each) => [each.keyId, each]));
  const keys = new Map(
    configured.map((key) => [placeOf(key.holder, key.keyId), { ...key, revoked: revocations.get(key.keyId) }]),
  );
  let waiting: Rotation[] = rotations.flatMap(({ file, check }) => (check.ok ? [{ file, ...check }] : []));
  const disputed = disputes(waiting);
  for (const { file, rotation } of waiting.filter(({ rotation: { oldKeyId } }) => disputed.has(oldKeyId))) {
    problems.push(`${file}: another statement names another successor of key ${rotation.oldKeyId}; neither counts`);
  }
  waiting = waiting.filter(({ rotation }) => !disputed.has(rotation.oldKeyId));
  // A new key may itself have been rotated: as long as one more statement finds its old key.
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    waiting = waiting.filter((statement) => {
      const old = keys.get(placeOf(statement.rotation.holder, statement.rotation.oldKeyId));
      if (old === undefined) return true;
      const problem = whyNot(statement, old, [...keys.values()]);
      if (problem !== undefined) problems.push(`${statement.file}: ${problem}`);
      else takeOver(keys, statement, old, revocations);
      return false;
    });
  }
  for (const { file, rotation } of waiting) {
    // A folder may serve several gateways: what is about nobody that is known here is not for here.
    if (!configured.some((key) => isSame(key.holder, rotation.holder))) continue;
    problems.push(`${file}: its old key ${rotation.oldKeyId} is not trusted here`);
  }
  const all = [...keys.values()].map((key) => ({ ...key, succeeds: ancestors(key, keys) }));
  return { keys: all, problems };
}

/** Old keys for which different successors are named. */
function disputes(rotations: readonly Rotation[]): Set<string> {
  const successor = new Map<string, string>();
  const disputed = new Set<string>();
  for (const { rotation, newKeyId } of rotations) {
    if ((successor.get(rotation.oldKeyId) ?? newKeyId) !== newKeyId) disputed.add(rotation.oldKeyId);
    successor.set(rotation.oldKeyId, newKeyId);
  }
  return disputed;
}

function whyNot({ rotation, signed, newKeyId }: Rotation, old: JudgedKey, keys: readonly JudgedKey[]) {
  const ring = new KeyRing();
  ring.add(old.pem, { revokedAt: old.revoked?.at, notAfter: old.notAfter });
  const verdict = ring.verify(rotation, signed.signatures.old, rotation.from);
  if (verdict !== 'valid') return `the old key’s signature is ${verdict}`;
  const other = keys.find((key) => key.keyId === newKeyId && !isSame(key.holder, old.holder));
  if (other !== undefined) return `key ${newKeyId} is ${nameOf(other.holder)}’s already`;
  return newKeyId === old.keyId ? 'it names the old key as the new one' : undefined;
}

function takeOver(
  keys: Map<string, JudgedKey>,
  { file, rotation, newKeyId }: Rotation,
  old: JudgedKey,
  revocations: ReadonlyMap<string, Revocation>,
): void {
  // What the configuration says of a key's end stands.
  keys.set(placeOf(old.holder, old.keyId), { ...old, notAfter: old.notAfter ?? rotation.overlapUntil });
  const place = placeOf(old.holder, newKeyId);
  const known = keys.get(place);
  const succeeds = [...new Set([...(known?.succeeds ?? []), old.keyId])];
  const fresh = { holder: old.holder, keyId: newKeyId, pem: rotation.newPublicKey, source: file };
  keys.set(place, { ...(known ?? { ...fresh, revoked: revocations.get(newKeyId) }), succeeds });
}

/** All keys before this one, whatever order the statements were read in. */
function ancestors(key: JudgedKey, keys: ReadonlyMap<string, JudgedKey>): string[] {
  const found = new Set<string>();
  const open = [...key.succeeds];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || id === key.keyId) continue;
    found.add(id);
    open.push(...(keys.get(placeOf(key.holder, id))?.succeeds ?? []));
  }
  return [...found];
}

function isSame(a: KeyHolder, b: KeyHolder): boolean {
  return nameOf(a) === nameOf(b);
}

/** A key is good for its holder only, also where somebody listed it under two. */
function placeOf(holder: KeyHolder, keyId: string): string {
  return `${nameOf(holder)} ${keyId}`;
}

function nameOf(holder: KeyHolder): string {
  return holder.kind === 'node' ? `node ${holder.node}` : 'the gateway';
}
