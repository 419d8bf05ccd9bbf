import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Sha256 } from '../../../domain/ids.ts';
import { AppError } from '../../../lib/errors.ts';
import { checked } from '../error-answer.ts';
import type { RouteContext } from './route-context.ts';

const params = z.object({
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((hash) => hash as Sha256),
});

/** What browsers may show; anything else is a download. */
const shown = /^(image\/(jpeg|png|webp)|video\/(mp4|webm))$/;

/** Evidence files that a ticket lists. The address is the content's hash, so browsers may keep them for good. */
export function evidenceRoutes(app: FastifyInstance, { service, authentication }: RouteContext): void {
  app.get('/api/evidence/:hash', async (request, reply) => {
    authentication.require(request, 'read');
    const { hash } = checked(params, request.params);
    const file = await service.evidence(hash);
    if (file === undefined) throw new AppError('MB_NOT_FOUND', 'no ticket lists this file, or it is still to come');
    if (!shown.test(file.mediaType)) reply.header('content-disposition', `attachment; filename="${hash}"`);
    return reply
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .type(shown.test(file.mediaType) ? file.mediaType : 'application/octet-stream')
      .send(Buffer.from(file.bytes));
  });
}
