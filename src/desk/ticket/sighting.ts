import type { Sighting } from '../../contracts/desk-api.ts';
import type { TicketId } from '../../domain/ids.ts';
import type { Database } from '../store/database.ts';
import { storedAlert } from './stored-alert.ts';

/** What a ticket's newest alert measured: of the last that saw its subjects, where there is one. */
export async function sightingOf(database: Database, id: TicketId): Promise<Sighting | undefined> {
  const [row] = await database.query<{ event: string }>(
    `SELECT event FROM desk.alerts WHERE ticket_id = $1
     ORDER BY phase = 'cleared', n DESC, observed_at DESC, alert_id DESC LIMIT 1`,
    [id],
  );
  const alert = row && storedAlert(row.event)?.data;
  if (alert === undefined) return undefined;
  const details = alert.details ?? {};
  const subjects = alert.subjects.flatMap(({ class: kind, position, speed }) => {
    return position === undefined && speed === undefined ? [] : { class: kind, position, speed };
  });
  if (subjects.length + Object.keys(details).length === 0) return undefined;
  return { observedAt: alert.observedAt, subjects, details };
}
