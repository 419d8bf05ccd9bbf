import type { Alert, AlertDraft } from '../domain/alert.ts';
import type { NodeId, Sha256 } from '../domain/ids.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import type { KeyRing, SigningKey } from '../lib/keys.ts';

/** Gives a draft its place in the node's chain and the node's signature (design: wire.md). */
export function sealAlert(
  draft: AlertDraft,
  place: { node: NodeId; n: number; prevHash: Sha256 },
  key: SigningKey,
): Alert {
  const hash = sha256(place.prevHash, canonicalJson({ ...draft, sequence: place }));
  const chained = { ...draft, sequence: { ...place, hash } };
  return { ...chained, signature: key.sign(chained) };
}

/** What a receiver finds when it checks one alert by itself. */
export type SealCheck = 'valid' | 'bad-hash' | 'unknown-key' | 'bad-signature';

/** Recomputes hash and signature. The link to the alert before is the receiver's to compare. */
export function checkSeal(alert: Alert, keys: KeyRing): SealCheck {
  const { signature, ...chained } = alert;
  const { hash, ...place } = alert.sequence;
  if (sha256(place.prevHash, canonicalJson({ ...chained, sequence: place })) !== hash) return 'bad-hash';
  return keys.verify(chained, signature);
}
