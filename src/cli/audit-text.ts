import type { Checkpoint } from '../contracts/audit-checkpoint.ts';
import type { AuditProof } from '../contracts/audit-proof.ts';
import type { ExportReport } from '../desk/audit/verify-export.ts';

/** What an export came to, for a reader. */
export function exportText(report: ExportReport): string {
  const { signed, files } = report;
  const unchecked = files.listed - files.checked;
  return [
    `audit log of desk ${report.deskId}`,
    `  records      ${report.records}, root ${report.root}`,
    `  signed       ${signed === undefined ? 'not at all' : signedText(signed)}`,
    `  checkpoints  ${report.checkpoints}`,
    `  tickets      ${report.tickets}, with ${report.dispatches} dispatches`,
    `  alerts       ${report.alerts}`,
    `  evidence     ${files.listed} files, ${files.checked} compared with their hash${unchecked > 0 ? `; ${unchecked} are not in the export (--evidence, --evidence-dir)` : ''}`,
    `  on record    ${report.integrityIncidents} breaks of the proof that came in with alerts`,
    ...report.since.map((each) => `  since        checkpoint ${each.number} of ${each.size} records, ${timeOf(each)}`),
    ...verdict(report.problems),
  ].join('\n');
}

/** What a proof came to, for a reader. */
export function proofText(proof: AuditProof, problems: readonly string[]): string {
  const { checkpoint, records, consistency } = proof;
  return [
    `${records.length === 1 ? 'a record' : `${records.length} records`} of desk ${checkpoint.origin}`,
    `  signed       ${signedText(checkpoint)}, ${checkpoint.size} records, root ${checkpoint.root}`,
    ...(consistency === undefined ? [] : [`  begins with  the log of ${consistency.size} records`]),
    ...records.map(({ n, body }) => `  record ${n}  ${body}`),
    ...verdict(problems),
  ].join('\n');
}

function verdict(problems: readonly string[]): string[] {
  if (problems.length === 0) return ['verified'];
  return ['NOT VERIFIED:', ...problems.map((problem) => `  ${problem}`)];
}

function signedText(checkpoint: Checkpoint): string {
  const { number, signature, clock } = checkpoint;
  return `${timeOf(checkpoint)} (clock ${clock.state}), checkpoint ${number}, key ${signature.keyId}`;
}

const timeOf = ({ at }: Checkpoint) => new Date(at).toISOString();
