import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkAlertEvent } from '../../../src/contracts/alert-check.ts';
import { sortDetails } from '../../../src/contracts/alert-details.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import { payloadSchemaFiles } from '../../../src/contracts/payload-schemas.ts';
import type { AlertDraft } from '../../../src/domain/alert.ts';
import type { TrackId } from '../../../src/domain/ids.ts';
import { sceneDetailNames } from '../../../src/domain/scene-detail.ts';
import { AlertChain } from '../../support/alerts.ts';

const subject = { class: 'car', score: 0.9, box: [0.2, 0.3, 0.5, 0.7], trackId: 't1' as TrackId, dwellMs: 9 } as const;
const position = { lat: 30.8702345, lon: 120.4300523, errorM: 0.42 };
const speed = { mps: 1.4, errorMps: 0.31 };

/** What the border says of an alert, as it came over the wire. */
function atTheBorder(draft: Partial<AlertDraft>) {
  const chain = new AlertChain();
  const keys = new NodeKeys([{ node: chain.node, pem: chain.key.publicPem() }]);
  const event = JSON.parse(JSON.stringify(chain.event(draft)));
  const schema = z.fromJSONSchema(payloadSchemaFiles()['alert-event.json'] as never);
  const check = checkAlertEvent(event, keys);
  expect(schema.safeParse(event).success).toBe(check.ok);
  return check.ok ? check.event.data : check.detail;
}

describe('an alert with measurements', () => {
  test('passes with places, speeds and details as they were signed', () => {
    const draft = { subjects: [{ ...subject, position, speed }], details: { count: 17, direction: 'in' } };
    expect(atTheBorder(draft)).toMatchObject(draft);
  });

  test('passes without any, as alerts were before', () => {
    const data = atTheBorder({ subjects: [subject] });
    expect(data).not.toHaveProperty('details');
    expect(data).toMatchObject({ subjects: [subject] });
  });

  test.each([
    [
      'a place with a name',
      { subjects: [{ ...subject, position: { ...position, address: '人民路' } }] },
      /subjects\.0\.position/,
    ],
    ['a place off the globe', { subjects: [{ ...subject, position: { ...position, lat: 91 } }] }, /position\.lat/],
    ['a place without its error', { subjects: [{ ...subject, position: { lat: 30, lon: 120 } }] }, /position\.errorM/],
    ['a speed below 0', { subjects: [{ ...subject, speed: { mps: -1, errorMps: 0 } }] }, /speed\.mps/],
    ['a detail that is not listed', { details: { plate: 'zhe-e' } }, /details/],
    ['free text in a detail', { details: { kind: '浙E12345' } }, /details\.kind/],
    ['a nested detail', { details: { kind: { text: 'x' } } }, /details\.kind/],
  ])('%s does not cross', (_what, draft, expected) => {
    expect(atTheBorder(draft as unknown as Partial<AlertDraft>)).toMatch(expected);
  });
});

describe('details that leave a node', () => {
  test('are those that may cross', () => {
    const details = { count: 3, kind: 'loitering', vehicleClass: 'e-bike', plate: 'E12345', areaShare: Number.NaN };
    expect(sortDetails(details)).toEqual({
      travel: { count: 3, kind: 'loitering', vehicleClass: 'e-bike' },
      refused: ['plate', 'areaShare'],
    });
  });

  test('are named once each, with their unit', () => {
    expect(new Set(sceneDetailNames).size).toBe(sceneDetailNames.length);
    for (const name of sceneDetailNames) expect(name).toMatch(/^[a-z][A-Za-z]{1,31}$/);
  });
});
