import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, messageOf } from './errors.ts';
import type { Service } from './lifecycle.ts';
import type { Registry } from './metrics.ts';

/** A service's own account of itself; `ok: false` answers 503. */
export interface StatusReport {
  readonly ok: boolean;
  readonly body: unknown;
}

/** `GET /healthz` (JSON) and `GET /metrics` (Prometheus text) for services without an API of their own. */
export class StatusServer implements Service {
  readonly #server: Server;
  readonly #host: string;
  readonly #port: number;

  constructor(options: { host: string; port: number; registry: Registry; status: () => StatusReport }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#server = createServer((request, response) => {
      if (request.url === '/healthz') {
        const { ok, body } = options.status();
        response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      } else if (request.url === '/metrics') {
        void options.registry.metrics().then((text) => {
          response.writeHead(200, { 'content-type': options.registry.contentType }).end(text);
        });
      } else {
        response.writeHead(404).end();
      }
    });
  }

  /** Base address, e.g. `http://127.0.0.1:9464`. */
  get address(): string {
    return `http://${this.#host}:${(this.#server.address() as AddressInfo | null)?.port ?? this.#port}`;
  }

  /** @throws AppError MB_CONFIG_INVALID when the port is taken. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const message = `http: cannot listen on ${this.#host}:${this.#port}: ${messageOf(error)}`;
        reject(new AppError('MB_CONFIG_INVALID', message, { cause: error }));
      });
      this.#server.listen(this.#port, this.#host, () => resolve());
    });
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
