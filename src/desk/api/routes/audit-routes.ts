import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TicketId } from '../../../domain/ids.ts';
import { checked } from '../error-answer.ts';
import type { RouteContext } from './route-context.ts';

const exportQuery = z.strictObject({ evidence: z.enum(['0', '1']).default('0') });
const proofQuery = z
  .strictObject({
    record: z.coerce.number().int().positive().optional(),
    ticket: z
      .uuid()
      .transform((id) => id as TicketId)
      .optional(),
    since: z.coerce.number().int().nonnegative().optional(),
  })
  .transform(({ record, ticket, since }, context) => {
    if (record !== undefined && ticket === undefined) return { what: { record }, since };
    if (ticket !== undefined && record === undefined) return { what: { ticket }, since };
    context.addIssue({ code: 'custom', message: 'either record or ticket' });
    return z.NEVER;
  });

/** The audit log: checked, handed out whole, and proven in parts. */
export function auditRoutes(app: FastifyInstance, { service, authentication }: RouteContext): void {
  app.get('/api/audit/verify', async (request) => {
    authentication.require(request, 'audit');
    return service.verifyAudit();
  });

  app.get('/api/audit/export', async (request, reply) => {
    authentication.require(request, 'audit');
    const { evidence } = checked(exportQuery, request.query);
    const file = await service.exportAudit({ withEvidence: evidence === '1' });
    return reply.header('content-disposition', 'attachment; filename="audit.mba"').type('application/zstd').send(file);
  });

  app.get('/api/audit/proof', async (request) => {
    authentication.require(request, 'audit');
    const { what, since } = checked(proofQuery, request.query);
    return service.proveAudit(what, since);
  });
}
