import { z } from 'zod';
import { nodeKeyConfig, trustConfig } from '../../contracts/trust-config.ts';

/** Handing batches to the desk. */
export const deliverConfig = z.strictObject({
  nodes: z
    .array(nodeKeyConfig)
    .min(1)
    .max(10_000)
    .meta({ description: 'Nodes whose alerts are believed; checked again here, whatever the gateway before said.' }),
  trust: trustConfig.meta({ description: 'Key rotations and revocations, of nodes and of collecting gateways.' }),
});
