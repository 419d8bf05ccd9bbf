import { basename, join } from 'node:path';
import { type OpenedDocument, openDocument, signDocument } from '../contracts/signed-document.ts';
import {
  type PassOver,
  passOverSchema,
  type ResendRequest,
  resendRequestSchema,
} from '../contracts/transfer-documents.ts';
import { resendRequest } from '../gateway/deliver/resend-requests.ts';
import { systemClock } from '../lib/clock.ts';
import { loadConfig } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import { KeyRing, loadPublicKey, loadSigningKey } from '../lib/keys.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { orderDesk } from './desk-order.ts';
import { collectSchema, deskServiceSchema } from './service-config.ts';
import { awaitAnswer, placeFile, readNamed } from './signed-order.ts';

type Values = Readonly<Partial<Record<(typeof optionNames)[number], string>>>;
const optionNames = ['config', 'sender', 'batches', 'out', 'key', 'operator', 'reason'] as const;

/** `maplebridge transfer request|resend|pass-over`: batches that did not come. */
export const transferCommand: Command = {
  name: 'transfer',
  summary: 'asks for batches that did not come, sends them again, or decides to go on without them',
  usage: [
    'transfer request --config <desk.yaml> --sender <id> --batches 17,20-22 --out <file>   (carry the file over)',
    'transfer resend --config <collect.yaml> <file>',
    'transfer pass-over --config <desk.yaml> --sender <id> --batches 17 --key <operator.pem> --operator <name> --reason <text>',
  ].join('\n       maplebridge '),
  run(context) {
    const options = Object.fromEntries(optionNames.map((name) => [name, { type: 'string' as const }]));
    const { values, positionals } = parseCommandArguments(transferCommand, context.args, options);
    const [verb, file] = positionals;
    if (verb === 'request') return request(values as Values, context);
    if (verb === 'resend') return resend(values as Values, required(file, 'the request', transferCommand), context);
    required(verb === 'pass-over' ? verb : undefined, '"request", "resend" or "pass-over"', transferCommand);
    return passOver(values as Values, context);
  },
};

const need = (values: Values, name: (typeof optionNames)[number]) =>
  required(values[name], `--${name}`, transferCommand);

async function request(values: Values, { print }: CommandContext): Promise<number> {
  const { transfer } = loadConfig(need(values, 'config'), deskServiceSchema);
  const key = loadSigningKey(required(transfer.keyFile, 'transfer.keyFile in the configuration', transferCommand));
  const now = systemClock.now();
  const document = resendRequest(need(values, 'sender'), batchRanges(need(values, 'batches')), now);
  const text = checked(signDocument<ResendRequest>(document, key), (each) =>
    openDocument(each, resendRequestSchema, ring(key.publicPem())),
  );
  const out = need(values, 'out');
  placeFile(out, `${text}\n`);
  print(`${out}: carry it to the collecting gateway and run \`maplebridge transfer resend\` there`);
  return 0;
}

async function resend(values: Values, file: string, { print, signal }: CommandContext): Promise<number> {
  const { transfer } = loadConfig(need(values, 'config'), collectSchema);
  const keys = new KeyRing(transfer.deliverKeyFiles.map((each) => loadPublicKey(each)));
  const text = readNamed(file);
  const opened = openDocument(text, resendRequestSchema, keys, systemClock.now());
  if (!opened.ok) throw new AppError('MB_DOCUMENT_INVALID', `${file}: ${opened.reason}`);
  const ageMs = systemClock.now() - opened.document.at;
  if (ageMs > transfer.resendMaxAgeMs) {
    throw new AppError('MB_DOCUMENT_INVALID', `${file}: ${Math.round(ageMs / 3_600_000)} hours old, ask for a new one`);
  }
  const name = `resend-${opened.document.id}`;
  placeFile(join(transfer.returnDir, `${name}.json`), text);
  const answer = await awaitAnswer(join(transfer.returnDir, `${name}.answer.json`), signal);
  if (answer === undefined) {
    print(
      `${basename(file)} lies in ${transfer.returnDir}: it is followed when the gateway runs and reaches the border`,
    );
    return 1;
  }
  print(JSON.stringify(answer));
  const { lost, refused } = answer as { lost?: unknown[]; refused?: string };
  return refused !== undefined || (lost ?? []).length > 0 ? 1 : 0;
}

async function passOver(values: Values, { print, signal }: CommandContext): Promise<number> {
  const { transfer } = loadConfig(need(values, 'config'), deskServiceSchema);
  const key = loadSigningKey(need(values, 'key'));
  const decision: PassOver = {
    kind: 'pass-over',
    format: 1,
    sender: need(values, 'sender'),
    batches: batchRanges(need(values, 'batches')),
    operator: need(values, 'operator'),
    reason: need(values, 'reason'),
    at: systemClock.now(),
  };
  const text = checked(signDocument(decision, key), (each) =>
    openDocument(each, passOverSchema, ring(key.publicPem())),
  );
  const { ok, lines } = await orderDesk(transfer.reportDir, text, signal);
  for (const line of lines) print(line);
  return ok ? 0 : 1;
}

const ring = (pem: string) => new KeyRing([pem]);

/** What is about to be written, read as the other side will. @throws AppError MB_USAGE naming what is wrong. */
function checked(document: object, open: (text: string) => OpenedDocument<unknown>): string {
  const text = JSON.stringify(document);
  const opened = open(text);
  if (!opened.ok) throw new AppError('MB_USAGE', opened.reason);
  return text;
}

/** `17,20-22`. @throws AppError MB_USAGE. */
function batchRanges(text: string): [number, number][] {
  return text.split(',').map((part) => {
    const [, from, to] = /^\s*([1-9]\d{0,11})(?:-([1-9]\d{0,11}))?\s*$/.exec(part) ?? [];
    if (from === undefined)
      throw new AppError('MB_USAGE', `--batches: "${part}" is not a number or a range like 20-22`);
    return [Number(from), Number(to ?? from)];
  });
}
