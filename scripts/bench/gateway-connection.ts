import { connect, type Socket } from 'node:net';
import type { Ack } from '../../src/contracts/node-messages.ts';
import {
  connectPacket,
  type Packet,
  PacketReader,
  pubackPacket,
  readPublish,
  receiveMaximum,
  subscribePacket,
  withPacketId,
} from './gateway-mqtt.ts';
import type { BenchNode, PreparedAlert } from './gateway-node.ts';

/** Alerts under way of one node, as the shipped publisher has it by default. */
const windowSize = 64;

/**
 * One node at the broker, as lean as can be so that it is not the node that is measured, with a node's manners: at most
 * 64 alerts under way, freed by the gateway's cumulative word alone; never more publishes than the broker's receive
 * maximum; every acknowledgement acknowledged. What is lost stays lost: that would show in the count.
 */
export class NodeConnection {
  readonly node: BenchNode;
  readonly #onSent: (alert: PreparedAlert) => void;
  readonly #onAcked: (count: number) => void;
  readonly #reader = new PacketReader();
  readonly #connected = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #waiting: PreparedAlert[] = [];
  #next = 0;
  #sent = 0;
  #acked = 0;
  #receiveMaximum = 1;
  #unanswered = 0;
  #packetId = 0;

  constructor(options: {
    node: BenchNode;
    onSent: (alert: PreparedAlert) => void;
    onAcked: (count: number) => void;
  }) {
    this.node = options.node;
    this.#onSent = options.onSent;
    this.#onAcked = options.onAcked;
  }

  open(options: { port: number; clientId: string; username: string; password: string }): Promise<void> {
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    socket.on('connect', () => socket.write(connectPacket(options)));
    socket.on('error', (error) => this.#connected.reject(error));
    socket.on('close', () => this.#connected.reject(new Error('the broker closed the connection')));
    socket.on('data', (chunk) => {
      socket.cork();
      for (const packet of this.#reader.take(chunk)) this.#take(socket, packet);
      this.#pump();
      socket.uncork();
    });
    return this.#connected.promise;
  }

  /** Alerts to be sent as soon as the window allows. */
  add(alerts: readonly PreparedAlert[]): void {
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    this.#waiting.push(...alerts);
    this.#pump();
  }

  close(): void {
    this.#socket?.removeAllListeners('close');
    this.#socket?.destroy();
  }

  #pump(): void {
    const socket = this.#socket;
    while (socket !== undefined && this.#sent - this.#acked < windowSize && this.#unanswered < this.#receiveMaximum) {
      const alert = this.#waiting[this.#next];
      if (alert === undefined) return;
      this.#next += 1;
      this.#sent = alert.n;
      this.#unanswered += 1;
      this.#packetId = (this.#packetId % 65_535) + 1;
      this.#onSent(alert);
      socket.write(withPacketId(alert.packet, this.#packetId));
    }
  }

  #take(socket: Socket, { type, body }: Packet): void {
    if (type === 2) {
      if (body[1] !== 0) this.#connected.reject(new Error(`the broker refused: ${body[1]}`));
      this.#receiveMaximum = receiveMaximum(body);
      socket.write(subscribePacket(this.node.ackTopic));
    } else if (type === 9) this.#connected.resolve();
    else if (type === 4) this.#unanswered -= 1;
    else if (type === 3) {
      const { id, payload } = readPublish(body);
      socket.write(pubackPacket(id));
      const { n } = JSON.parse(payload.toString()) as Ack;
      if (n <= this.#acked) return;
      this.#onAcked(n - this.#acked);
      this.#acked = n;
    }
  }
}
