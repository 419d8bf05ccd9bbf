import { readFileSync } from 'node:fs';
import { openDocument } from '../contracts/signed-document.ts';
import { reconciliationLine, reconciliationSchema } from '../contracts/transfer-documents.ts';
import { loadConfig } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import { KeyRing, loadPublicKey } from '../lib/keys.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { orderDesk } from './desk-order.ts';
import { deskServiceSchema } from './service-config.ts';
import { readNamed } from './signed-order.ts';

/** `maplebridge reconcile report|verify`: "N sent, N received, 0 missing", signed by both ends. */
export const reconcileCommand: Command = {
  name: 'reconcile',
  summary: 'says what was sent, received and is missing; checks such a report without any service',
  usage:
    'reconcile report --config <desk.yaml> [--json] | reconcile verify <report.json> --keys <a.pub>,<b.pub>   (exit 1: something is missing)',
  run(context) {
    const { values, positionals } = parseCommandArguments(reconcileCommand, context.args, {
      config: { type: 'string' },
      keys: { type: 'string' },
      json: { type: 'boolean' },
    });
    const [verb, file] = positionals;
    if (verb === 'verify') {
      return verify(
        required(file, 'the report', reconcileCommand),
        required(values.keys, '--keys', reconcileCommand),
        context,
      );
    }
    required(verb === 'report' ? verb : undefined, '"report" or "verify"', reconcileCommand);
    return report(required(values.config, '--config', reconcileCommand), values.json === true, context);
  },
};

async function report(path: string, json: boolean, { print, signal }: CommandContext): Promise<number> {
  const { transfer } = loadConfig(path, deskServiceSchema);
  const { ok, lines, files = [] } = await orderDesk(transfer.reportDir, '"reconcile"', signal);
  if (json)
    print(
      JSON.stringify(
        files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown),
        null,
        2,
      ),
    );
  else for (const line of [...lines, ...files]) print(line);
  if (lines.length === 0) print('nothing has crossed yet');
  return ok ? 0 : 1;
}

async function verify(file: string, keyFiles: string, { print }: CommandContext): Promise<number> {
  const keys = new KeyRing(keyFiles.split(',').map((each) => loadPublicKey(each)));
  const opened = openDocument(readNamed(file), reconciliationSchema, keys);
  if (!opened.ok) throw new AppError('MB_DOCUMENT_INVALID', `${file}: ${opened.reason}`);
  const { document, signature } = opened;
  print(`receiver  signed by ${signature.keyId} on ${new Date(document.at).toISOString()}`);
  if (document.statement !== null) {
    const { statement, signature: own } = document.statement;
    const sealed = keys.verify(statement, own);
    if (sealed !== 'valid') throw new AppError('MB_DOCUMENT_INVALID', `${file}: the sender’s statement: ${sealed}`);
    if (statement.sender !== document.sender) {
      throw new AppError('MB_DOCUMENT_INVALID', `${file}: the statement in it is of ${statement.sender}`);
    }
    if (own.keyId === signature.keyId) {
      throw new AppError('MB_DOCUMENT_INVALID', `${file}: one key signed for both ends`);
    }
    const span = `batches ${statement.from} to ${statement.through}`;
    print(`sender    signed by ${own.keyId} on ${new Date(statement.at).toISOString()}, ${span}`);
  }
  print(`${document.sender}: ${reconciliationLine(document)}`);
  return document.complete ? 0 : 1;
}
