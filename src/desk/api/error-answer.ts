import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { AppError, messageOf } from '../../lib/errors.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  MB_REQUEST_INVALID: 400,
  MB_UNAUTHENTICATED: 401,
  MB_FORBIDDEN: 403,
  MB_NOT_FOUND: 404,
  MB_TICKET_UNKNOWN: 404,
  MB_TICKET_TRANSITION: 409,
  MB_QUARANTINE_REFUSED: 409,
  MB_INTEGRITY_TRANSITION: 409,
  MB_DATABASE_UNREACHABLE: 503,
  MB_QUEUE_UNREACHABLE: 503,
  MB_OVERLOADED: 503,
};

/** What anything thrown is to a client: always one of our codes. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // Fastify's own refusals: no JSON, too long, wrong media type, bad URL.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError(status === 404 ? 'MB_NOT_FOUND' : 'MB_REQUEST_INVALID', messageOf(error), { cause: error });
  }
  return new AppError('MB_INTERNAL', 'something went wrong here', { cause: error });
}

/** Sends `{ code, message, help }` with the status of the code. */
export function sendError(reply: FastifyReply, error: AppError): FastifyReply {
  const wait = error.details['retryAfterSeconds'];
  const limited = error.code === 'MB_UNAUTHENTICATED' && typeof wait === 'number';
  if (limited) reply.header('retry-after', wait);
  else if (error.code === 'MB_DATABASE_UNREACHABLE') reply.header('retry-after', 2);
  return reply
    .code(limited ? 429 : (statuses[error.code] ?? 500))
    .type('application/json; charset=utf-8')
    .send({ code: error.code, message: error.message, help: error.help });
}

/** Checks part of a request. @throws AppError MB_REQUEST_INVALID naming each field. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new AppError('MB_REQUEST_INVALID', problems.join('; '), { details: { problems } });
}
