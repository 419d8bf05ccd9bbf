import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError, messageOf } from '../../lib/errors.ts';

/** Certificate, key and authority of one end of a mutual TLS connection. */
export const tlsConfig = z.strictObject({
  certFile: z.string().meta({ description: 'PEM file of this gateway’s own certificate.' }),
  keyFile: z.string().meta({ description: 'PEM file of the certificate’s private key.' }),
  caFile: z.string().meta({ description: 'PEM file of the authority that signed the other side’s certificate.' }),
});

/** PEM texts read. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** Reads the files; `where` names them in messages. @throws AppError MB_CONFIG_INVALID naming the file. */
export function loadTlsIdentity(config: z.output<typeof tlsConfig>, where: string): TlsIdentity {
  const read = (name: 'certFile' | 'keyFile' | 'caFile') => {
    try {
      return readFileSync(config[name]);
    } catch (error) {
      throw new AppError('MB_CONFIG_INVALID', `${where}.${name}: ${messageOf(error)}`, { cause: error });
    }
  };
  return { cert: read('certFile'), key: read('keyFile'), ca: read('caFile') };
}

/** Addresses that never leave the machine: the only ones on which plaintext is spoken. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
