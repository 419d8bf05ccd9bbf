import { existsSync, readFileSync } from 'node:fs';
import { demoSecret } from '../lib/default-credentials.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { required } from './arguments.ts';
import type { Command } from './command.ts';
import { DeskClient } from './desk-client.ts';

/** Where a running demo says its address, so that commands find it without being told. */
const demoAddressFile = '.maplebridge/demo/desk-address';

/** Options by which a command finds its desk. */
export const deskOptions = { desk: { type: 'string' }, 'token-file': { type: 'string' } } as const;

/**
 * The desk that the options, the environment (MAPLEBRIDGE_DESK, MAPLEBRIDGE_TOKEN) or a running demo names.
 * @throws AppError MB_USAGE.
 */
export function deskClient(
  values: { readonly desk?: string | undefined; readonly 'token-file'?: string | undefined },
  command: Command,
): DeskClient {
  const demo = existsSync(demoAddressFile) ? readFileSync(demoAddressFile, 'utf8').trim() : undefined;
  const desk = required(values.desk ?? process.env['MAPLEBRIDGE_DESK'] ?? demo, '--desk', command);
  if (!URL.canParse(desk)) throw new AppError('MB_USAGE', `--desk: "${desk}" is not the address of a desk`);
  const file = values['token-file'];
  const token = file === undefined ? process.env['MAPLEBRIDGE_TOKEN'] : tokenIn(file);
  return new DeskClient({ address: desk, token: token ?? (desk === demo ? `${demoSecret}-auditor` : '') });
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AppError('MB_USAGE', `--token-file: ${messageOf(error)}`, { cause: error });
  }
}
