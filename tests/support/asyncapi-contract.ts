import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { sha256 } from '../../src/lib/hash.ts';

const proto = new URL('../../proto/', import.meta.url);

interface Reference {
  readonly $ref?: string;
}

interface Message extends Reference {
  readonly payload: Reference & { readonly format?: string; readonly maxLength?: number };
}

interface Document {
  readonly channels: Readonly<Record<string, { address: string; messages: Readonly<Record<string, Reference>> }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

interface Channel {
  readonly name: string;
  readonly address: RegExp;
  readonly messages: readonly string[];
}

type Parameters = Readonly<Record<string, string>>;

/** The AsyncAPI document as a judge of real messages: the channel by the topic, the payload by the channel’s schemas. */
export class AsyncApiContract {
  readonly #channels: readonly Channel[];
  readonly #messages: ReadonlyMap<string, (payload: Buffer, parameters: Parameters) => string | undefined>;

  constructor(text = readFileSync(new URL('maplebridge.asyncapi.yaml', proto), 'utf8')) {
    const document = parse(text) as Document;
    // Keywords that other tools read are let be; an unknown format is an error.
    const ajv = new Ajv2020({ strict: false, allErrors: false });
    addFormats.default(ajv);
    this.#messages = new Map(
      Object.entries(document.components.messages).map(([name, message]) => [name, judgeOf(ajv, message)]),
    );
    this.#channels = Object.entries(document.channels).map(([name, { address, messages }]) => ({
      name,
      address: addressOf(address),
      messages: Object.values(messages).map(({ $ref = '' }) => $ref.split('/').at(-1) ?? ''),
    }));
  }

  /** The channel of a topic; undefined where the document knows none. */
  channelOf(topic: string): string | undefined {
    return this.#channels.find(({ address }) => address.test(topic))?.name;
  }

  /** What is wrong with a message; undefined when nothing is. */
  problem(topic: string, payload: Buffer): string | undefined {
    const channel = this.#channels.find(({ address }) => address.test(topic));
    if (channel === undefined) return `${topic}: no channel of the document`;
    const parameters = channel.address.exec(topic)?.groups ?? {};
    const problems: string[] = [];
    for (const name of channel.messages) {
      const found = this.#messages.get(name)?.(payload, parameters);
      if (found === undefined) return undefined;
      problems.push(`${name}: ${found}`);
    }
    return `${topic}: ${problems.join('; ')}: ${payload.subarray(0, 300).toString('utf8')}`;
  }
}

function addressOf(address: string): RegExp {
  const pattern = address
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\}/g, (_all, name: string) =>
      /^(offset|total)$/.test(name) ? `(?<${name}>\\d+)` : `(?<${name}>[^/]+)`,
    );
  return new RegExp(`^${pattern}$`);
}

function judgeOf(ajv: Ajv2020, { payload }: Message): (payload: Buffer, parameters: Parameters) => string | undefined {
  if (payload.format === 'binary')
    return (bytes, parameters) => binaryProblem(bytes, payload.maxLength ?? 0, parameters);
  const schema: object = JSON.parse(readFileSync(new URL(payload.$ref ?? '', proto), 'utf8'));
  const validate: ValidateFunction = ajv.compile(schema);
  return (bytes) => {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      return 'not JSON';
    }
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** A file is what its topic names; a part lies within it. */
function binaryProblem(
  bytes: Buffer,
  maxLength: number,
  { sha256: hash, offset, total }: Parameters,
): string | undefined {
  if (bytes.length === 0 || bytes.length > maxLength) return `${bytes.length} bytes`;
  if (!/^[0-9a-f]{64}$/.test(hash ?? '')) return 'the topic names no hash';
  if (total === undefined) return sha256(bytes) === hash ? undefined : 'not the file its topic names';
  return Number(offset) + bytes.length <= Number(total) ? undefined : 'a part beyond the end of its file';
}
