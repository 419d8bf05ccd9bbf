import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { senderId } from '../../contracts/transfer-documents.ts';

const protoFile = fileURLToPath(new URL('../../../proto/maplebridge/transfer/v1/transfer.proto', import.meta.url));

/** Bytes of a batch in one message. */
export const chunkBytes = 262_144;
/** Largest message either side reads; `Listen` carries reports, which name every node. */
export const maxMessageBytes = 8_388_608;

const number = z.number().int().positive();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const outcome = z.enum([
  'OUTCOME_UNSPECIFIED',
  'OUTCOME_TAKEN',
  'OUTCOME_REPLAYED',
  'OUTCOME_LANDED',
  'OUTCOME_REFUSED',
  'OUTCOME_UNKNOWN',
]);
const head = z.object({ sender: senderId, number, sha256: hash, size: z.number().int().nonnegative() });
const answer = z.object({ outcome, fault: z.string().max(64), detail: z.string().max(500) });

/** Messages of transfer.proto as they are checked when they come in; a test holds them against the file. */
export const grpcMessages = {
  BatchHead: head,
  SendRequest: z.object({ head: head.optional(), chunk: z.instanceof(Buffer).optional() }),
  SendResponse: answer,
  AskRequest: z.object({ sender: senderId, number, sha256: hash }),
  AskResponse: answer,
  ListenRequest: z.object({ sender: senderId }),
  ListenResponse: z.object({ document: z.string() }),
} as const;

/** The first message of a call that sends a batch. */
export type BatchHead = z.output<typeof head>;
/** What the server says of a batch. */
export type BatchAnswer = z.output<typeof answer>;
/** One message of a call that sends a batch. */
export type SendRequest = { head: BatchHead } | { chunk: Uint8Array };

/** Service definition and client constructor, from the file in `proto/`. */
export function loadTransferService(): grpc.ServiceClientConstructor {
  // `longs`: numbers and sizes stay below 2^53. Proto3 fields that are not set read as their defaults.
  const definition = loadSync(protoFile, {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    maplebridge: { transfer: { v1: { Transfer: grpc.ServiceClientConstructor } } };
  };
  return loaded.maplebridge.transfer.v1.Transfer;
}
