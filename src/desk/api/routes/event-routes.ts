import type { FastifyInstance } from 'fastify';
import { AppError } from '../../../lib/errors.ts';
import { may } from '../permissions.ts';
import { securityHeaders } from '../security-headers.ts';
import type { RouteContext } from './route-context.ts';

/** The live stream of changed tickets. */
export function eventRoutes(app: FastifyInstance, { authentication, events }: RouteContext): void {
  app.get('/api/events', async (request, reply) => {
    const { name, role } = authentication.require(request, 'read');
    if (events.isFullFor(name)) throw new AppError('MB_OVERLOADED', 'too many browsers listen already');
    const last = Number(request.headers['last-event-id']);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...securityHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    const mayListen = () => {
      try {
        return authentication.identify(request) !== undefined;
      } catch {
        return false;
      }
    };
    await events.serve(reply.raw, Number.isSafeInteger(last) && last > 0 ? last : undefined, {
      name,
      mayListen,
      integrity: may(role, 'integrity'),
    });
  });
}
