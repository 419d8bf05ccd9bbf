import { createHash, type Hash } from 'node:crypto';
import type { Checkpoint } from '../../contracts/audit-checkpoint.ts';
import type { ExportLine } from '../../contracts/audit-export.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { TicketRow } from '../store/ticket-row.ts';
import type { AlertRow, EvidenceRow, SealJudge } from './alert-check.ts';
import { ChainCheck, type StoredRecord } from './chain-check.ts';
import { CheckpointCheck } from './checkpoint-check.ts';
import type { DispatchRow } from './dispatch-check.ts';
import { exportLines } from './export-reader.ts';
import { ticketProblem } from './ticket-check.ts';

/** What came out of checking an export. */
export interface ExportReport {
  readonly verified: boolean;
  readonly deskId: string;
  readonly records: number;
  readonly root: Sha256;
  readonly head: Sha256;
  /** The checkpoint signed for this export. */
  readonly signed: Checkpoint | undefined;
  readonly checkpoints: number;
  readonly tickets: number;
  readonly dispatches: number;
  readonly alerts: number;
  /** Evidence files listed as here, and how many of them were compared with their hash. */
  readonly files: { readonly listed: number; readonly checked: number };
  readonly integrityIncidents: number;
  /** Older checkpoints that the log was shown to begin with. */
  readonly since: readonly Checkpoint[];
  readonly problems: readonly string[];
}

type RowLine = Extract<ExportLine, { row: unknown }>;
type FileLine = Extract<ExportLine, { type: 'file' }>;

/**
 * Checks an export with nothing but public keys: recomputes chain and tree from the records, holds every checkpoint
 * against them, every row against the log, every seal against its node's key.
 * @throws AppError MB_AUDIT_FILE for a file that is not a whole export; what is wrong in one is a problem in the report.
 */
