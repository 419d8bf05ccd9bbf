import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { durationMs, readSecret, secretRef } from './config.ts';
import { AppError, messageOf } from './errors.ts';

/** How to reach an MQTT broker; the same on both sides of it. */
export const brokerConfig = z
  .strictObject({
    url: z
      .string()
      .regex(/^(mqtt|mqtts|ws|wss):\/\/[^@]+$/, 'expected mqtt://, mqtts://, ws:// or wss://, without credentials')
      .meta({ description: 'Address of the broker: `mqtt://host:1883`, or `mqtts://` for TLS. No credentials in it.' }),
    username: z.string().min(1).max(128).optional().meta({
      description: 'User name at the broker; left out where the broker takes the name from the certificate.',
    }),
    password: secretRef.optional().meta({ description: 'Where the password is; belongs to `username`.' }),
    caFile: z
      .string()
      .optional()
      .meta({ description: 'PEM file of the authority that signed the broker, for mqtts and wss.' }),
    certFile: z.string().optional().meta({
      description: 'PEM file of the own certificate (mTLS), with what lies between it and the authority.',
    }),
    keyFile: z.string().optional().meta({ description: 'PEM file of the private key of `certFile`.' }),
    serverName: z.string().min(1).max(255).optional().meta({
      description: 'Name that must be in the broker’s certificate, where it is not the one in `url`.',
    }),
    connectTimeoutMs: durationMs({ min: 100, max: 60_000, default: 10_000, help: 'How long one try may take.' }),
    keepAliveMs: durationMs({ min: 1_000, max: 600_000, default: 30_000, help: 'MQTT keep-alive interval.' }),
    retryMinMs: durationMs({ min: 10, max: 60_000, default: 500, help: 'First pause between tries.' }),
    retryMaxMs: durationMs({ min: 10, max: 600_000, default: 30_000, help: 'Longest pause between tries.' }),
    sessionExpiryMs: durationMs({
      min: 0,
      max: 86_400_000,
      help: 'How long an MQTT 5 broker keeps the session of a client that is gone: 2 min for a node, 0 for the gateway where it is left out.',
    }).optional(),
  })
  .superRefine(({ url, username, password, caFile, certFile, keyFile, serverName }, { addIssue }) => {
    const wrong = (key: string, message: string) => addIssue({ code: 'custom', path: [key], message });
    if ((username === undefined) !== (password === undefined)) {
      wrong(username === undefined ? 'username' : 'password', '`username` and `password` go together');
    }
    if ((certFile === undefined) !== (keyFile === undefined)) {
      wrong(certFile === undefined ? 'certFile' : 'keyFile', '`certFile` and `keyFile` go together');
    }
    if (username === undefined && certFile === undefined) {
      wrong('username', 'the broker needs a name: `username` and `password`, or `certFile` and `keyFile`');
    }
    const tls = caFile ?? certFile ?? serverName;
    if (tls !== undefined && !/^(mqtts|wss):/.test(url)) wrong('url', 'certificates need mqtts:// or wss://');
  });

/** Files a TLS connection is made with; read anew for each, so that a certificate can be replaced under way. */
export interface BrokerTls {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
}

/** A broker's address with the secret read. */
export interface BrokerAccess {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: BrokerTls;
  readonly connectTimeoutMs?: number;
  readonly keepAliveMs?: number;
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
  readonly sessionExpiryMs?: number | undefined;
}

/** Reads what the configuration only names. `where` stands for it in messages; throws MB_CONFIG_INVALID. */
export function brokerAccess(config: z.output<typeof brokerConfig>, where: string): BrokerAccess {
  const { password, caFile, certFile, keyFile, serverName, ...rest } = config;
  const tls = { caFile, certFile, keyFile, serverName };
  // Read here only to say at the start what could not be read.
  readBrokerTls(tls, where);
  return { ...rest, password: password && readSecret(password, `${where}.password`), tls };
}

/** What the MQTT library wants to know of TLS, in PEM. @throws AppError MB_CONFIG_INVALID naming the file. */
export function readBrokerTls(
  { caFile, certFile, keyFile, serverName }: BrokerTls = {},
  where = 'broker',
): { ca?: string; cert?: string; key?: string; servername?: string } {
  return {
    ...(caFile === undefined ? {} : { ca: readPem(caFile, `${where}.caFile`) }),
    ...(certFile === undefined ? {} : { cert: readPem(certFile, `${where}.certFile`) }),
    ...(keyFile === undefined ? {} : { key: readPem(keyFile, `${where}.keyFile`) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function readPem(path: string, where: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('MB_CONFIG_INVALID', `${where}: ${messageOf(error)}`, { cause: error });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new AppError('MB_CONFIG_INVALID', `${where}: ${path} is not a PEM file`);
}
