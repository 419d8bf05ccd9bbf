import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TicketId } from '../../../domain/ids.ts';
import { type TicketAction, ticketActions, ticketStates } from '../../../domain/ticket.ts';
import { checked } from '../error-answer.ts';
import type { RouteContext } from './route-context.ts';

const listQuery = z.strictObject({
  state: z.enum(ticketStates).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
const idParams = z.object({ id: z.uuid().transform((id) => id.toLowerCase() as TicketId) });
const actionParams = idParams.extend({ action: z.enum(ticketActions) });
const note = z.string().trim().max(2000).optional();
const plainBody = z.strictObject({ note }).default({});
const closeBody = z
  .strictObject({ note, override: z.boolean().default(false) })
  .refine(({ note: reason, override }) => !override || (reason ?? '').length >= 5, {
    path: ['note'],
    message: 'closing without the camera needs a reason of at least 5 characters',
  });
const feedbackBody = z.strictObject({ note, outcome: z.enum(['RESOLVED_ONSITE', 'JOINT_CONSULT', 'DIFFICULT']) });

/** Tickets: list, detail, steps, trace. */
export function ticketRoutes(app: FastifyInstance, { service, authentication }: RouteContext): void {
  app.get('/api/tickets', async (request) => {
    authentication.require(request, 'read');
    return service.list(checked(listQuery, request.query));
  });

  app.get('/api/tickets/:id', async (request) => {
    const me = authentication.require(request, 'read');
    return service.detail(checked(idParams, request.params).id, me.role);
  });

  app.get('/api/tickets/:id/trace', async (request) => {
    authentication.require(request, 'read');
    return service.trace(checked(idParams, request.params).id);
  });

  app.post('/api/tickets/:id/:action', async (request) => {
    const me = authentication.require(request, 'act');
    const { id, action } = checked(actionParams, request.params);
    const body = checked(bodyOf(action), request.body ?? {});
    if ('override' in body && body.override) authentication.require(request, 'override');
    await service.act(id, action, withoutEmptyNote(body), { name: me.name, role: me.role });
    return service.detail(id, me.role);
  });
}

function bodyOf(action: TicketAction) {
  if (action === 'close') return closeBody;
  return action === 'feedback' ? feedbackBody : plainBody;
}

function withoutEmptyNote<B extends { note?: string | undefined }>(body: B) {
  const { note: text, ...rest } = body;
  return text === undefined || text === '' ? rest : { ...rest, note: text };
}
