import { randomUUID } from 'node:crypto';
import type {
  IntakeOutcome,
  IntakeRecord,
  IntegrityIncident,
  RefusedRecord,
  TicketIntake,
  TransferPosition,
} from '../../src/contracts/ticket-intake.ts';
import type { AlertId, IncidentId, Sha256, TicketId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/lib/errors.ts';

/** The desk's door in memory, with the desk's promises: all or nothing, idempotent by alert, position kept with it. */
export class MemoryTicketIntake implements TicketIntake {
  /** Alerts that had an effect, in order. */
  readonly taken: IntakeRecord[] = [];
  readonly integrity: IntegrityIncident[] = [];
  /** What was kept in quarantine. */
  readonly refused: RefusedRecord[] = [];
  readonly arrived = new Set<Sha256>();
  /** While true, the database is out of reach. */
  down = false;
  duplicates = 0;
  readonly #positions = new Map<string, TransferPosition>();
  readonly #alerts = new Map<AlertId, TicketId>();
  readonly #incidents = new Map<IncidentId, TicketId>();

  async position(sender: string): Promise<TransferPosition | undefined> {
    this.#reach();
    return this.#positions.get(sender);
  }

  async accept(
    records: readonly IntakeRecord[],
    integrity: readonly IntegrityIncident[],
    position: TransferPosition,
    refused: readonly RefusedRecord[] = [],
  ): Promise<readonly IntakeOutcome[]> {
    this.#reach();
    const outcomes = records.map((record) => this.#effect(record));
    this.integrity.push(...integrity);
    this.refused.push(...refused);
    this.#positions.set(position.sender, position);
    return outcomes;
  }

  async evidenceArrived(hashes: readonly Sha256[]): Promise<void> {
    this.#reach();
    for (const hash of hashes) this.arrived.add(hash);
  }

  #effect(record: IntakeRecord): IntakeOutcome {
    const { alertId, incidentId } = record.event.data;
    const known = this.#alerts.get(alertId);
    if (known !== undefined) {
      this.duplicates += 1;
      return { alertId, effect: 'duplicate', ticketId: known };
    }
    const open = this.#incidents.get(incidentId);
    const ticketId = open ?? (randomUUID() as TicketId);
    this.#incidents.set(incidentId, ticketId);
    this.#alerts.set(alertId, ticketId);
    this.taken.push(record);
    return { alertId, effect: open === undefined ? 'ticket-created' : 'ticket-updated', ticketId };
  }

  #reach(): void {
    if (this.down) throw new AppError('MB_DATABASE_UNREACHABLE', 'the database is down');
  }
}
