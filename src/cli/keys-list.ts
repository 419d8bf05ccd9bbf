import { readFileSync } from 'node:fs';
import type { JudgedKey } from '../gateway/trust/judge-keys.ts';
import { TrustBook } from '../gateway/trust/trust-book.ts';
import { systemClock } from '../lib/clock.ts';
import { loadConfig, readYaml } from '../lib/config.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { collectSchema, deskServiceSchema } from './service-config.ts';

/** What a gateway believes now: every key with whose it is, until when, and where it comes from. */
export async function listKeys({ args, print, log, metrics }: CommandContext, command: Command): Promise<number> {
  const { values } = parseCommandArguments(command, args, { config: { type: 'string' }, json: { type: 'boolean' } });
  const path = required(values.config, '--config', command);
  const book = new TrustBook({ ...trusted(path), clock: systemClock, log, metrics });
  book.load();
  const now = systemClock.now();
  const rows = book.keys.map((key) => ({ ...key, state: stateOf(key, now) }));
  if (values.json === true) print(JSON.stringify({ keys: rows, problems: book.problems }, null, 2));
  else for (const row of rows) print(textOf(row));
  if (values.json !== true) for (const problem of book.problems) print(`not believed: ${problem}`);
  return book.problems.length === 0 ? 0 : 1;
}

function trusted(path: string) {
  const { value } = readYaml(readFileSync(path, 'utf8'), path);
  if (typeof value === 'object' && value !== null && 'collect' in value) {
    const { collect } = loadConfig(path, collectSchema);
    return { nodes: collect.nodes, trust: collect.trust };
  }
  const { deliver, transfer } = loadConfig(path, deskServiceSchema);
  return { nodes: deliver.nodes, senders: transfer.senderKeyFiles, trust: deliver.trust };
}

type KeyState = 'revoked' | 'expired' | 'not yet' | 'retiring' | 'good';

function stateOf({ notBefore, notAfter, revoked }: JudgedKey, now: number): KeyState {
  if (revoked !== undefined && now >= revoked.at) return 'revoked';
  if (notBefore !== undefined && now < notBefore) return 'not yet';
  if (notAfter === undefined) return 'good';
  return now > notAfter ? 'expired' : 'retiring';
}

function textOf(key: JudgedKey & { readonly state: KeyState }): string {
  const holder = key.holder.kind === 'node' ? key.holder.node : '(gateway)';
  const until = key.notAfter === undefined ? '' : ` until ${new Date(key.notAfter).toISOString()}`;
  const why = key.revoked && ` since ${new Date(key.revoked.at).toISOString()}: ${key.revoked.reason}`;
  return `${holder.padEnd(20)} ${key.keyId} ${key.state.padEnd(8)}${why ?? until}  ${key.source}`;
}
