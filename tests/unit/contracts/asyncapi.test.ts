import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { payloadSchemaFiles } from '../../../src/contracts/payload-schemas.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import { isTopicLevel, NodeTopics, parseTopic } from '../../../src/contracts/topics.ts';
import type { NodeId, Sha256, SiteId } from '../../../src/domain/ids.ts';
import { sha256, zeroHash } from '../../../src/lib/hash.ts';
import { SigningKey } from '../../../src/lib/keys.ts';
import { alertDraft } from '../../support/alert-draft.ts';

const proto = new URL('../../../proto/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, proto), 'utf8');

interface AsyncApi {
  asyncapi: string;
  channels: Record<string, { address: string; parameters: Record<string, unknown> }>;
  operations: Record<string, { channel: { $ref: string } }>;
  components: { messages: Record<string, { payload: { $ref?: string } }> };
}

const document = parse(read('maplebridge.asyncapi.yaml')) as AsyncApi;

/** A committed schema as a validator. */
function committed(name: string): z.ZodType {
  return z.fromJSONSchema(JSON.parse(read(`schema/${name}.json`)));
}

describe('the AsyncAPI document', () => {
  test('is of version 3 and names the topics the code uses', () => {
    expect(document.asyncapi).toBe('3.0.0');
    const topics = new NodeTopics('{site}' as SiteId, '{node}' as NodeId);
    expect(Object.fromEntries(Object.entries(document.channels).map(([name, { address }]) => [name, address]))).toEqual(
      {
        alert: topics.alert('{scene}'),
        evidence: topics.evidence('{sha256}' as Sha256),
        evidencePart: topics.evidencePart('{sha256}' as Sha256, { offset: '{offset}', total: '{total}' } as never),
        health: topics.health,
        coverage: topics.coverage,
        ack: topics.ack,
      },
    );
  });

  test('describes every parameter, uses every channel, and refers to files that exist', () => {
    for (const { address, parameters } of Object.values(document.channels)) {
      expect(Object.keys(parameters)).toEqual([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
    const used = Object.values(document.operations).map(({ channel }) => channel.$ref.split('/').at(-1));
    expect(used.sort()).toEqual(Object.keys(document.channels).sort());
    for (const { payload } of Object.values(document.components.messages)) {
      if (payload.$ref !== undefined) expect(() => read(payload.$ref ?? '')).not.toThrow();
    }
  });
});

describe('the payload schemas', () => {
  test('are what the code gives; `npm run schemas` writes them', () => {
    const files = payloadSchemaFiles();
    expect(readdirSync(new URL('schema/', proto)).sort()).toEqual(Object.keys(files).sort());
    for (const [name, schema] of Object.entries(files)) {
      expect(JSON.parse(read(`schema/${name}`)), name).toEqual(JSON.parse(JSON.stringify(schema)));
    }
  });

  test('accept a real alert, and refuse it with one field more', () => {
    const key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
    const alert = sealAlert(alertDraft(), { node: 'edge-1' as NodeId, n: 1, prevHash: zeroHash }, key);
    const event = JSON.parse(JSON.stringify(toAlertEvent('site-1', alert)));
    const schema = committed('alert-event');
    expect(schema.safeParse(event).error?.issues).toBeUndefined();
    expect(schema.safeParse({ ...event, data: { ...event.data, faces: [] } }).success).toBe(false);
    expect(schema.safeParse({ ...event, plate: '浙E12345' }).success).toBe(false);
  });

  test('accept a real acknowledgement', () => {
    expect(committed('ack').safeParse({ n: 3, evidence: [sha256('a')] }).success).toBe(true);
    expect(committed('ack').safeParse({ n: -1, evidence: [] }).success).toBe(false);
  });
});

describe('topics', () => {
  const topics = new NodeTopics('site-1' as SiteId, 'edge-1' as NodeId);

  test.each([
    [topics.alert('fire_smoke'), { kind: 'alert', tail: 'fire_smoke' }],
    [
      topics.evidencePart('ab' as Sha256, { offset: 524_288, total: 2_000_000 }),
      { kind: 'evidence', tail: 'ab', part: { offset: 524_288, total: 2_000_000 } },
    ],
    [topics.health, { kind: 'health', tail: undefined }],
    [topics.ack, { kind: 'ack', tail: undefined }],
  ])('%s is taken apart', (topic, expected) => {
    expect(parseTopic(topic)).toEqual({ site: 'site-1', node: 'edge-1', ...expected });
  });

  test.each([
    'mb/v2/site-1/edge-1/health',
    'mb/v1/site-1/edge-1/other',
    'mb/v1/site 1/edge-1/health',
    'mb/v1/+/edge-1/health',
    'mb/v1/site-1/edge-1/alert/a/b',
    'mb/v1/site-1/edge-1/alert/a/0.9',
    'mb/v1/site-1/edge-1/evidence/ab/9',
    'mb/v1/site-1/edge-1/evidence/ab/0.0',
    'mb/v1/site-1/edge-1/evidence/ab/-1.9',
    'mb/v1/site-1/edge-1/evidence/ab/0.9/more',
    '',
  ])('%s is not ours', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });

  test.each(['a/b', '#', '+', '', 'x'.repeat(65), 'a\0'])('%j is not a level', (name) => {
    expect(isTopicLevel(name)).toBe(false);
  });
});
