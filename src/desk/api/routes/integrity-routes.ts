import { z } from 'zod';
import { checked } from '../error-answer.ts';
import { may } from '../permissions.ts';
import type { ticketRoutes } from './ticket-routes.ts';

const listQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(200) });
const idParams = z.object({ id: z.uuid().transform((id) => id.toLowerCase()) });
const acknowledgeBody = z.strictObject({ note: z.string().trim().max(2000).optional() }).default({});
const resolveBody = z.strictObject({
  note: z.string().trim().min(5, 'say in at least 5 characters what it was').max(2000),
});

/** What breaks the proof: the list, one of them, and that somebody has seen to it. */
export const integrityRoutes: typeof ticketRoutes = (app, { service, authentication }) => {
  const { integrity } = service;

  app.get('/api/integrity', async (request) => {
    authentication.require(request, 'integrity');
    return integrity.overview(checked(listQuery, request.query).limit);
  });

  app.get('/api/integrity/:id', async (request) => {
    const { role } = authentication.require(request, 'integrity');
    return integrity.detail(checked(idParams, request.params).id, may(role, 'settle'));
  });

  app.post('/api/integrity/:id/acknowledge', async (request) => {
    const me = authentication.require(request, 'settle');
    const { id } = checked(idParams, request.params);
    const { note } = checked(acknowledgeBody, request.body ?? {});
    await integrity.act(id, 'acknowledge', note === '' ? undefined : note, { name: me.name, role: me.role });
    return integrity.detail(id, true);
  });

  app.post('/api/integrity/:id/resolve', async (request) => {
    const me = authentication.require(request, 'settle');
    const { id } = checked(idParams, request.params);
    await integrity.act(id, 'resolve', checked(resolveBody, request.body ?? {}).note, { name: me.name, role: me.role });
    return integrity.detail(id, true);
  });
};
