import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { durationMs, readSecret, secretRef } from './config.ts';
import { AppError, messageOf } from './errors.ts';

/** How to reach an MQTT broker; the same on both sides of it. */
export const brokerConfig = z.strictObject({
  url: z
    .string()
    .regex(/^(mqtt|mqtts|ws|wss):\/\/[^@]+$/, 'expected mqtt://, mqtts://, ws:// or wss://, without credentials')
    .meta({ description: 'Address of the broker: `mqtt://host:1883`, or `mqtts://` for TLS. No credentials in it.' }),
  username: z.string().min(1).max(128).meta({ description: 'User name at the broker.' }),
  password: secretRef.meta({ description: 'Where the password is.' }),
  caFile: z.string().optional().meta({ description: 'PEM file of the authority that signed the broker, for mqtts.' }),
  connectTimeoutMs: durationMs({ min: 100, max: 60_000, default: 10_000, help: 'How long one try may take.' }),
  keepAliveMs: durationMs({ min: 1_000, max: 600_000, default: 30_000, help: 'MQTT keep-alive interval.' }),
  retryMinMs: durationMs({ min: 10, max: 60_000, default: 500, help: 'First pause between tries.' }),
  retryMaxMs: durationMs({ min: 10, max: 600_000, default: 30_000, help: 'Longest pause between tries.' }),
});

/** A broker's address with the secret read. */
export interface BrokerAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly connectTimeoutMs?: number;
  readonly keepAliveMs?: number;
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
}

/** Reads what the configuration only names. `where` stands for it in messages; throws MB_CONFIG_INVALID. */
export function brokerAccess(config: z.output<typeof brokerConfig>, where: string): BrokerAccess {
  const { password, caFile, ...rest } = config;
  return {
    ...rest,
    password: readSecret(password, `${where}.password`),
    ca: caFile === undefined ? undefined : readCa(caFile, where),
  };
}

function readCa(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('MB_CONFIG_INVALID', `${where}.caFile: ${messageOf(error)}`, { cause: error });
  }
}
