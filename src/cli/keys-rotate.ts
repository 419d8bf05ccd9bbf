import { existsSync, linkSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type KeyHolder, signRotation } from '../contracts/key-rotation.ts';
import type { NodeId } from '../domain/ids.ts';
import { rotationSuffix } from '../gateway/trust/trust-files.ts';
import { systemClock } from '../lib/clock.ts';
import { writeDurable } from '../lib/durable-file.ts';
import { AppError } from '../lib/errors.ts';
import { generateSigningKey, loadSigningKey } from '../lib/keys.ts';
import { parseCommandArguments, required, wholeNumber } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

const dayMs = 86_400_000;

/**
 * Puts a new key in the place of one, keeps the old one beside it and writes the statement that both sign.
 * In this order, so that whenever it is interrupted there is a key under its name, and the command, given again, goes
 * on with the same new key: a statement that was handed out already stays true.
 */
export async function rotateKey({ args, print }: CommandContext, command: Command): Promise<number> {
  const { values } = parseCommandArguments(command, args, {
    key: { type: 'string' },
    node: { type: 'string' },
    gateway: { type: 'boolean' },
    'overlap-days': { type: 'string', default: '14' },
    out: { type: 'string' },
  });
  const path = required(values.key, '--key', command);
  const holder = holderOf(values, command);
  const overlapMs = wholeNumber('overlap-days', values['overlap-days'], 0, 365) * dayMs;
  const old = loadSigningKey(path);
  const nextPath = `${path}.next`;
  const next = existsSync(nextPath) ? loadSigningKey(nextPath) : generateSigningKey(nextPath);
  const from = systemClock.now();
  const signed = signRotation({ old, next }, { holder, from, overlapUntil: from + overlapMs });
  const who = holder.kind === 'node' ? holder.node : 'gateway';
  const statement = join(values.out ?? dirname(path), `${who}-${old.keyId}-${next.keyId}${rotationSuffix}`);
  await writeDurable(statement, Buffer.from(`${JSON.stringify(signed, null, 2)}\n`));
  const retired = `${path}.retired-${old.keyId}`;
  if (!existsSync(retired)) linkSync(path, retired);
  await writeDurable(`${retired}.pub`, Buffer.from(old.publicPem()));
  await writeDurable(`${path}.pub`, Buffer.from(next.publicPem()));
  renameSync(nextPath, path);
  if (existsSync(`${nextPath}.pub`)) renameSync(`${nextPath}.pub`, `${path}.pub`);
  print(
    [
      `${path} is now key ${next.keyId}; the old one, ${old.keyId}, is ${retired}`,
      `${statement} (hand this to the gateways: their trust.rotationsDir)`,
      `both keys are good until ${new Date(from + overlapMs).toISOString()}`,
      'then restart the service, or send SIGHUP to an edge node: until the gateways have the statement its alerts wait',
    ].join('\n'),
  );
  return 0;
}

function holderOf(values: { node?: string; gateway?: boolean }, command: Command): KeyHolder {
  if ((values.node === undefined) === (values.gateway !== true)) {
    throw new AppError('MB_USAGE', `one of --node and --gateway is needed\nusage: maplebridge ${command.usage}`);
  }
  return values.node === undefined ? { kind: 'gateway' } : { kind: 'node', node: values.node as NodeId };
}
