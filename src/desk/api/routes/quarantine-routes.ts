import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { quarantineActions, quarantineStates } from '../../../contracts/quarantine.ts';
import { checked } from '../error-answer.ts';
import type { RouteContext } from './route-context.ts';

const listQuery = z.strictObject({
  node: z.string().max(128).optional(),
  reason: z.string().max(64).optional(),
  state: z.enum(quarantineStates).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const idParams = z.object({ id: z.string().regex(/^(r-\d{1,15}|f-[0-9a-f]{16})$/) });
const decisionParams = idParams.extend({ action: z.enum(quarantineActions) });
const decisionBody = z.strictObject({
  note: z.string().trim().min(5, 'a decision needs a reason of at least 5 characters').max(300),
  override: z.boolean().default(false),
});

/** What was refused on its way in: list, look, release, discard. */
export function quarantineRoutes(app: FastifyInstance, { service, authentication }: RouteContext): void {
  app.get('/api/quarantine', async (request) => {
    authentication.require(request, 'audit');
    return service.quarantine.list(checked(listQuery, request.query));
  });

  app.get('/api/quarantine/:id', async (request) => {
    authentication.require(request, 'audit');
    return service.quarantine.get(checked(idParams, request.params).id);
  });

  app.post('/api/quarantine/:id/:action', async (request) => {
    const me = authentication.require(request, 'quarantine');
    const { id, action } = checked(decisionParams, request.params);
    const body = checked(decisionBody, request.body ?? {});
    return service.quarantine.decide(id, { action, by: me.name, ...body }, { name: me.name, role: me.role });
  });
}
