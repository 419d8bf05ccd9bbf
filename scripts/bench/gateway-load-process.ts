import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { loadSigningKey } from '../../src/lib/keys.ts';
import { NodeConnection } from './gateway-connection.ts';
import type { LoadAnswer, LoadOrder, LoadSettings } from './gateway-load.ts';
import { BenchNode, type PreparedAlert } from './gateway-node.ts';

/** How often a paced run publishes what is due, ms. */
const beatMs = 2;

/** The nodes of the site, in a process of their own: prepares alerts, then publishes them by order of the bench. */
class Load {
  #connections: NodeConnection[] = [];
  #prepared: { alert: PreparedAlert; connection: NodeConnection }[] = [];
  #publishedAt: [string, number][] = [];
  #acked = 0;
  #finished = Promise.withResolvers<void>();

  async connect({ site, port, nodes }: LoadSettings): Promise<void> {
    for (const { node, password, keyFile } of nodes) {
      const connection = new NodeConnection({
        node: new BenchNode({ site: site as SiteId, node: node as NodeId, key: loadSigningKey(keyFile) }),
        onSent: ({ alertId }) => this.#publishedAt.push([alertId, now()]),
        onAcked: (count) => this.#count(count),
      });
      await connection.open({ port, clientId: `${site}.${node}`, username: node, password });
      this.#connections.push(connection);
    }
  }

  /** Seals alerts in turn of the nodes: nothing of that is to be done while the gateway is measured. */
  prepare(count: number): LoadAnswer {
    const connections = this.#connections;
    this.#prepared = Array.from({ length: count }, (_, index) => {
      const connection = connections[index % connections.length];
      if (connection === undefined) throw new Error('no nodes');
      return { alert: connection.node.next(), connection };
    });
    const bytes = this.#prepared.reduce((sum, { alert }) => sum + alert.payloadBytes, 0);
    const incidents = this.#prepared.map(({ alert }) => [alert.alertId, alert.incidentId] as const);
    return { kind: 'prepared', meanBytes: bytes / count, incidents };
  }

  /** Publishes all: as fast as windows allow, or at a rate, whose due times are then the times of publishing. */
  async run(perSecond: number | undefined): Promise<LoadAnswer> {
    this.#publishedAt = [];
    this.#acked = 0;
    this.#finished = Promise.withResolvers();
    const due = perSecond === undefined ? this.#flood() : await this.#pace(perSecond);
    await this.#finished.promise;
    return { kind: 'done', publishedAt: due ?? this.#publishedAt };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #flood(): undefined {
    const byConnection = new Map<NodeConnection, PreparedAlert[]>();
    for (const { alert, connection } of this.#prepared) {
      byConnection.set(connection, [...(byConnection.get(connection) ?? []), alert]);
    }
    for (const [connection, alerts] of byConnection) connection.add(alerts);
  }

  async #pace(perSecond: number): Promise<[string, number][]> {
    const began = now();
    const due = this.#prepared.map(({ alert }, index): [string, number] => [
      alert.alertId,
      began + (index * 1000) / perSecond,
    ]);
    for (let next = 0; next < this.#prepared.length; ) {
      const upTo = Math.min(this.#prepared.length, Math.floor(((now() - began) * perSecond) / 1000) + 1);
      for (; next < upTo; next += 1) {
        const each = this.#prepared[next];
        each?.connection.add([each.alert]);
      }
      await new Promise((resolve) => setTimeout(resolve, beatMs));
    }
    return due;
  }

  #count(acked: number): void {
    this.#acked += acked;
    if (this.#acked === this.#prepared.length) this.#finished.resolve();
  }
}

/** UTC ms with parts, the clock of all processes of this machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

const load = new Load();
const answer = (message: LoadAnswer) => process.send?.(message);
process.on('message', (order: LoadOrder) => {
  const work = {
    connect: async () => {
      if (order.kind === 'connect') await load.connect(order.settings);
      answer({ kind: 'connected' });
    },
    prepare: async () => answer(load.prepare(order.kind === 'prepare' ? order.count : 0)),
    run: async () => answer(await load.run(order.kind === 'run' ? order.perSecond : undefined)),
    stop: async () => {
      load.close();
      process.disconnect();
    },
  }[order.kind];
  work().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});
