import { describe, expect, test } from 'vitest';
import { cameraFaultScene } from '../../../src/domain/picture-condition.ts';
import { plateScenes } from '../../../src/domain/redaction.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import { knownFields } from '../../../src/gateway/transfer/egress/known-fields.ts';
import { egressPolicySchema } from '../../../src/gateway/transfer/egress/policy-schema.ts';
import { shippedPolicyFile } from '../../../src/gateway/transfer/egress/policy-source.ts';
import { loadConfig } from '../../../src/lib/config.ts';

const policy = loadConfig(shippedPolicyFile, egressPolicySchema);
const readable = Object.entries(policy.scenes).filter(([, { plates }]) => plates === 'readable');

describe('the egress policy that ships', () => {
  test('has every scene, and the camera’s own faults', () =>
    expect(Object.keys(policy.scenes).toSorted()).toEqual([...sceneIds, cameraFaultScene].toSorted()));

  // A field that is new in the alert's schema crosses for no scene until somebody lists it here: decide, and list it.
  test('says of every field of the alert for which scenes it may cross', () => {
    const named = new Set([...policy.common, ...Object.values(policy.scenes).flatMap(({ fields }) => fields)]);
    expect([...knownFields()].filter((field) => !named.has(field))).toEqual([]);
  });

  test('what a scene measured is never common to all', () =>
    expect(policy.common.filter((field) => field.startsWith('details'))).toEqual([]));

  test('plates are readable for the scenes in which nodes keep them', () =>
    expect(readable.map(([scene]) => scene).toSorted()).toEqual([...plateScenes].toSorted()));
});
