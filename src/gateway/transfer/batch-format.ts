import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { signatureSchema } from '../../contracts/signed-document.ts';
import {
  type BatchManifest,
  batchManifestSchema,
  type SealedBatch,
  type TransferBatch,
} from '../../contracts/transfer.ts';
import type { SignedStatement } from '../../contracts/transfer-documents.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ClockMark } from '../../lib/clock-state.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import type { KeyRing, SigningKey } from '../../lib/keys.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * A batch file, so that `head -n 2` shows what it is:
 * line 1  `maplebridge-batch 1`
 * line 2  `{"manifest":…,"signature":…}`, the signature (Ed25519) over the manifest's canonical form (RFC 8785)
 * rest    zstd (RFC 8878) of: the records, one JSON object a line, then the evidence files in the manifest's order
 */
const magic = Buffer.from('maplebridge-batch 1\n');
const newline = 0x0a;
/** 10,000 evidence entries of 100 bytes and as many nodes of 130, and some. */
const maxHeaderBytes = 4_194_304;

const headerSchema = z.strictObject({
  manifest: batchManifestSchema,
  signature: signatureSchema,
});

/** What goes into a batch. */
export interface BatchInput {
  readonly sender: string;
  readonly number: number;
  readonly createdAt: number;
  readonly clock?: ClockMark | undefined;
  readonly lines: readonly string[];
  readonly evidence: readonly { readonly sha256: Sha256; readonly bytes: Uint8Array }[];
  readonly statement?: SignedStatement | undefined;
}

/** Packs and signs. */
export async function encodeBatch(input: BatchInput, key: SigningKey): Promise<SealedBatch> {
  const records = Buffer.from(input.lines.map((line) => `${line}\n`).join(''));
  const body = await compress(Buffer.concat([records, ...input.evidence.map((file) => file.bytes)]));
  const manifest: BatchManifest = {
    format: 1,
    sender: input.sender,
    number: input.number,
    createdAt: input.createdAt,
    ...(input.clock && { clock: input.clock }),
    records: { count: input.lines.length, bytes: records.length, sha256: sha256(records) },
    evidence: input.evidence.map((file) => ({ sha256: file.sha256, bytes: file.bytes.length })),
    body: { bytes: body.length, sha256: sha256(body) },
    ...(input.statement === undefined ? {} : { statement: input.statement }),
  };
  const header = canonicalJson({ manifest, signature: key.sign(manifest) });
  const bytes = Buffer.concat([magic, Buffer.from(`${header}\n`), body]);
  return { sender: input.sender, number: input.number, sha256: sha256(bytes), bytes };
}

/** Why a file is not taken. */
type BatchFault =
  | 'not-a-batch'
  | 'truncated'
  | 'bad-header'
  | 'unknown-key'
  | 'bad-signature'
  | 'revoked-key'
  | 'expired-key'
  | 'bad-hash'
  | 'too-large'
  | 'misnamed';

/** A verified batch, or why it is none. */
export type Decoded =
  | { readonly ok: true; readonly batch: TransferBatch }
  | { readonly ok: false; readonly fault: BatchFault; readonly detail: string };

/**
 * Verifies and unpacks. Nothing is unpacked before signature and hash of the packed body are good,
 * and never to more than the signed manifest says or `maxBytes` allows. `at`: now, by the receiver's own clock, UTC ms.
 */
export async function decodeBatch(bytes: Buffer, keys: KeyRing, maxBytes: number, at?: number): Promise<Decoded> {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const { manifest, signature, bodyAt } = header;
  const sealed = keys.verify(manifest, signature, at);
  if (sealed !== 'valid') return fault(sealed, `signed by ${signature.keyId}`);
  if (!keys.speaksFor(signature.keyId, manifest.sender.split('.')[0] ?? '')) {
    return fault('bad-header', 'sender is not the signer');
  }
  const body = bytes.subarray(bodyAt);
  if (body.length < manifest.body.bytes) return fault('truncated', `${body.length} of ${manifest.body.bytes} bytes`);
  if (sha256(body) !== manifest.body.sha256) return fault('bad-hash', 'body');
  const size = manifest.records.bytes + manifest.evidence.reduce((sum, file) => sum + file.bytes, 0);
  if (size > maxBytes) return fault('too-large', `${size} bytes unpacked`);
  return unpack(manifest, body, size, sha256(bytes));
}

type Header =
  | ({ readonly ok: true; readonly bodyAt: number } & z.output<typeof headerSchema>)
  | (Decoded & { readonly ok: false });

/** Takes the first two lines apart, unverified; what follows them need not be there. */
export function readHeader(bytes: Buffer): Header {
  if (!bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))) {
    return fault('not-a-batch', 'first line');
  }
  const end = bytes.indexOf(newline, magic.length);
  if (end < 0) return fault(bytes.length > maxHeaderBytes ? 'not-a-batch' : 'truncated', 'header');
  if (end > maxHeaderBytes) return fault('bad-header', 'too long');
  try {
    const parsed = headerSchema.safeParse(JSON.parse(bytes.toString('utf8', magic.length, end)));
    return parsed.success ? { ok: true, bodyAt: end + 1, ...parsed.data } : fault('bad-header', 'schema');
  } catch {
    return fault('bad-header', 'not JSON');
  }
}

async function unpack(manifest: BatchManifest, body: Buffer, size: number, hash: Sha256): Promise<Decoded> {
  let content: Buffer;
  try {
    content = await decompress(body, { maxOutputLength: Math.max(1, size) });
  } catch {
    return fault('bad-hash', 'body does not unpack');
  }
  if (content.length !== size) return fault('bad-hash', 'unpacked size');
  const records = content.subarray(0, manifest.records.bytes);
  if (sha256(records) !== manifest.records.sha256) return fault('bad-hash', 'records');
  const lines = records.toString('utf8').split('\n').slice(0, -1);
  if (lines.length !== manifest.records.count) return fault('bad-hash', 'number of records');
  let at = records.length;
  const evidence = manifest.evidence.map((file) => {
    const bytes = content.subarray(at, at + file.bytes);
    at += file.bytes;
    return { sha256: file.sha256, bytes };
  });
  const damaged = evidence.find((file) => sha256(file.bytes) !== file.sha256);
  if (damaged !== undefined) return fault('bad-hash', `evidence ${damaged.sha256}`);
  return { ok: true, batch: { manifest, sha256: hash, lines, evidence } };
}

function fault(kind: BatchFault, detail: string): Decoded & { readonly ok: false } {
  return { ok: false, fault: kind, detail };
}
