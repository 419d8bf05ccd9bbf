import { type KeyHolder, readRotation, signRotation } from '../../src/contracts/key-rotation.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import type { FoundRotation, JudgedKey } from '../../src/gateway/trust/judge-keys.ts';
import type { SigningKey } from '../../src/lib/keys.ts';

/** A node as the holder of keys. */
export function holderNode(node: string): KeyHolder {
  return { kind: 'node', node: node as NodeId };
}

/** A key as the configuration names it. */
export function configuredKey(
  key: SigningKey,
  holder: KeyHolder,
  term: Pick<JudgedKey, 'notAfter' | 'notBefore'> = {},
): JudgedKey {
  return { holder, keyId: key.keyId, pem: key.publicPem(), succeeds: [], source: `${key.keyId}.pub`, ...term };
}

/** A rotation statement's text. */
export function rotationText(
  keys: { old: SigningKey; next: SigningKey },
  holder: KeyHolder,
  times: { from: number; overlapUntil: number },
): string {
  return JSON.stringify(signRotation(keys, { holder, ...times }));
}

/** A statement as it was read from a file. */
export function foundRotation(file: string, text: string): FoundRotation {
  return { file, check: readRotation(text) };
}
