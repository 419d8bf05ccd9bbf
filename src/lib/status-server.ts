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
      // What is asked may itself be broken (a failing disk): that is an answer, not the end of the service.
      answer(request.url, options).then(
        ({ code, type, text }) => response.writeHead(code, { 'content-type': type }).end(text),
        (error: unknown) => response.writeHead(503, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`),
      );
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

async function answer(
  url: string | undefined,
  { registry, status }: { registry: Registry; status: () => StatusReport },
): Promise<{ code: number; type: string; text: string }> {
  if (url === '/metrics') return { code: 200, type: registry.contentType, text: await registry.metrics() };
  if (url !== '/healthz') return { code: 404, type: 'text/plain', text: '' };
  const { ok, body } = status();
  return { code: ok ? 200 : 503, type: 'application/json', text: JSON.stringify(body) };
}
