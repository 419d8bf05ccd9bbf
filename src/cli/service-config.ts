import { z } from 'zod';
import { deskSchema } from '../desk/config.ts';
import { collectConfig, embeddedBrokerConfig } from '../gateway/collect/config.ts';
import { deliverConfig } from '../gateway/deliver/config.ts';
import { transferReceiveConfig, transferSendConfig } from '../gateway/transfer/config.ts';
import { telemetryConfig } from '../lib/telemetry-config.ts';

const http = z
  .strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(9465) })
  .prefault({})
  .meta({ description: 'Where /healthz and /metrics answer.' });

/** Configuration of `maplebridge collect`: the gateway's half on the video network. */
export const collectSchema = z.strictObject({
  embeddedBroker: embeddedBrokerConfig
    .optional()
    .meta({ description: 'A broker inside this process, instead of Mosquitto or EMQX.' }),
  collect: collectConfig,
  transfer: transferSendConfig,
  http,
  telemetry: telemetryConfig,
});

/** Configuration of `maplebridge desk`: the desk and the gateway's half on the government network. */
export const deskServiceSchema = z.strictObject({
  desk: deskSchema,
  deliver: deliverConfig,
  transfer: transferReceiveConfig,
  telemetry: telemetryConfig,
});

/** Checked configuration of `maplebridge collect`. */
export type CollectServiceConfig = z.output<typeof collectSchema>;

/** Checked configuration of `maplebridge desk`. */
export type DeskServiceConfig = z.output<typeof deskServiceSchema>;
