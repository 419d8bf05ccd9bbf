import type { TicketSummary } from '../../../src/contracts/desk-api.ts';
import type { TicketId } from '../../../src/domain/ids.ts';

/** A ticket as the list shows it; the id follows the number. */
export function summary(number: number, fields: Partial<TicketSummary> = {}): TicketSummary {
  return {
    id: `ticket-${number}` as TicketId,
    number,
    state: 'DISPATCHED',
    scene: 'illegal_parking',
    severity: 3,
    camera: { name: 'East Gate', lat: 30.87, lon: 120.43 },
    division: '330503001',
    station: 'Old Town',
    department: '公安',
    createdAt: number * 1000,
    updatedAt: number * 1000,
    signDueAt: undefined,
    signOverdue: false,
    cleared: false,
    picture: undefined,
    ...fields,
  };
}
