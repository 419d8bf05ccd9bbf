import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvidenceRef } from '../../../../src/domain/alert.ts';
import { EgressPolicy } from '../../../../src/gateway/transfer/egress/egress-policy.ts';
import { egressPolicySchema } from '../../../../src/gateway/transfer/egress/policy-schema.ts';
import { shippedPolicyFile } from '../../../../src/gateway/transfer/egress/policy-source.ts';
import { checkValue, loadConfig } from '../../../../src/lib/config.ts';
import { sha256 } from '../../../../src/lib/hash.ts';
import { alertDraft, testRedaction } from '../../../support/alert-draft.ts';

const shipped = loadConfig(shippedPolicyFile, egressPolicySchema);
const policy = new EgressPolicy(shipped);

const file = (over: Partial<EvidenceRef> = {}): EvidenceRef => ({
  kind: 'trigger',
  sha256: sha256('file'),
  bytes: 1,
  mediaType: 'image/jpeg',
  originalSha256: sha256('coded'),
  redaction: testRedaction,
  ...over,
});

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const judge = (over: object) => policy.judge(plain({ ...alertDraft(), ...over }));
const withheld = (over: Partial<EvidenceRef>, scene = 'crowd_gathering') => {
  const verdict = policy.judge(plain(alertDraft({ scene, evidence: [file(over)] })));
  return verdict.crosses ? verdict.withheld.map(({ reason }) => reason) : verdict;
};

/** What no list has, in shapes that hide: long, deep, numeric, like a list's index, like a prototype's. */
const secret = 'Zhang-San-浙F12345';
const secrets = fc.oneof(fc.constant(secret), fc.record({ name: fc.constant(secret) }), fc.array(fc.constant(secret)));

describe('fields', () => {
  test('an alert with listed fields crosses', () => expect(judge({})).toEqual({ crosses: true, withheld: [] }));

  test('what another scene measures does not cross', () =>
    expect(judge({ details: { driftShare: 0.1, count: 3 } })).toEqual({
      crosses: false,
      scene: 'illegal_parking',
      fields: ['details.count'],
    }));

  test('a scene that is not listed is refused, and its name is not told', () =>
    expect(judge({ scene: secret })).toEqual({ crosses: false, scene: '?', fields: ['scene'] }));

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a scene named %s is not listed', (scene) =>
    expect(judge({ scene })).toMatchObject({ crosses: false, scene: '?' }),
  );

  test.each([
    ['an object for a value', { severity: { value: 1 } }, 'severity.?'],
    ['an empty object for a value', { severity: {} }, 'severity'],
    ['a value for an object', { camera: 'cam-1' }, 'camera.?'],
    ['a list of objects for a list of values', { zone: { id: 'z', kind: 'k', tags: [{ a: 1 }] } }, 'zone.tags.?'],
    ['a list in a list', { zone: { id: 'z', kind: 'k', tags: [['a']] } }, 'zone.tags.?'],
    ['a value for a list of objects', { subjects: ['x'] }, 'subjects[].?'],
    ['an empty list nobody listed', { more: [] }, '?'],
    ['an empty object nobody listed', { more: {} }, '?'],
    ['a prototype', JSON.parse('{"__proto__": {"x": 1}}'), '?'],
  ])('%s is refused', (_, over, field) => expect(judge(over)).toMatchObject({ crosses: false, fields: [field] }));

  test('no alert with a field that is not listed crosses, and neither its value nor its name is told', () => {
    const key = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `${text}_${secret}`);
    const places = [
      [],
      ['camera'],
      ['zone'],
      ['details'],
      ['subjects', 0],
      ['subjects', 0, 'position'],
      ['trace'],
      ['sequence'],
    ];
    const scenes = Object.keys(shipped.scenes);
    fc.assert(
      fc.property(fc.constantFrom(...places), key, secrets, fc.constantFrom(...scenes), (place, name, value, scene) => {
        const alert = plain(alertDraft({ scene, details: {} }));
        const parent = place.reduce((at, step) => (at[step] ??= {}), alert);
        parent[name] = value;
        const verdict = policy.judge(alert);
        expect(verdict.crosses).toBe(false);
        expect(JSON.stringify(verdict)).not.toContain(secret);
      }),
      { numRuns: 400 },
    );
  });

  test('nothing that is taken from a list crosses any more', () => {
    const full = plain({ ...alertDraft({ evidence: [file()] }), details: { driftShare: 0.1 } });
    const present = shipped.common.filter((path) => {
      const steps = path.replaceAll('[]', '.0').split('.');
      return (
        steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], full) !== undefined
      );
    });
    expect(present.length).toBeGreaterThan(40);
    for (const path of present) {
      const common = shipped.common.filter((each) => each !== path);
      expect(new EgressPolicy({ ...shipped, common }).judge(full), path).toMatchObject({
        crosses: false,
        fields: [path],
      });
    }
  });
});

describe('evidence', () => {
  test('crosses where it was made unrecognisable', () => expect(withheld({})).toEqual([]));
  test('without the node’s word stays', () => expect(withheld({ redaction: undefined })).toEqual(['not-redacted']));
  test('of a kind that is not listed stays', () =>
    expect(withheld({ kind: 'clip' }, 'camera_fault')).toEqual(['kind-not-listed']));
  test('with plates stays', () =>
    expect(withheld({ redaction: { ...testRedaction, plates: 'kept' } })).toEqual(['plates-readable']));
  test('with plates crosses where the scene needs them', () =>
    expect(withheld({ redaction: { ...testRedaction, plates: 'kept' } }, 'muck_truck')).toEqual([]));
});

describe('a policy', () => {
  const problems = (value: unknown) => {
    const checked = checkValue(value, egressPolicySchema);
    return checked.ok ? [] : checked.problems.map(({ message }) => message);
  };

  test.each([
    ['a field that no alert has', { common: ['alertId', 'plate'] }, /no alert has this field/],
    ['a part instead of its fields', { common: ['camera'] }, /name each of its fields: camera.id/],
    ['everything', { common: ['*'] }, /no alert has this field/],
    ['no scene', { scenes: {} }, /names no scene/],
    ['a switch for faces', { scenes: { fire_smoke: { faces: 'readable' } } }, /unknown key/],
  ])('does not name %s', (_, over, message) =>
    expect(problems({ ...shipped, ...over })).toEqual([expect.stringMatching(message)]),
  );
});
