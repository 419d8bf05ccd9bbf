import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../../lib/errors.ts';

/** Serves the built console, or says how to build it. Pages of the console have paths of their own: they get its index. */
export async function consoleRoutes(app: FastifyInstance, consoleDir: string): Promise<void> {
  const root = resolve(consoleDir);
  const built = existsSync(join(root, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root,
      // File names carry a hash of their content, the index names them.
      setHeaders: (reply, path) => {
        const forever = path.includes(`${join(root, 'assets')}/`);
        reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  } else {
    app.get('/', async (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('Maplebridge desk. The console is not built: run `npm run console:build`, then reload.\n'),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (built && wantsPage && !request.url.startsWith('/api/')) return reply.sendFile('index.html');
    throw new AppError('MB_NOT_FOUND', `there is no ${request.method} ${request.url.split('?')[0]}`);
  });
}
