import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../../lib/errors.ts';
import { sessionCookie, sessionIdOf } from '../authentication.ts';
import { checked } from '../error-answer.ts';
import type { RouteContext } from './route-context.ts';

const signInSchema = z.strictObject({ token: z.string().min(1).max(512) });

/** Signing in and out, and who one is. */
export function sessionRoutes(app: FastifyInstance, { authentication, secureCookie }: RouteContext): void {
  const cookie = (value: string, maxAge: number) =>
    `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secureCookie ? '; Secure' : ''}`;

  app.post('/api/session', async (request, reply) => {
    const { token } = checked(signInSchema, request.body);
    const me = authentication.signIn(token, request.ip);
    if (me === undefined) throw new AppError('MB_UNAUTHENTICATED', 'this token is not known');
    const { sessions } = authentication;
    return reply.header('set-cookie', cookie(sessions.open(me), sessions.maxAgeSeconds)).send(me);
  });

  app.delete('/api/session', async (request, reply) => {
    const id = sessionIdOf(request);
    if (id !== undefined) authentication.sessions.close(id);
    return reply.header('set-cookie', cookie('', 0)).code(204).send();
  });

  app.get('/api/me', async (request) => authentication.require(request, 'read'));
}
