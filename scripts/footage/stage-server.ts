import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the page may load: its own code, what that shares with the services, and three. */
const served = [
  /^\/scripts\/footage\/[\w/-]+\.ts$/,
  /^\/src\/(domain|simulator)\/[\w/-]+\.ts$/,
  /^\/node_modules\/three\/[\w./-]+\.js$/,
];

const page = `<!doctype html><meta charset="utf-8"><title>Maplebridge footage</title><link rel="icon" href="data:,">
<script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js","three/addons/":"/node_modules/three/examples/jsm/"}}</script>
<script type="module" src="/scripts/footage/stage/page.ts"></script>`;

/** Serves the stage's page on loopback, types stripped, and takes the pictures it sends back. */
export class StageServer {
  readonly #server: Server;
  #take: ((picture: Buffer) => void) | undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch((error: unknown) => {
        process.stderr.write(`stage: ${request.url}: ${String(error)}\n`);
        response.writeHead(500).end();
      });
    });
  }

  /** Listens on a free port of loopback; gives the page's address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** The next picture the page sends: RGBA, then one byte a pixel. */
  nextPicture(): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#take = resolve;
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize((request.url ?? '/').split('?', 1)[0] ?? '/');
    if (request.method === 'POST' && path === '/picture') {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      this.#take?.(Buffer.concat(parts));
      response.writeHead(204).end();
      return;
    }
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    if (!served.some((allowed) => allowed.test(path))) {
      response.writeHead(404).end();
      return;
    }
    const source = await readFile(join(root, path), 'utf8');
    const code = path.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  }
}
