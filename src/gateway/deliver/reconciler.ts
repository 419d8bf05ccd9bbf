import { join } from 'node:path';
import { type SignedDocument, signDocument } from '../../contracts/signed-document.ts';
import type { BatchConsumer, TransferReceiver, WaitingBatches } from '../../contracts/transfer.ts';
import {
  type NumberRange,
  type Reconciliation,
  reconciliationLine,
  type SignedStatement,
  senderId,
} from '../../contracts/transfer-documents.ts';
import type { TransferLedger } from '../../contracts/transfer-ledger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { keepNewest, writeDurable } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';

/** What the reconciler needs. */
export interface ReconcilerOptions {
  readonly ledger: TransferLedger;
  readonly consumer: Pick<BatchConsumer, 'position' | 'report'>;
  readonly receiver: Pick<TransferReceiver, 'waiting' | 'sendBack'>;
  readonly evidence: ContentStore;
  /** Of this side. */
  readonly key: SigningKey;
  readonly reportDir: string;
  readonly reportsKept: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A report that was written. */
export interface WrittenReport {
  readonly file: string;
  readonly report: Reconciliation;
}

const evidencePage = 1_000;

/** Holds what each sender says it sent against the desk's rows, and writes what it finds, signed. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #missing: Gauge<'sender' | 'what'>;
  /** Findings that were reported already, by sender. */
  readonly #told = new Map<string, string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#missing = options.metrics.gauge(
      'maplebridge_reconciliation_missing',
      'Sent and not received, by last report',
      ['sender', 'what'],
    );
  }

  /** A report on every sender. Rejects when the desk or the disk will not have it. */
  async run(): Promise<WrittenReport[]> {
    const { ledger, receiver } = this.#options;
    const waiting = new Map((await receiver.waiting()).map((each) => [each.sender, each]));
    // What this side itself finds stands under names of its own, which send nothing.
    const known = (await ledger.senders()).filter((sender) => senderId.safeParse(sender).success);
    const senders = new Set([...known, ...waiting.keys()]);
    const written: WrittenReport[] = [];
    for (const sender of senders) written.push(await this.#write(await this.#report(sender, waiting.get(sender))));
    return written;
  }

  async #report(sender: string, waiting: WaitingBatches | undefined): Promise<Reconciliation> {
    const { ledger, consumer, clock } = this.#options;
    const position = await consumer.position(sender);
    const kept = await ledger.statement(sender, false);
    const ahead = waiting?.statement;
    const signed = (ahead?.statement.through ?? 0) > (kept?.statement.through ?? 0) ? ahead : kept;
    const from = signed?.statement.from ?? 1;
    const through = signed?.statement.through ?? position;
    const account = await ledger.account(sender, from, through);
    const here = waiting?.batches ?? [];
    const missing = without(account.missingBatches, here);
    const { alerts = 0, evidenceFiles = 0 } = signed?.statement ?? {};
    const lacking = {
      alerts: Math.max(0, alerts - account.alerts - account.refused),
      evidenceFiles: Math.max(0, evidenceFiles - account.evidenceFiles),
    };
    // Numbers that were refused or are on their way are not here either: named only where some are truly missing.
    const nodes = lacking.alerts > 0 ? await this.#nodes(sender, await ledger.statement(sender, true)) : [];
    const evidencePresent = await this.#evidencePresent(sender);
    const lostFiles = Math.max(0, account.evidenceFiles - evidencePresent);
    const report: Reconciliation = {
      kind: 'reconciliation',
      format: 1,
      sender,
      at: clock.now(),
      statement: signed ?? null,
      position,
      received: {
        batches: account.batches,
        alerts: account.alerts,
        integrity: account.integrity,
        evidenceFiles: account.evidenceFiles,
        evidenceBytes: account.evidenceBytes,
        refused: account.refused,
        evidencePresent,
      },
      missing: {
        batches: missing.map(([first, last]) => [first, last]),
        batchCount: missing.reduce((sum, [first, last]) => sum + last - first + 1, 0),
        alerts: lacking.alerts,
        evidenceFiles: lacking.evidenceFiles + lostFiles,
        nodes,
        thinned: [...account.thinned],
      },
      waiting: here.map(([first, last]) => [first, last]),
      passedOver: account.passedOver.map(([first, last]) => [first, last]),
      complete: false,
    };
    return { ...report, complete: isComplete(report) };
  }

  /** Nodes of whom alerts are missing, with their numbers, as of the sender's last statement of the whole. */
  async #nodes(sender: string, whole: SignedStatement | undefined): Promise<Reconciliation['missing']['nodes']> {
    const { ledger } = this.#options;
    if (whole === undefined) return [];
    const held = await ledger.nodes(sender, whole.statement.through);
    const short: Reconciliation['missing']['nodes'] = [];
    for (const { node, alerts: sent, lowest, highest } of whole.statement.nodes ?? []) {
      const received = held.get(node) ?? 0;
      if (received >= sent) continue;
      const numbers = await ledger.missingNumbers(node, lowest, highest);
      short.push({ node, sent, received, numbers: numbers.map(([from, to]) => [from, to]) });
    }
    return short;
  }

  async #evidencePresent(sender: string): Promise<number> {
    const { ledger, evidence } = this.#options;
    let present = 0;
    for (let after = ''; ; ) {
      const page = await ledger.evidence(sender, after, evidencePage);
      for (const hash of page) if (await evidence.has(hash)) present += 1;
      const last = page.at(-1);
      if (last === undefined || page.length < evidencePage) return present;
      after = last;
    }
  }

  async #write(report: Reconciliation): Promise<WrittenReport> {
    const { key, reportDir, reportsKept, receiver, log } = this.#options;
    const { sender, missing } = report;
    const signed: SignedDocument<Reconciliation> = signDocument(report, key);
    const text = `${JSON.stringify(signed, null, 2)}\n`;
    const file = join(reportDir, `reconciliation-${report.at}-${sender}.json`);
    await writeDurable(file, Buffer.from(text));
    await keepNewest(reportDir, reportsKept, (name) => name.startsWith('reconciliation-'));
    for (const [what, value] of [
      ['batches', missing.batchCount],
      ['alerts', missing.alerts],
      ['evidence', missing.evidenceFiles],
    ] as const) {
      this.#missing.set({ sender, what }, value);
    }
    await this.#tell(report);
    await receiver.sendBack(sender, JSON.stringify(signed)).catch((error: unknown) => {
      log.warn({ sender, reason: messageOf(error) }, 'reconciliation report not sent back');
    });
    return { file, report };
  }

  /** What is missing is an integrity incident, once for as long as it stays the same. */
  async #tell(report: Reconciliation): Promise<void> {
    const { consumer, log, clock } = this.#options;
    const line = reconciliationLine(report);
    log.info({ sender: report.sender, complete: report.complete }, line);
    const detail = `reconciliation with ${report.sender}: ${line}`.slice(0, 500);
    if (report.complete || this.#told.get(report.sender) === detail) return;
    await consumer.report(report.sender, { kind: 'gap', node: undefined, detail, at: clock.now() });
    this.#told.set(report.sender, detail);
  }
}

/** Whether nothing that was sent is missing; what only waits behind something is. */
function isComplete({ missing, waiting }: Reconciliation): boolean {
  const lacks = missing.batchCount + missing.alerts + missing.evidenceFiles + missing.nodes.length;
  return lacks + missing.thinned.length + waiting.length === 0;
}

/** Runs without the numbers of others. */
function without(runs: readonly NumberRange[], others: readonly NumberRange[]): NumberRange[] {
  return others.reduce<readonly NumberRange[]>(
    (left, [first, last]) =>
      left.flatMap(([from, to]): NumberRange[] => {
        if (last < from || to < first) return [[from, to]];
        const before: NumberRange[] = from < first ? [[from, first - 1]] : [];
        return last < to ? [...before, [last + 1, to]] : before;
      }),
    runs,
  ) as NumberRange[];
}
