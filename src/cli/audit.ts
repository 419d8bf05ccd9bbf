import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseCheckpoint } from '../contracts/audit-checkpoint.ts';
import { type AuditProof, auditProofSchema, proofProblems } from '../contracts/audit-proof.ts';
import { signedFor, verifyExport } from '../desk/audit/verify-export.ts';
import type { TicketId } from '../domain/ids.ts';
import { ContentStore } from '../lib/content-store.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseCommandArguments, required, wholeNumber } from './arguments.ts';
import { checkpointIn, jsonIn, keysIn, nodeKeysIn } from './audit-files.ts';
import { exportText, proofText } from './audit-text.ts';
import type { Command, CommandContext } from './command.ts';
import { deskClient, deskOptions } from './desk-access.ts';

/** `maplebridge audit export|verify|prove`: the desk's log, for somebody who does not trust the desk. */
export const auditCommand: Command = {
  name: 'audit',
  summary: "hands out the desk's audit log, checks it offline with public keys only, proves single records",
  usage: [
    `audit export --out <file> [--evidence] [--desk <url>] [--token-file <file>]`,
    '       maplebridge audit verify <export|proof> --desk-key <file.pub>… [--node-keys <folder>]',
    '                         [--since <older checkpoint or export>] [--evidence-dir <folder>] [--json]',
    `       maplebridge audit prove <record number|ticketId> --out <file> [--since <older checkpoint>] [--desk <url>] [--token-file <file>]`,
    '       node keys: <node>.pub, or <node>@<anything>.pub where a node has or had several; exit code 1: not verified',
  ].join('\n'),
  async run(context) {
    const [verb, ...args] = context.args;
    const run = verbs[verb ?? ''];
    if (run === undefined) required(undefined, 'export, verify or prove', auditCommand);
    return run?.({ ...context, args }) ?? 2;
  },
};

const verbs: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  export: exportLog,
  verify,
  prove,
};

async function exportLog({ args, print }: CommandContext): Promise<number> {
  const { values } = parseCommandArguments(auditCommand, args, {
    ...deskOptions,
    out: { type: 'string' },
    evidence: { type: 'boolean' },
  });
  const out = required(values.out, '--out', auditCommand);
  const client = deskClient(values, auditCommand);
  const partial = `${out}.part`;
  try {
    const body = await client.exportAudit({ withEvidence: values.evidence === true });
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(partial));
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof AppError) throw error;
    throw new AppError('MB_DESK_UNREACHABLE', `the export broke off: ${messageOf(error)}`, { cause: error });
  }
  // Also whether all of it arrived.
  const signed = await signedFor(partial).catch(async (error: unknown) => {
    await rm(partial, { force: true });
    throw error;
  });
  await rename(partial, out);
  print(
    `${out}: ${signed?.size ?? 0} records, signed ${new Date(signed?.at ?? 0).toISOString()} with key ${signed?.signature.keyId}`,
  );
  return 0;
}

async function verify({ args, print }: CommandContext): Promise<number> {
  const { values, positionals } = parseCommandArguments(auditCommand, args, {
    'desk-key': { type: 'string', multiple: true },
    'node-keys': { type: 'string' },
    'evidence-dir': { type: 'string' },
    since: { type: 'string' },
    json: { type: 'boolean' },
  });
  const file = required(positionals[0], 'the export or proof', auditCommand);
  required(values['desk-key']?.[0], '--desk-key', auditCommand);
  const deskKeys = keysIn(values['desk-key'] ?? []);
  const older = values.since === undefined ? undefined : await checkpointIn(values.since);
  const proof = await proofIn(file);
  if (proof !== undefined) {
    const problems = proofProblems(proof, deskKeys, older);
    const verified = problems.length === 0;
    print(
      values.json === true ? JSON.stringify({ verified, ...proof, problems }, null, 2) : proofText(proof, problems),
    );
    return verified ? 0 : 1;
  }
  const nodeKeys = nodeKeysIn(required(values['node-keys'], '--node-keys', auditCommand));
  const dir = values['evidence-dir'];
  const report = await verifyExport(file, {
    deskKeys,
    seal: (alert) => nodeKeys.check(alert),
    since: older === undefined ? [] : [older],
    evidence: dir === undefined ? undefined : new ContentStore(dir),
  });
  print(values.json === true ? JSON.stringify(report, null, 2) : exportText(report));
  return report.verified ? 0 : 1;
}

async function prove({ args, print }: CommandContext): Promise<number> {
  const { values, positionals } = parseCommandArguments(auditCommand, args, {
    ...deskOptions,
    out: { type: 'string' },
    since: { type: 'string' },
  });
  const what = required(positionals[0], 'the record number or ticket id', auditCommand);
  const out = required(values.out, '--out', auditCommand);
  const older = values.since === undefined ? undefined : await checkpointIn(values.since);
  const subject = /^\d+$/.test(what)
    ? { record: wholeNumber('record', what, 1, Number.MAX_SAFE_INTEGER) }
    : { ticket: what as TicketId };
  const proof = await deskClient(values, auditCommand).proveAudit(subject, older?.size);
  await writeFile(out, `${JSON.stringify(proof)}\n`);
  print(
    `${out}: ${proof.records.length} records of ${proof.checkpoint.size}, under checkpoint ${proof.checkpoint.number}`,
  );
  return 0;
}

/** The proof in a file; undefined for an export. @throws AppError MB_AUDIT_FILE for JSON that is no proof. */
async function proofIn(path: string): Promise<AuditProof | undefined> {
  const text = await jsonIn(path);
  if (text === undefined) return undefined;
  const result = auditProofSchema.safeParse(text);
  if (result.success) return result.data;
  const hint = parseCheckpoint(JSON.stringify(text)) === undefined ? '' : ': a checkpoint goes with --since';
  throw new AppError('MB_AUDIT_FILE', `${path} is neither an export nor a proof${hint}`);
}
