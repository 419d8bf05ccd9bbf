import type {
  ActionRequest,
  AuditReport,
  Me,
  TicketDetail,
  TicketSummary,
  TicketTrace,
} from '../../contracts/desk-api.ts';
import type { IntegrityAction, IntegrityDetail, IntegrityOverview } from '../../contracts/integrity-case.ts';
import type { Sha256, TicketId } from '../../domain/ids.ts';
import type { TicketAction } from '../../domain/ticket.ts';
import { learnDeskTime } from '../time/desk-clock.ts';
import { refusal, toDeskError } from './desk-error.ts';

/** Tickets asked for in one list. */
export const listLimit = 200;

/** Integrity incidents asked for in one list. */
const incidentLimit = 500;

const timeoutMs = 15_000;

/** The desk's REST resources (contracts/desk-api.ts). Each call rejects with a DeskError. */
export const desk = {
  signIn: (token: string) => call<Me>('POST', '/session', { body: { token } }),
  signOut: () => call<unknown>('DELETE', '/session'),
  me: (signal?: AbortSignal) => call<Me>('GET', '/me', { signal }),
  tickets: (signal?: AbortSignal) => call<TicketSummary[]>('GET', `/tickets?limit=${listLimit}`, { signal }),
  ticket: (id: TicketId, signal?: AbortSignal) => call<TicketDetail>('GET', `/tickets/${id}`, { signal }),
  act: (id: TicketId, action: TicketAction, body: ActionRequest) =>
    call<TicketDetail>('POST', `/tickets/${id}/${action}`, { body }),
  trace: (id: TicketId, signal?: AbortSignal) => call<TicketTrace>('GET', `/tickets/${id}/trace`, { signal }),
  incidents: (signal?: AbortSignal) => call<IntegrityOverview>('GET', `/integrity?limit=${incidentLimit}`, { signal }),
  incident: (id: string, signal?: AbortSignal) => call<IntegrityDetail>('GET', `/integrity/${id}`, { signal }),
  settle: (id: string, action: IntegrityAction, note: string) =>
    call<IntegrityDetail>('POST', `/integrity/${id}/${action}`, { body: note === '' ? {} : { note } }),
  verifyAudit: () => call<AuditReport>('GET', '/audit/verify'),
};

/** Address of the event stream. */
export const eventsUrl = '/api/events';

/** Address of an evidence file. */
export function evidenceUrl(sha256: Sha256): string {
  return `/api/evidence/${sha256}`;
}

async function call<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  options: { body?: unknown; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const request: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
    signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
  };
  if (options.body !== undefined) {
    request.headers = { accept: 'application/json', 'content-type': 'application/json' };
    request.body = JSON.stringify(options.body);
  }
  const response = await fetch(`/api${path}`, request).catch((cause: unknown) => {
    throw toDeskError(cause);
  });
  learnDeskTime(response.headers.get('date'));
  const text = await response.text();
  const body = parse(text);
  if (!response.ok || (body === undefined && text !== '')) throw refusal(response.status, body);
  return body as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
