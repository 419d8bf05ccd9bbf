import { z } from 'zod';

const moment = (description: string) =>
  z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: `${description} ISO 8601, for instance 2026-12-01T00:00:00Z.` });

const term = {
  notBefore: moment('Before this the key is not known.'),
  notAfter: moment('After this the key no longer counts; without it, as a rotation statement says.'),
};

/** A node's public key; several entries for one node while keys overlap. */
export const nodeKeyConfig = z.strictObject({
  node: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected letters, digits, `_`, `.`, `-`, at most 64')
    .meta({ description: 'Id of the node. Several entries of one node are several keys of it.' }),
  publicKeyFile: z.string().meta({ description: 'PEM file of the node’s public key (`<key>.pub`).' }),
  ...term,
});

/** A collecting gateway's public key: a file, or a file with its term. */
export const senderKeyConfig = z.union([
  z.string(),
  z.strictObject({
    publicKeyFile: z.string().meta({ description: 'PEM file of the gateway’s public key.' }),
    ...term,
    succeeds: z
      .array(z.string().regex(/^[0-9a-f]{16}$/))
      .max(100)
      .optional()
      .meta({ description: 'Ids of the gateway’s earlier keys: batches go on under the name of the first.' }),
  }),
]);

/** Where key rotations and revocations are read from, again and again while the service runs. */
export const trustConfig = z
  .strictObject({
    rotationsDir: z.string().optional().meta({
      description: 'Folder of rotation statements (`maplebridge keys rotate`): files ending in .rotation.json.',
    }),
    revocations: z
      .strictObject({
        file: z.string().meta({ description: 'Revocation list (`maplebridge keys revoke`).' }),
        administratorKeyFiles: z.array(z.string()).max(20).default([]).meta({
          description:
            'PEM files of the public keys one of which must have signed the list. Without any, the list must belong to this service’s user or root, and nobody else may be able to write it.',
        }),
      })
      .optional()
      .meta({ description: 'Keys that must no longer be believed.' }),
  })
  .prefault({});

/** As read from a file. */
export type NodeKeyConfig = z.output<typeof nodeKeyConfig>;

/** As read from a file. */
export type SenderKeyConfig = z.output<typeof senderKeyConfig>;

/** As read from a file. */
export type TrustConfig = z.output<typeof trustConfig>;
