import { describe, expect, test } from 'vitest';
import type { KeyHolder } from '../../../src/contracts/key-rotation.ts';
import { judgeKeys } from '../../../src/gateway/trust/judge-keys.ts';
import type { SigningKey } from '../../../src/lib/keys.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { configuredKey, foundRotation, holderNode, rotationText } from '../../support/trust.ts';

const [a, b, c, thief] = [newSigningKey(), newSigningKey(), newSigningKey(), newSigningKey()] as const;
const node = holderNode('edge-1');
const gateway: KeyHolder = { kind: 'gateway' };
const times = { from: 1_000, overlapUntil: 2_000 };

const rotation = (old: SigningKey, next: SigningKey, holder = node, when = times) =>
  foundRotation(`${old.keyId}-${next.keyId}`, rotationText({ old, next }, holder, when));
const judge = (...given: Parameters<typeof judgeKeys>) => {
  const { keys, problems } = judgeKeys(...given);
  return { byId: new Map(keys.map((key) => [key.keyId, key])), problems };
};

describe('a rotation', () => {
  test('adds the new key and ends the old one with the overlap', () => {
    const { byId, problems } = judge([configuredKey(a, node)], [rotation(a, b)], []);
    expect(problems).toEqual([]);
    expect(byId.get(a.keyId)).toMatchObject({ notAfter: 2_000 });
    expect(byId.get(b.keyId)).toMatchObject({ holder: node, succeeds: [a.keyId] });
    expect(byId.get(b.keyId)?.notAfter).toBeUndefined();
  });

  test.each([
    ['in order', [rotation(a, b), rotation(b, c)]],
    ['the later one first', [rotation(b, c), rotation(a, b)]],
  ])('follows another, %s', (_what, rotations) => {
    const { byId, problems } = judge([configuredKey(a, gateway)], [], []);
    expect([byId.size, problems]).toEqual([1, []]);
    const chain = judge([configuredKey(a, node)], rotations, []);
    expect(chain.problems).toEqual([]);
    expect(new Set(chain.byId.get(c.keyId)?.succeeds)).toEqual(new Set([a.keyId, b.keyId]));
  });

  test('knows the whole line also where the key between is configured', () => {
    const { byId } = judge([configuredKey(a, node), configuredKey(b, node)], [rotation(b, c), rotation(a, b)], []);
    expect(new Set(byId.get(c.keyId)?.succeeds)).toEqual(new Set([a.keyId, b.keyId]));
  });

  test('leaves a term alone that the configuration gives', () => {
    const { byId } = judge([configuredKey(a, node, { notAfter: 9_000 })], [rotation(a, b)], []);
    expect(byId.get(a.keyId)?.notAfter).toBe(9_000);
  });

  test('by a key that was revoked or had expired by then does not count', () => {
    const revoked = [{ keyId: a.keyId, at: 1_000, reason: 'stolen' }];
    expect(judge([configuredKey(a, node)], [rotation(a, thief)], revoked)).toMatchObject({
      problems: [expect.stringContaining('revoked-key')],
    });
    const expired = judge([configuredKey(a, node, { notAfter: 999 })], [rotation(a, b)], []);
    expect(expired.problems).toEqual([expect.stringContaining('expired-key')]);
    expect(expired.byId.has(b.keyId)).toBe(false);
  });

  test('before the old key was revoked stays good', () => {
    const { byId, problems } = judge(
      [configuredKey(a, node)],
      [rotation(a, b)],
      [{ keyId: a.keyId, at: 1_001, reason: 'x' }],
    );
    expect(problems).toEqual([]);
    expect(byId.get(b.keyId)?.revoked).toBeUndefined();
    expect(byId.get(a.keyId)?.revoked?.at).toBe(1_001);
  });

  test('to two successors counts for neither', () => {
    const { byId, problems } = judge([configuredKey(a, node)], [rotation(a, b), rotation(a, thief)], []);
    expect([...byId.keys()]).toEqual([a.keyId]);
    expect(problems).toHaveLength(2);
  });

  test('told twice counts once', () => {
    const { byId, problems } = judge([configuredKey(a, node)], [rotation(a, b), rotation(a, b)], []);
    expect([byId.size, problems]).toEqual([2, []]);
  });

  test.each([
    ['of another node', rotation(a, b, holderNode('edge-2')), [configuredKey(c, holderNode('edge-2'))]],
    ['of a gateway by a node’s key', rotation(a, b, gateway), [configuredKey(c, gateway)]],
    ['to a key of another node', rotation(a, b), [configuredKey(b, holderNode('edge-2'))]],
    ['by a key nobody knows', rotation(thief, b), []],
    ['to itself', rotation(a, a), []],
  ])('%s does not count', (_what, statement, more) => {
    const { byId, problems } = judge([configuredKey(a, node), ...more], [statement], []);
    expect(problems).toHaveLength(1);
    expect(byId.size).toBe(1 + more.length);
    expect(byId.get(a.keyId)?.notAfter).toBeUndefined();
  });

  test('of a holder that is not known here is for somebody else', () => {
    expect(judge([configuredKey(a, node)], [rotation(b, c, holderNode('edge-9'))], []).problems).toEqual([]);
  });
});

describe('a statement that was changed', () => {
  const text = rotationText({ old: a, next: b }, node, times);
  test.each<[string, (signed: Record<string, Record<string, unknown>>) => unknown]>([
    ['a longer overlap', (signed) => ({ ...signed, statement: { ...signed['statement'], overlapUntil: 9e12 } })],
    ['another node', (signed) => ({ ...signed, statement: { ...signed['statement'], holder: holderNode('edge-2') } })],
    [
      'another key',
      (signed) => ({ ...signed, statement: { ...signed['statement'], newPublicKey: thief.publicPem() } }),
    ],
    ['a key that is none', (signed) => ({ ...signed, statement: { ...signed['statement'], newPublicKey: 'x' } })],
    ['a field more', (signed) => ({ ...signed, more: 1 })],
    [
      'without the old key’s signature',
      (signed) => ({ ...signed, signatures: { ...signed['signatures'], old: { keyId: a.keyId, value: 'AAAA' } } }),
    ],
    [
      'signed as old by the new one',
      (signed) => ({
        ...signed,
        signatures: { new: signed['signatures']?.['new'], old: signed['signatures']?.['new'] },
      }),
    ],
  ])('%s does not count', (_what, change) => {
    const changed = foundRotation('changed', JSON.stringify(change(JSON.parse(text))));
    const { byId, problems } = judge([configuredKey(a, node), configuredKey(c, holderNode('edge-2'))], [changed], []);
    expect(problems).toHaveLength(1);
    expect(byId.size).toBe(2);
  });

  test('an overlap that ends before it begins, and what is not JSON, are said so', () => {
    const backwards = rotationText({ old: a, next: b }, node, { from: 5, overlapUntil: 4 });
    expect(judge([configuredKey(a, node)], [foundRotation('f', backwards)], []).problems[0]).toContain('overlap');
    expect(judge([configuredKey(a, node)], [foundRotation('f', '{')], []).problems).toEqual(['f: not JSON']);
  });
});
