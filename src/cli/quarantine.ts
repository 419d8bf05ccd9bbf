import { userInfo } from 'node:os';
import type {
  QuarantineDetail,
  QuarantineEntry,
  QuarantineFilter,
  QuarantineRequest,
} from '../contracts/quarantine.ts';
import { quarantineActions, quarantineStates } from '../contracts/quarantine.ts';
import { loadConfig } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, required, wholeNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { deskClient, deskOptions } from './desk-access.ts';
import { JournalQuarantine } from './quarantine-journal.ts';
import { collectSchema } from './service-config.ts';

/** Either side of the border. */
interface Quarantine {
  list(filter: QuarantineFilter): Promise<QuarantineEntry[]>;
  get(id: string): Promise<QuarantineDetail>;
  decide(id: string, request: QuarantineRequest): Promise<{ outcome: string; detail: string } | undefined>;
}

/** `maplebridge quarantine`: what was refused on either side of the border, and what becomes of it. */
export const quarantineCommand: Command = {
  name: 'quarantine',
  summary: 'shows what was refused on either side of the border, and releases or discards it, on record',
  usage: `quarantine list [--node <node>] [--reason <kind>] [--state held|released|discarded] [--limit <n>] [--json]
       maplebridge quarantine show <id> [--json]
       maplebridge quarantine release|discard <id> --note <why> [--override] [--json]
       video network: --config <collect.yaml> · government network: --desk <url> [--token-file <file>]`,
  async run({ args, print, signal }) {
    const { values, positionals } = parseCommandArguments(quarantineCommand, args, {
      ...deskOptions,
      config: { type: 'string' },
      node: { type: 'string' },
      reason: { type: 'string' },
      state: { type: 'string' },
      limit: { type: 'string', default: '100' },
      note: { type: 'string' },
      override: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const journal =
      values.config === undefined
        ? undefined
        : new JournalQuarantine(loadConfig(values.config, collectSchema).collect.journalPath);
    const side: Quarantine = journal
      ? {
          list: (filter) => journal.list(filter),
          get: (id) => journal.get(id),
          decide: (id, request) => journal.decide(id, request, signal),
        }
      : deskClient(values, quarantineCommand).quarantine;
    const [verb, id] = positionals;
    const tell = (value: unknown, text: () => string) => print(values.json ? JSON.stringify(value, null, 2) : text());
    try {
      if (verb === 'list') {
        const { node, reason } = values;
        const limit = wholeNumber('limit', values.limit, 1, 1_000);
        const entries = await side.list({ node, reason, state: stateOf(values.state), limit });
        tell(entries, () => (entries.length === 0 ? 'nothing in quarantine' : entries.map(line).join('\n')));
        return 0;
      }
      if (verb === 'show') {
        const entry = await side.get(required(id, 'the id', quarantineCommand));
        tell(entry, () => [line(entry), ...decisionLines(entry), '', entry.payload].join('\n'));
        return 0;
      }
      const action = quarantineActions.find((each) => each === verb);
      if (action === undefined) throw usage('list, show, release or discard');
      const note = required(values.note, '--note', quarantineCommand).trim();
      if (note.length < 5 || note.length > 300) throw usage('--note must say why, in 5 to 300 characters');
      const request = { action, by: userInfo().username, note, override: values.override };
      const done = await side.decide(required(id, 'the id', quarantineCommand), request);
      tell(done ?? { outcome: 'waiting' }, () =>
        done === undefined
          ? 'left for the gateway, which does not answer: it is carried out when it runs'
          : `${done.outcome}: ${done.detail}`,
      );
      return 0;
    } finally {
      journal?.close();
    }
  },
};

function usage(what: string): AppError {
  return new AppError('MB_USAGE', `${what}\nusage: maplebridge ${quarantineCommand.usage}`);
}

function stateOf(text: string | undefined): QuarantineFilter['state'] {
  const state = quarantineStates.find((each) => each === text);
  if (text !== undefined && state === undefined) throw usage(`--state must be one of ${quarantineStates.join(', ')}`);
  return state;
}

function line({ id, at, state, reason, node, source, bytes, detail }: QuarantineEntry): string {
  const words = [id.padEnd(18), new Date(at).toISOString(), state.padEnd(9), reason.padEnd(13), node ?? '-', source];
  return `${words.join('  ')}  ${bytes} B  ${printable(detail)}`;
}

function decisionLines({ decision }: QuarantineEntry): string[] {
  if (decision === undefined) return [];
  const { action, by, note, at, override, outcome } = decision;
  const came = outcome.kind === 'waiting' ? 'waiting' : `${outcome.kind}: ${outcome.detail}`;
  const how = override ? ' by override' : '';
  return [
    `${new Date(at).toISOString()}  ${action}${how} by ${printable(by)}: ${printable(note)} (${printable(came)})`,
  ];
}

/** What came from outside must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '·');
}
