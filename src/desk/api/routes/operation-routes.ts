import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './route-context.ts';

/** Health and metrics. */
export function operationRoutes(app: FastifyInstance, { service }: RouteContext): void {
  app.get('/healthz', async (_request, reply) => {
    const parts = await service.health();
    const up = parts.database === 'up';
    const well = parts.queue === 'up' && parts.audit === 'up' && parts.crossing?.state !== 'stalled';
    const status = up ? (well ? 'ok' : 'degraded') : 'down';
    return reply.code(up ? 200 : 503).send({ status, ...parts });
  });

  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await service.metrics();
    return reply.header('content-type', contentType).send(body);
  });
}
