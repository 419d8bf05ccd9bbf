import type { Alert, AlertDraft } from '../domain/alert.ts';
import type { NodeId, Sha256, UtcMs } from '../domain/ids.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import type { KeyRing, KeyVerdict, SigningKey } from '../lib/keys.ts';

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
export type SealCheck = KeyVerdict | 'bad-hash';

/**
 * Recomputes hash and signature; with `at`, when the alert was taken in (UTC ms), also whether its key was good then.
 * The link to the alert before is the receiver's to compare.
 */
export function checkSeal(alert: Alert, keys: KeyRing, at?: UtcMs): SealCheck {
  const { signature, ...chained } = alert;
  const { hash, ...place } = alert.sequence;
  if (sha256(place.prevHash, canonicalJson({ ...chained, sequence: place })) !== hash) return 'bad-hash';
  return keys.verify(chained, signature, at);
}
