import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageExamples } from '../../../scripts/message-examples.ts';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { payloadSchemaFiles } from '../../../src/contracts/payload-schemas.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import { isTopicLevel, NodeTopics, parseTopic } from '../../../src/contracts/topics.ts';
import type { NodeId, Sha256, SiteId } from '../../../src/domain/ids.ts';
import { sha256, zeroHash } from '../../../src/lib/hash.ts';
import { SigningKey } from '../../../src/lib/keys.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { AsyncApiContract } from '../../support/asyncapi-contract.ts';

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
    'mb/v1/site-1/edge-1/alert/a b',
    `mb/v1/site-1/edge-1/alert/${'a'.repeat(65)}`,
    `mb/v1/site-1/edge-1/evidence/${'a'.repeat(65)}`,
    `mb/v1/site-1/edge-1/evidence/${'a'.repeat(65)}/0.9`,
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

describe('the document as a judge', () => {
  const contract = new AsyncApiContract();
  const topics = new NodeTopics('site-1' as SiteId, 'edge-1' as NodeId);
  const text = (value: unknown) => Buffer.from(JSON.stringify(value));
  const file = Buffer.from('a picture');
  const hash = sha256(file);

  test.each(Object.entries(messageExamples))(
    'finds nothing in the example %s, which is what the code makes',
    (name, value) => {
      expect(JSON.parse(read(`example/${name}`))).toEqual(JSON.parse(JSON.stringify(value)));
      const kind = { 'alert-event': topics.alert('illegal_parking'), health: topics.health, coverage: topics.coverage };
      const topic = kind[name.replace('.json', '') as keyof typeof kind] ?? topics.ack;
      expect(contract.problem(topic, text(value))).toBeUndefined();
    },
  );

  test.each([
    ['an unknown topic', 'mb/v1/site-1/edge-1/other', text({}), /no channel/],
    ['a field too many', topics.ack, text({ n: 1, evidence: [], more: 1 }), /additional properties/],
    ['a field too few', topics.ack, text({ evidence: [] }), /required property 'n'/],
    ['a payload of another channel', topics.health, text({ n: 1, evidence: [] }), /health/],
    ['no JSON', topics.coverage, Buffer.from('{'), /not JSON/],
    ['no UTF-8', topics.coverage, Buffer.from([0x22, 0xff, 0x22]), /not JSON/],
    ['a file that is not what its topic names', topics.evidence(hash), Buffer.from('another'), /not the file/],
    ['a name that is no hash', topics.evidence('x' as Sha256), file, /names no hash/],
    ['a part beyond the end', topics.evidencePart(hash, { offset: 3, total: 10 }), file, /beyond the end/],
    ['an empty part', topics.evidencePart(hash, { offset: 0, total: 9 }), Buffer.alloc(0), /0 bytes/],
  ])('finds %s', (_what, topic, payload, says) => {
    expect(contract.problem(topic, payload)).toMatch(says);
  });

  test('lets a whole file and a part of one pass', () => {
    expect(contract.problem(topics.evidence(hash), file)).toBeUndefined();
    expect(contract.problem(topics.evidencePart(hash, { offset: 1, total: 10 }), file)).toBeUndefined();
  });
});

/** No validator of AsyncAPI documents is installed: what its specification asks of ours is held here by hand. */
describe('the structure of the document', () => {
  const whole = parse(read('maplebridge.asyncapi.yaml')) as Record<string, unknown>;
  const references = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)));
  };
  const at = (pointer: string) =>
    pointer.split('/').reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], whole);

  test('every reference leads somewhere', () => {
    for (const reference of references(whole)) {
      if (reference.startsWith('#/')) expect(at(reference.slice(2)), reference).toBeDefined();
      else expect(() => JSON.parse(read(reference)), reference).not.toThrow();
    }
  });

  test('has the fields AsyncAPI 3.0.0 knows, and no others, where ours could go wrong', () => {
    const allowed = {
      top: ['asyncapi', 'info', 'defaultContentType', 'servers', 'channels', 'operations', 'components'],
      channel: ['address', 'messages', 'title', 'summary', 'description', 'parameters', 'bindings'],
      operation: ['action', 'channel', 'title', 'summary', 'description', 'bindings', 'traits', 'messages', 'reply'],
      server: ['host', 'protocol', 'protocolVersion', 'title', 'description', 'security', 'bindings'],
      message: [
        'name',
        'title',
        'summary',
        'payload',
        'headers',
        'correlationId',
        'contentType',
        'bindings',
        'traits',
        'examples',
      ],
      parameter: ['enum', 'default', 'description', 'examples', 'location', '$ref'],
    };
    const check = (what: keyof typeof allowed, values: unknown) => {
      for (const value of Object.values(values as object))
        expect(allowed[what], what).toEqual(expect.arrayContaining(Object.keys(value)));
    };
    expect(allowed.top).toEqual(expect.arrayContaining(Object.keys(whole)));
    check('channel', whole['channels']);
    check('operation', whole['operations']);
    check('server', whole['servers']);
    check('message', at('components/messages'));
    check('parameter', at('components/parameters'));
    for (const action of Object.values(whole['operations'] as Record<string, { action: string }>))
      expect(['send', 'receive']).toContain(action.action);
    for (const { type } of Object.values(at('components/securitySchemes') as Record<string, { type: string }>))
      expect(['X509', 'userPassword']).toContain(type);
  });

  test('an operation sends and awaits messages of its own channels', () => {
    const operations = whole['operations'] as Record<
      string,
      {
        channel: { $ref: string };
        messages: { $ref: string }[];
        reply?: { channel: { $ref: string }; messages: { $ref: string }[] };
      }
    >;
    for (const { channel, messages, reply } of Object.values(operations)) {
      for (const each of [{ channel, messages }, ...(reply === undefined ? [] : [reply])])
        for (const { $ref } of each.messages)
          expect($ref.startsWith(`${each.channel.$ref}/messages/`), $ref).toBe(true);
    }
  });

  test('every correlation id is in the examples of its messages', () => {
    const messages = at('components/messages') as Record<
      string,
      { correlationId?: { $ref: string }; examples?: { payload: { $ref: string } }[] }
    >;
    for (const { correlationId, examples = [] } of Object.values(messages)) {
      if (correlationId === undefined) continue;
      const { location } = at(correlationId.$ref.slice(2)) as { location: string };
      const path = location.split('#/')[1]?.split('/') ?? [];
      for (const { payload } of examples) {
        const value = path.reduce<unknown>(
          (node, key) => (node as Record<string, unknown> | undefined)?.[key],
          JSON.parse(read(payload.$ref)),
        );
        expect(value, location).toBeDefined();
      }
    }
  });
});
