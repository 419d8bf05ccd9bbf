import { describeIssues } from '../../../contracts/alert-check.ts';
import type { IntegrityIncident } from '../../../contracts/ticket-intake.ts';
import {
  type BatchContent,
  type HeldBack,
  type TransferRecord,
  transferRecordSchema,
} from '../../../contracts/transfer.ts';
import type { WithheldEvidence } from '../../../contracts/withheld-evidence.ts';
import type { NodeId } from '../../../domain/ids.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Counter, Metrics } from '../../../lib/metrics.ts';
import type { EgressPolicy } from './egress-policy.ts';
import { type RefusalSum, RefusalSums } from './refusal-sums.ts';

type AlertRecord = Extract<TransferRecord, { type: 'alert' }>;
type Record = BatchContent['records'][number];
type Judgement = { readonly held: HeldBack; readonly counted: readonly { scene: string; field: string }[] };

/** What the border says to what is next to cross; empty: all of it may cross as it is. */
export interface GuardResult {
  readonly held: readonly HeldBack[];
  readonly incidents: readonly IntegrityIncident[];
}

const node = (record: AlertRecord) => record.event.data.sequence.node as NodeId;

/**
 * The last look before the border. Whatever is held back is counted by scene and field and told in the log; an incident
 * that crosses in its place names node, number, scene and fields, never a value.
 */
export class EgressGuard {
  readonly #clock: Clock;
  readonly #sums: RefusalSums;
  readonly #log: Logger;
  readonly #refused: Counter<'reason'>;
  readonly #fields: Counter<'scene' | 'field'>;
  readonly #withheld: Counter<'scene' | 'kind' | 'reason'>;

  constructor(options: { clock: Clock; log: Logger; metrics: Metrics }) {
    const { metrics } = options;
    this.#clock = options.clock;
    this.#sums = new RefusalSums(options);
    this.#log = options.log;
    this.#refused = metrics.counter('maplebridge_egress_refused_total', 'Messages refused at the border, by reason', [
      'reason',
    ]);
    this.#fields = metrics.counter(
      'maplebridge_egress_fields_refused_total',
      'Fields that are not on the list of their scene, by alerts refused for them',
      ['scene', 'field'],
    );
    this.#withheld = metrics.counter(
      'maplebridge_egress_evidence_withheld_total',
      'Evidence that alerts name and that stays on the video network',
      ['scene', 'kind', 'reason'],
    );
  }

  /** Judges records in order. Counts nothing: `settle` does, once the journal has taken it. */
  inspect(records: readonly Record[], policy: EgressPolicy): GuardResult & { settle(): void } {
    const judgements = records.flatMap((record) => this.#judge(record, policy) ?? []);
    const held = judgements.map((each) => each.held);
    const refusals = held.flatMap((each) => (each.what === 'record' ? [each.refusal] : []));
    const { told, settle } = this.#sums.add(refusals);
    return {
      held,
      incidents: told.map((sum) => this.#incident(sum)),
      settle: () => {
        settle();
        this.#settle(judgements, policy);
      },
    };
  }

  #judge({ seq, line }: Record, policy: EgressPolicy): Judgement | undefined {
    const read = readRecord(line);
    if ('wrong' in read) return refusedRecord(seq, read.wrong);
    if (read.record.type !== 'alert') return undefined;
    const verdict = policy.judge(read.record.event.data);
    if (!verdict.crosses) return refusedAlert(seq, read.record, verdict);
    return withheldFrom(seq, read.record, verdict.withheld);
  }

  #incident({ node: from, scene, reason, count, numbers }: RefusalSum): IntegrityIncident {
    const which = numbers === undefined ? '' : ` ${numbers.from}–${numbers.to}`;
    const detail = `${count} of alerts${which} refused at the border, scene ${scene}: ${reason}`;
    const about = { kind: 'egress-refused', node: from, ...(numbers && { alerts: numbers }) } as const;
    return { ...about, detail: detail.slice(0, 500), at: this.#clock.now() };
  }

  #settle(judgements: readonly Judgement[], { version }: EgressPolicy): void {
    for (const { held, counted } of judgements) {
      for (const labels of counted) this.#fields.inc(labels);
      if (held.what === 'record') {
        const { node: from, n, alertId, scene, reason } = held.refusal;
        this.#refused.inc({ reason: counted.length > 0 ? 'unlisted-field' : 'bad-schema' });
        this.#log.error({ node: from, n, alertId, scene, reason, policy: version }, 'alert refused at the border');
      } else {
        this.#tellWithheld(held, version);
      }
    }
  }

  #tellWithheld({ line, files }: HeldBack & { what: 'evidence' }, policy: string): void {
    const { scene, evidence, alertId } = (JSON.parse(line) as AlertRecord).event.data;
    for (const { sha256, reason } of files) {
      const kind = evidence.find((file) => file.sha256 === sha256)?.kind ?? 'trigger';
      this.#withheld.inc({ scene, kind, reason });
      this.#log.warn({ alertId, scene, kind, sha256, reason, policy }, 'evidence stays on the video network');
    }
  }
}

function readRecord(line: string): { readonly record: TransferRecord } | { readonly wrong: string } {
  try {
    const parsed = transferRecordSchema.safeParse(JSON.parse(line));
    return parsed.success ? { record: parsed.data } : { wrong: issuesOf(parsed.error) };
  } catch {
    return { wrong: 'not JSON' };
  }
}

/** The name of a key that nobody knows may itself be what must not be told. */
function issuesOf(error: Parameters<typeof describeIssues>[0]): string {
  return describeIssues(error).replace(/unrecognized_keys [^;]*/g, 'unrecognized_keys');
}

function refusedRecord(seq: number, wrong: string): Judgement {
  const nobody = { node: undefined, n: undefined, alertId: undefined, scene: '?', evidence: [] };
  return { held: { what: 'record', seq, refusal: { ...nobody, reason: `not as agreed: ${wrong}` } }, counted: [] };
}

function refusedAlert(
  seq: number,
  record: AlertRecord,
  { scene, fields }: { readonly scene: string; readonly fields: readonly string[] },
): Judgement {
  const { sequence, alertId, evidence } = record.event.data;
  const reason = scene === '?' ? 'scene not on the list' : `fields not on the list: ${fields.join(', ')}`;
  const files = evidence.map((file) => file.sha256);
  const refusal = { node: node(record), n: sequence.n, alertId, scene, reason, evidence: files };
  return { held: { what: 'record', seq, refusal }, counted: fields.map((field) => ({ scene, field })) };
}

/** Undefined where the record says so already, or there is nothing to say. */
function withheldFrom(seq: number, record: AlertRecord, files: readonly WithheldEvidence[]): Judgement | undefined {
  const said = record.withheld ?? [];
  if (
    said.length === files.length &&
    files.every(({ sha256, reason }, i) => said[i]?.sha256 === sha256 && said[i]?.reason === reason)
  ) {
    return undefined;
  }
  const { withheld: _before, ...rest } = record;
  const line = JSON.stringify(files.length === 0 ? rest : { ...rest, withheld: files });
  return { held: { what: 'evidence', seq, line, files }, counted: [] };
}
