import { type FastifyInstance, fastify } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { Authentication } from './authentication.ts';
import type { Account, DeskService } from './desk-service.ts';
import { asAppError, sendError } from './error-answer.ts';
import { EventStream } from './event-stream.ts';
import { LoginLimit } from './login-limit.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { consoleRoutes } from './routes/console-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { evidenceRoutes } from './routes/evidence-routes.ts';
import { integrityRoutes } from './routes/integrity-routes.ts';
import { operationRoutes } from './routes/operation-routes.ts';
import { quarantineRoutes } from './routes/quarantine-routes.ts';
import type { RouteContext } from './routes/route-context.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { ticketRoutes } from './routes/ticket-routes.ts';
import { securityHeaders } from './security-headers.ts';
import { Sessions } from './sessions.ts';

/** The longest body is a note. */
const bodyLimit = 16 * 1024;

/** The desk's REST interface, event stream and console on one port (contract: contracts/desk-api.ts). */
export class HttpServer implements Service {
  readonly #options: HttpServerOptions;
  readonly #log: Logger;
  #app: FastifyInstance | undefined;
  #events: EventStream | undefined;
  #address = '';

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** `http://host:port` once started. */
  get address(): string {
    return this.#address;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { accounts, clock, service, metrics, secureCookie } = this.#options;
    const app = fastify({
      logger: false,
      bodyLimit,
      forceCloseConnections: true,
      trustProxy: [...this.#options.trustedProxies],
      // Addresses that cannot be decoded end before any hook.
      frameworkErrors: (error, _request, reply) => void sendError(reply.headers(securityHeaders), asAppError(error)),
    });
    this.#app = app;
    this.#events = new EventStream({ service, clock, metrics });
    this.#answerInOneVoice(app);
    const authentication = new Authentication({
      sessions: new Sessions({ accounts, clock }),
      limit: new LoginLimit({ clock }),
    });
    const context: RouteContext = { service, authentication, events: this.#events, secureCookie };
    for (const routes of [
      sessionRoutes,
      ticketRoutes,
      quarantineRoutes,
      integrityRoutes,
      evidenceRoutes,
      eventRoutes,
      auditRoutes,
      operationRoutes,
    ]) {
      routes(app, context);
    }
    await consoleRoutes(app, this.#options.consoleDir);
    this.#address = await app.listen({ host: this.#options.host, port: this.#options.port });
    this.#events.start();
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#log.info({ address: this.#address }, 'desk listens');
  }

  async stop(): Promise<void> {
    this.#events?.stop();
    await this.#app?.close();
  }

  #answerInOneVoice(app: FastifyInstance): void {
    const requests = this.#options.metrics.latency('maplebridge_desk_http_seconds', 'Time to answer a request.', [
      'route',
      'status',
    ]);
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(securityHeaders);
      if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    });
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none';
      requests.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    });
    // An empty body is no body: steps need none.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, body === '' ? undefined : JSON.parse(body as string));
      } catch (error) {
        done(Object.assign(new Error(`not JSON: ${messageOf(error)}`), { statusCode: 400 }));
      }
    });
    app.setErrorHandler((thrown, request, reply) => {
      const error = asAppError(thrown);
      if (error.code === 'MB_INTERNAL') this.#log.error({ err: thrown, route: request.routeOptions.url }, 'internal');
      return sendError(reply, error);
    });
  }
}

/** What the server is made of. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly secureCookie: boolean;
  /** Addresses whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly consoleDir: string;
  readonly accounts: readonly Account[];
  readonly service: DeskService;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}
