import type { AuditProof } from '../contracts/audit-proof.ts';
import type { ActionRequest, AuditReport, TicketDetail, TicketSummary, TicketTrace } from '../contracts/desk-api.ts';
import type {
  QuarantineDetail,
  QuarantineEntry,
  QuarantineFilter,
  QuarantineRequest,
} from '../contracts/quarantine.ts';
import type { TicketId } from '../domain/ids.ts';
import type { TicketAction } from '../domain/ticket.ts';
import { type ErrorCode, errorCodes } from '../lib/error-codes.ts';
import { AppError, messageOf } from '../lib/errors.ts';

/** The desk's REST API for the CLI. Every call throws AppError: the desk's own code, or MB_DESK_UNREACHABLE. */
export class DeskClient {
  readonly #address: string;
  readonly #token: string;

  constructor(options: { address: string; token: string }) {
    this.#address = options.address;
    this.#token = options.token;
  }

  tickets(): Promise<TicketSummary[]> {
    return this.#call('GET', '/api/tickets');
  }

  ticket(id: TicketId): Promise<TicketDetail> {
    return this.#call('GET', `/api/tickets/${encodeURIComponent(id)}`);
  }

  act(id: TicketId, action: TicketAction, request: ActionRequest = {}): Promise<TicketDetail> {
    return this.#call('POST', `/api/tickets/${encodeURIComponent(id)}/${action}`, request);
  }

  trace(id: TicketId): Promise<TicketTrace> {
    return this.#call('GET', `/api/tickets/${encodeURIComponent(id)}/trace`);
  }

  verifyAudit(): Promise<AuditReport> {
    return this.#call('GET', '/api/audit/verify');
  }

  /** What was refused on the government side. */
  get quarantine() {
    const path = (id: string) => `/api/quarantine/${encodeURIComponent(id)}`;
    return {
      list: (filter: QuarantineFilter): Promise<QuarantineEntry[]> => {
        const given = Object.entries(filter).filter(([, value]) => value !== undefined);
        const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
        return this.#call('GET', `/api/quarantine?${query}`);
      },
      get: (id: string): Promise<QuarantineDetail> => this.#call('GET', path(id)),
      decide: (id: string, request: QuarantineRequest): Promise<{ outcome: string; detail: string }> => {
        const { action, note, override } = request;
        return this.#call('POST', `${path(id)}/${action}`, { note, override });
      },
    };
  }

  /** The whole audit log as it comes, compressed: see contracts/audit-export.ts. */
  async exportAudit(options: { readonly withEvidence: boolean }): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.#ask('GET', `/api/audit/export?evidence=${options.withEvidence ? 1 : 0}`);
    if (answer.body === null) throw new AppError('MB_DESK_UNREACHABLE', `${this.#address} sent nothing`);
    return answer.body;
  }

  /** That a record, or all of a ticket, are in the log; `since`: size of an older log that it is shown to begin with. */
  proveAudit(what: { record: number } | { ticket: TicketId }, since?: number): Promise<AuditProof> {
    const query = new URLSearchParams('record' in what ? { record: String(what.record) } : { ticket: what.ticket });
    if (since !== undefined) query.set('since', String(since));
    return this.#call('GET', `/api/audit/proof?${query}`);
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#ask(method, path, body);
    return (await answer.json().catch(() => undefined)) as T;
  }

  /** The answer, if it is a good one. */
  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const url = new URL(path, this.#address);
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const answer = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new AppError('MB_DESK_UNREACHABLE', `${this.#address}: ${messageOf(cause)}`, { cause: error });
    });
    if (answer.ok) return answer;
    const content: unknown = await answer.json().catch(() => undefined);
    const { code, message } = (content ?? {}) as { code?: string; message?: string };
    const known = code !== undefined && code in errorCodes ? (code as ErrorCode) : 'MB_DESK_UNREACHABLE';
    throw new AppError(known, message ?? `${this.#address} answered ${answer.status} to ${method} ${path}`);
  }
}
