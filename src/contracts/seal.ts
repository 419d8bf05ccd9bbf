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
  const withSequence = canonicalAround(chained, 'sequence');
  if (sha256(place.prevHash, withSequence(place)) !== hash) return 'bad-hash';
  return keys.verifyText(withSequence(alert.sequence), signature, at);
}

/**
 * The canonical form of an object with one member left open, because what is hashed and what is signed differ in that
 * one: the rest, which is nine tenths of the work, is brought into its form once (RFC 8785 §3.2.3: members sorted by the
 * UTF-16 code units of their names).
 */
function canonicalAround(object: object, open: string): (value: unknown) => string {
  const members = Object.entries(object);
  const inner = (side: (name: string) => boolean) =>
    canonicalJson(Object.fromEntries(members.filter(([name]) => side(name)))).slice(1, -1);
  const [before, after] = [inner((name) => name < open), inner((name) => name > open)];
  return (value) => {
    const own = `${canonicalJson(open)}:${canonicalJson(value)}`;
    return `{${[before, own, after].filter((text) => text !== '').join(',')}}`;
  };
}