export async function verifyExport(
  path: string,
  trust: {
    readonly deskKeys: KeyRing;
    readonly seal: SealJudge;
    /** Checkpoints the log must begin with: what it was known to be before. */
    readonly since?: readonly Checkpoint[];
    /** Where evidence files are that the export does not hold. */
    readonly evidence?: ContentStore | undefined;
  },
): Promise<ExportReport> {
  const check = new ExportCheck(trust);
  let lines = 0;
  for await (const line of exportLines(path)) {
    lines += 1;
    try {
      check.add(line);
    } catch (error) {
      // A row may say anything: what cannot even be compared was not written by a desk.
      throw new AppError(
        'MB_AUDIT_FILE',
        `${path}, line ${lines}: a ${line.type} that cannot be: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
  return check.finish(trust.evidence);
}

/** The newest checkpoint in an export, unchecked. @throws AppError MB_AUDIT_FILE. */
export async function signedFor(path: string): Promise<Checkpoint | undefined> {
  let signed: Checkpoint | undefined;
  for await (const line of exportLines(path)) if (line.type === 'signed') signed = line.checkpoint;
  return signed;
}

const order = ['header', 'checkpoint', 'record', 'ticket', 'dispatch', 'alert', 'file', 'signed'] as const;

class ExportCheck {
  readonly #chain = new ChainCheck();
  readonly #checkpoints: CheckpointCheck;
  readonly #seal: SealJudge;
  readonly #since: readonly Checkpoint[];
  readonly #tickets = new Set<string>();
  /** Files that rows say are here → whether their bytes were seen and matched. */
  readonly #files = new Map<Sha256, boolean>();
  #header: Extract<ExportLine, { type: 'header' }> | undefined;
  #signed: Checkpoint | undefined;
  #open: { readonly sha256: Sha256; readonly hash: Hash } | undefined;
  #stage = 0;
  #counts = { dispatches: 0, alerts: 0 };

  constructor({ deskKeys, seal, since = [] }: { deskKeys: KeyRing; seal: SealJudge; since?: readonly Checkpoint[] }) {
    this.#checkpoints = new CheckpointCheck({ keys: deskKeys, problem: (text) => this.#chain.problem(text) });
    this.#seal = seal;
    this.#since = since;
  }

  add(line: ExportLine): void {
    if (line.type === 'end') return;
    this.#enter(line.type);
    switch (line.type) {
      case 'header':
        this.#header = line;
        for (const each of this.#since) this.#expectOlder(each);
        this.#checkpoints.reached(this.#chain.tree, this.#chain.head);
        return;
      case 'checkpoint':
        this.#checkpoints.add(line.checkpoint);
        this.#ofThisDesk(line.checkpoint);
        return;
      case 'file':
        this.#file(line);
        return;
      case 'signed':
        this.#sign(line.checkpoint);
        return;
      default:
        this.#row(line);
    }
  }

  async finish(evidence: ContentStore | undefined): Promise<ExportReport> {
    const problem = (text: string) => this.#chain.problem(text);
    if (this.#signed === undefined) problem('the export is not signed');
    this.#checkpoints.finish(this.#chain.tree, this.#chain.head);
    for (const id of this.#chain.tickets.keys())
      if (!this.#tickets.has(id)) problem(`ticket ${id}: in the log, but gone`);
    for (const id of this.#chain.dispatches.left()) problem(`dispatch ${id}: in the log, but gone`);
    for (const id of this.#chain.alerts.left()) problem(`alert ${id}: in the log, but gone`);
    const withEvidence = this.#header?.withEvidence ?? false;
    let checked = 0;
    for (const [hash, seen] of this.#files) {
      if (seen) checked += 1;
      else if (withEvidence) problem(changedFile(hash));
      else if (evidence !== undefined) {
        checked += 1;
        if (!(await evidence.isIntact(hash))) problem(changedFile(hash));
      }
    }
    const { verified, records, head, root, integrityIncidents, problems } = this.#chain.report();
    return {
      verified,
      deskId: this.#header?.deskId ?? '',
      ...{ records, root, head, integrityIncidents, ...this.#counts },
      signed: this.#signed,
      checkpoints: this.#checkpoints.count,
      tickets: this.#tickets.size,
      files: { listed: this.#files.size, checked },
      since: this.#since,
      problems,
    };
  }

  /** Lines come in one order, so that what is checked against what was read before it. */
  #enter(type: (typeof order)[number]): void {
    const stage = order.indexOf(type);
    if (
      stage < this.#stage ||
      (stage === 0 && this.#header !== undefined) ||
      (stage > 0 && this.#header === undefined)
    ) {
      this.#chain.problem(`the export has a ${type} where none belongs`);
    }
    this.#stage = Math.max(this.#stage, stage);
  }

  #row(line: RowLine): void {
    const { row } = line;
    switch (line.type) {
      case 'record':
        this.#chain.add(row as unknown as StoredRecord);
        this.#checkpoints.reached(this.#chain.tree, this.#chain.head);
        return;
      case 'ticket': {
        const ticket = row as unknown as TicketRow;
        if (this.#tickets.has(ticket.id)) this.#chain.problem(`ticket ${ticket.number}: is there twice`);
        this.#tickets.add(ticket.id);
        this.#chain.problem(ticketProblem(ticket, this.#chain.tickets.get(ticket.id)));
        return;
      }
      case 'dispatch':
        this.#counts.dispatches += 1;
        // Whoever wrote the file may have put any column into it: nothing in an export is newer than its log.
        this.#chain.problem(
          this.#chain.dispatches.compare({ ...(row as unknown as DispatchRow), n: null }, this.#chain.records),
        );
        return;
      case 'alert': {
        this.#counts.alerts += 1;
        const evidence = line.evidence as unknown as EvidenceRow[];
        const problems = this.#chain.alerts.compare(row as unknown as AlertRow, evidence, this.#seal);
        for (const problem of problems) this.#chain.problem(problem);
        for (const file of evidence) if (file.present) this.#files.set(file.sha256, false);
      }
    }
  }

  #file(line: FileLine): void {
    if (line.missing) return;
    if (this.#open === undefined || this.#open.sha256 !== line.sha256) {
      this.#open = { sha256: line.sha256, hash: createHash('sha256') };
    }
    const bytes = Buffer.from(line.data, 'base64');
    if (bytes.toString('base64') !== line.data) this.#chain.problem(`evidence ${line.sha256}: a part is not base64`);
    this.#open.hash.update(bytes);
    if (!line.last) return;
    const seen = this.#files.get(line.sha256);
    const isWhole = this.#open.hash.digest('hex') === line.sha256;
    this.#open = undefined;
    if (seen === undefined) this.#chain.problem(`evidence ${line.sha256}: a file that no alert lists`);
    else if (seen) this.#chain.problem(`evidence ${line.sha256}: is there twice`);
    else if (isWhole) this.#files.set(line.sha256, true);
    // Where the header says that files are in it, it is told at the end.
    else if (!this.#header?.withEvidence) this.#chain.problem(changedFile(line.sha256));
  }

  #sign(checkpoint: Checkpoint): void {
    if (this.#signed !== undefined) this.#chain.problem('the export is signed twice');
    this.#signed = checkpoint;
    this.#checkpoints.add(checkpoint);
    this.#ofThisDesk(checkpoint);
    if (checkpoint.size !== this.#chain.records) {
      this.#chain.problem(`the export was signed over ${checkpoint.size} records, it has ${this.#chain.records}`);
    }
    if (checkpoint.purpose !== 'request') {
      this.#chain.problem(`checkpoint ${checkpoint.number} was not signed for an export, but by ${checkpoint.purpose}`);
    }
  }

  #ofThisDesk({ number, origin }: Checkpoint): void {
    const { deskId } = this.#header ?? {};
    if (origin !== deskId) this.#chain.problem(`checkpoint ${number}: is of desk ${origin}, the export of ${deskId}`);
  }

  #expectOlder(older: Checkpoint): void {
    this.#checkpoints.expect(older, `the older checkpoint ${older.number}`);
    this.#ofThisDesk(older);
  }
}

function changedFile(hash: Sha256): string {
  return `evidence ${hash}: the file is missing or was changed`;
}
