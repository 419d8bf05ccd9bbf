import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a link does: carry, carry slowly, hold everything back without a word, or be cut. */
export type LinkState = 'whole' | 'slow' | 'stalled' | 'cut';

/** Bytes a second and direction of a slow link: a large alert takes seconds. */
const slowBytesPerSecond = 24_000;
const slowChunk = 1_200;

/** A TCP proxy that behaves as badly as a network. */
export class RoughLink {
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #waiting: (() => void)[] = [];
  #state: LinkState = 'whole';

  constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#serve(client));
  }

  /** Listens on a free port and returns it. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  set(state: LinkState): void {
    this.#state = state;
    if (state === 'cut') for (const socket of this.#sockets) socket.destroy();
    if (state !== 'stalled') for (const resume of this.#waiting.splice(0)) resume();
  }

  async stop(): Promise<void> {
    this.set('cut');
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket): void {
    if (this.#state === 'cut') return void client.destroy();
    const upstream = connect(this.#target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      void this.#carry(socket, other);
    }
  }

  async #carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from) await this.#pass(chunk as Buffer, to);
    } catch {
      // Destroyed: both ends are told by their own `close`.
    }
    to.end();
  }

  async #pass(bytes: Buffer, to: Socket): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      while (this.#state === 'stalled') await new Promise<void>((resolve) => this.#waiting.push(resolve));
      const slow = this.#state === 'slow';
      const part = bytes.subarray(at, slow ? at + slowChunk : undefined);
      at += part.length;
      if (to.destroyed) return;
      if (!to.write(part)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      if (slow) await new Promise((resolve) => setTimeout(resolve, (1000 * slowChunk) / slowBytesPerSecond));
    }
  }
}
