import { generateSigningKey } from '../lib/keys.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { listKeys } from './keys-list.ts';
import { revokeKey } from './keys-revoke.ts';
import { rotateKey } from './keys-rotate.ts';

/** `maplebridge keys …`: the life of a node's or gateway's Ed25519 keys, from the first to the revoked one. */
export const keysCommand: Command = {
  name: 'keys',
  summary:
    'makes, rotates, revokes and lists Ed25519 signing keys (private files mode 0600, public beside them as .pub)',
  usage: [
    'keys generate --out <file>',
    'keys rotate --key <file> (--node <id> | --gateway) [--overlap-days 14] [--out <folder>]',
    'keys revoke --list <file> (--empty | --key-id <id> | --public-key <file>) [--reason <text>] [--at <ISO 8601>] [--admin-key <file>]',
    'keys list --config <collect.yaml | desk.yaml> [--json]',
  ].join('\n       maplebridge '),
  async run(context) {
    const [step, ...args] = context.args;
    const run = steps[step as keyof typeof steps] ?? unknownStep;
    return run({ ...context, args });
  },
};

const steps = {
  generate,
  rotate: (context: CommandContext) => rotateKey(context, keysCommand),
  revoke: (context: CommandContext) => revokeKey(context, keysCommand),
  list: (context: CommandContext) => listKeys(context, keysCommand),
};

function generate({ args, print }: CommandContext): number {
  const { values } = parseCommandArguments(keysCommand, args, { out: { type: 'string' } });
  const path = required(values.out, '--out', keysCommand);
  const key = generateSigningKey(path);
  print(`${path} (private, keep it on this machine)\n${path}.pub (hand this to those who verify)\nkey id ${key.keyId}`);
  return 0;
}

function unknownStep(): number {
  required(undefined, 'the word "generate", "rotate", "revoke" or "list"', keysCommand);
  return 2;
}
