import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAlertEvent } from '../../../src/contracts/alert-check.ts';
import { alertEventSchema, toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import { checkSeal } from '../../../src/contracts/seal.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { canonicalJson, sha256 } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { AlertChain } from '../../support/alerts.ts';
import { newSigningKey } from '../../support/crossing.ts';

const key = newSigningKey();
const ring = new KeyRing([key.publicPem()]);

/** The seal as design/wire.md words it: each form made by itself, from the whole alert. */
function sealedAsWritten(alert: Alert): boolean {
  const { signature, ...chained } = alert;
  const { hash, ...place } = alert.sequence;
  if (sha256(place.prevHash, canonicalJson({ ...chained, sequence: place })) !== hash) return false;
  return ring.verify(chained, signature) === 'valid';
}

/** Names on both sides of `sequence` in the order of code units, and such as JSON or an object treats in its own way. */
const names = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'sequence',
    'signature',
    'sequencf',
    'Sequence',
    'se',
    '10',
    '9',
    '__proto__',
    'z',
    '\ufb33',
    '\ud83d\ude00',
  ),
);
const members = fc.dictionary(names, fc.jsonValue({ noUnicodeString: false }), { maxKeys: 8 });

describe('the seal', () => {
  test('covers what the design says, whatever the alert holds', () => {
    fc.assert(
      fc.property(members, fc.boolean(), (rest, damaged) => {
        const { sequence: _sequence, signature: _signature, ...draft } = rest;
        const place = { node: 'edge-1', n: 7, prevHash: sha256('before') };
        const hash = sha256(place.prevHash, canonicalJson({ ...draft, sequence: place }));
        const chained = { ...draft, sequence: { ...place, hash } };
        const said = damaged ? { ...chained, severity: 'other' } : chained;
        const alert = { ...said, signature: key.sign(chained) } as unknown as Alert;
        expect(checkSeal(alert, ring) === 'valid').toBe(sealedAsWritten(alert));
        if (!damaged) expect(checkSeal(alert, ring)).toBe('valid');
      }),
      { numRuns: 300 },
    );
  });

  test('covers a hash within the sequence only: text that looks like one stays signed', () => {
    const alert = { note: '"sequence":{"hash":"00"', ...new AlertChain().seal() };
    expect(checkSeal(alert, new KeyRing([key.publicPem()]))).toBe('bad-hash');
  });
});

describe('the envelope', () => {
  const chain = new AlertChain();
  const keys = new NodeKeys([{ node: chain.node, pem: chain.key.publicPem() }]);
  const event = chain.event();
  const other = chain.event({ phase: 'cleared', observedAt: 1_760_000_100_001 });

  test('may only repeat what is signed, every field of it', () => {
    const fields = Object.keys(alertEventSchema.shape).filter((name) => name !== 'data') as (keyof typeof event)[];
    fc.assert(
      fc.property(fc.subarray(fields), fc.constantFrom(event, other), (changed, donor) => {
        const mixed = { ...event, ...Object.fromEntries(changed.map((field) => [field, donor[field]])) };
        const site = mixed.source.split('/')[2] ?? '';
        const agrees = canonicalJson(toAlertEvent(site, mixed.data)) === canonicalJson(mixed);
        expect(checkAlertEvent(mixed, keys).ok).toBe(agrees);
      }),
      { numRuns: 200 },
    );
  });

  test('of another time zone, node or camera is refused', () => {
    for (const changed of [
      { time: event.time.replace('Z', '+00:00') },
      { time: event.time.replace(/\.\d+Z/, 'Z') },
      { source: `${event.source}x` },
      { subject: 'camera/another' },
    ]) {
      expect(checkAlertEvent({ ...event, ...changed }, keys)).toMatchObject({ ok: false, kind: 'bad-schema' });
    }
  });

  test('half a surrogate pair has no canonical form', () => {
    const data = { ...event.data, camera: { ...event.data.camera, name: 'x\ud800' } };
    const refused = { ok: false, kind: 'bad-schema', detail: 'no canonical form' };
    expect(checkAlertEvent({ ...event, data }, keys)).toMatchObject(refused);
  });
});
