import { z } from 'zod';

/** Handing batches to the desk. */
export const deliverConfig = z.strictObject({
  nodes: z
    .array(
      z.strictObject({
        node: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
        publicKeyFile: z.string().meta({ description: 'PEM file of the node’s public key.' }),
      }),
    )
    .min(1)
    .max(10_000)
    .meta({ description: 'Nodes whose alerts are believed; checked again here, whatever the gateway before said.' }),
});

/** As read from a file. */
export type DeliverConfig = z.output<typeof deliverConfig>;
