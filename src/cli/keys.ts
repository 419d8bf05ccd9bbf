import { generateSigningKey } from '../lib/keys.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';

/** `maplebridge keys generate --out <file>`: a node's or gateway's own Ed25519 key pair. */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'makes an Ed25519 signing key pair (private file mode 0600, public beside it as .pub)',
  usage: 'keys generate --out <file>',
  async run({ args, print }) {
    const { values, positionals } = parseCommandArguments(keysCommand, args, { out: { type: 'string' } });
    required(positionals[0] === 'generate' ? 'generate' : undefined, 'the word "generate"', keysCommand);
    const path = required(values.out, '--out', keysCommand);
    const key = generateSigningKey(path);
    print(
      `${path} (private, keep it on this machine)\n${path}.pub (hand this to those who verify)\nkey id ${key.keyId}`,
    );
    return 0;
  },
};
