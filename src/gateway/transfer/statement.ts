import type { BatchContent, BatchTally, SentTotals } from '../../contracts/transfer.ts';
import type { SignedStatement, TransferStatement } from '../../contracts/transfer-documents.ts';
import type { SigningKey } from '../../lib/keys.ts';

/** Counts what a batch holds. */
export function tally({ records, evidence }: Pick<BatchContent, 'records' | 'evidence'>): BatchTally {
  const nodes = new Map<string, { node: string; alerts: number; lowest: number; highest: number }>();
  let alerts = 0;
  for (const { line } of records) {
    const sequence = sequenceIn(line);
    if (sequence === undefined) continue;
    alerts += 1;
    const { node, n } = sequence;
    const known = nodes.get(node) ?? { node, alerts: 0, lowest: n, highest: n };
    nodes.set(node, {
      node,
      alerts: known.alerts + 1,
      lowest: Math.min(known.lowest, n),
      highest: Math.max(known.highest, n),
    });
  }
  return {
    alerts,
    integrity: records.length - alerts,
    evidenceFiles: evidence.length,
    evidenceBytes: evidence.reduce((sum, file) => sum + file.bytes, 0),
    nodes: [...nodes.values()],
  };
}

/** What was sent up to and with a batch, signed. `whole`: node by node as well. */
export function stateSent(
  batch: { readonly sender: string; readonly number: number; readonly at: number; readonly tally: BatchTally },
  before: SentTotals,
  whole: boolean,
  key: SigningKey,
): SignedStatement {
  const { sender, number, at, tally: own } = batch;
  const statement: TransferStatement = {
    kind: 'statement',
    format: 1,
    sender,
    from: before.from,
    through: number,
    at,
    batches: number - before.from + 1,
    alerts: before.alerts + own.alerts,
    integrity: before.integrity + own.integrity,
    evidenceFiles: before.evidenceFiles + own.evidenceFiles,
    evidenceBytes: before.evidenceBytes + own.evidenceBytes,
    lost: before.lost.map(([from, to]) => [from, to]),
    ...(whole ? { nodes: addNodes(before.nodes, own.nodes) } : {}),
  };
  return { statement, signature: key.sign(statement) };
}

function addNodes(before: SentTotals['nodes'], own: BatchTally['nodes']): NonNullable<TransferStatement['nodes']> {
  const sum = new Map(before.map((each) => [each.node, { ...each }]));
  for (const each of own) {
    const known = sum.get(each.node) ?? { ...each, alerts: 0 };
    sum.set(each.node, {
      node: each.node,
      alerts: known.alerts + each.alerts,
      lowest: Math.min(known.lowest, each.lowest),
      highest: Math.max(known.highest, each.highest),
    });
  }
  return [...sum.values()].slice(0, maxNodes);
}

/** Nodes a statement has room for; a gateway listens to no more. */
const maxNodes = 10_000;

function sequenceIn(line: string): { node: string; n: number } | undefined {
  const record = JSON.parse(line) as { type?: unknown; event?: { data?: { sequence?: { node: string; n: number } } } };
  return record.type === 'alert' ? record.event?.data?.sequence : undefined;
}
