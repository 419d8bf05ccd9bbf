import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { PortPair } from './setup-answer.ts';

/** Which of the two sockets a datagram is for. */
export type DatagramKind = 'rtp' | 'rtcp';

/** Who takes datagrams; `packet` is the taker's own. */
export type OnDatagram = (kind: DatagramKind, packet: Buffer, from: RemoteInfo) => void;

/** A free pair is found at the first or second try, unless the machine is out of ports. */
const maxTries = 20;
/** A keyframe comes as a burst; the usual 208 KB of Linux hold one, more is asked for and may be granted. */
const receiveBytes = 1024 * 1024;

/** Two UDP sockets on an even port and the odd one after it, as RTP and RTCP want them (RFC 3550 §11). */
export class UdpPair {
  readonly ports: PortPair;
  readonly #sockets: Readonly<Record<DatagramKind, Socket>>;
  #closed = false;

  private constructor(ports: PortPair, sockets: Readonly<Record<DatagramKind, Socket>>, onDatagram: OnDatagram) {
    this.ports = ports;
    this.#sockets = sockets;
    for (const kind of ['rtp', 'rtcp'] as const) {
      // What the network says about single datagrams (ICMP) ends nothing: the watchdog does.
      sockets[kind].on('error', () => undefined);
      sockets[kind].on('message', (packet, from) => onDatagram(kind, packet, from));
    }
  }

  /** Opens a pair for a camera at an address of this family; undefined when no pair of ports is free. */
  static async open(family: 4 | 6, onDatagram: OnDatagram): Promise<UdpPair | undefined> {
    for (let attempt = 0; attempt < maxTries; attempt += 1) {
      const first = await bound(family, 0);
      if (first === undefined) return undefined;
      const { port } = first.address() as AddressInfo;
      const second = await bound(family, port ^ 1);
      if (second === undefined) {
        first.close();
        continue;
      }
      const [rtp, rtcp] = port % 2 === 0 ? [first, second] : [second, first];
      return new UdpPair({ rtp: port & ~1, rtcp: port | 1 }, { rtp, rtcp }, onDatagram);
    }
    return undefined;
  }

  /** Sends a datagram; one that cannot be sent is lost like any other. */
  send(kind: DatagramKind, packet: Buffer, port: number, host: string): void {
    if (!this.#closed) this.#sockets[kind].send(packet, port, host, () => undefined);
  }

  /** Closes both; idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sockets.rtp.close();
    this.#sockets.rtcp.close();
  }
}

async function bound(family: 4 | 6, port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6', recvBufferSize: receiveBytes });
  try {
    socket.bind(port);
    await once(socket, 'listening');
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
