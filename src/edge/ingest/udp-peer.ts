import type { RemoteInfo } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PortPair } from './setup-answer.ts';
import { type DatagramKind, UdpPair } from './udp-pair.ts';

/** What happens to datagrams. */
export interface UdpPeerHandler {
  /** One from the camera; `packet` is the taker's own. */
  onPacket(kind: DatagramKind, packet: Buffer): void;
  /** One from somebody else. */
  onForeign(): void;
}

/** An RTP header without payload. */
const emptyRtp = Buffer.from([0x80, 0, ...Array<number>(10).fill(0)]);
/** A receiver report without blocks (RFC 3550 §6.4.2). */
const emptyReport = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);

/**
 * The camera as a sender of datagrams. Only its own address is listened to; its first packet says from which port it
 * really sends, and from then on no other port is believed.
 */
export class UdpPeer {
  readonly #host: string;
  readonly #handler: UdpPeerHandler;
  readonly #to: Record<DatagramKind, number | undefined> = { rtp: undefined, rtcp: undefined };
  readonly #learnt = new Set<DatagramKind>();
  #pair: UdpPair | undefined;
  #open = false;

  constructor(options: { host: string; handler: UdpPeerHandler }) {
    this.#host = options.host;
    this.#handler = options.handler;
  }

  /** Opens our ports; undefined when none are free. */
  async open(): Promise<PortPair | undefined> {
    this.#pair = await UdpPair.open(isIPv6(this.#host) ? 6 : 4, (kind, packet, from) => this.#take(kind, packet, from));
    return this.#pair?.ports;
  }

  /** The server said where it sends from, or not; nothing is taken before. */
  agreed(server: PortPair | undefined): void {
    this.#to.rtp = server?.rtp;
    this.#to.rtcp = server?.rtcp;
    this.#open = true;
    this.punch();
  }

  /** Opens the way back through NAT and firewalls, and keeps it open, by packets that say nothing (RFC 6263 §4). */
  punch(): void {
    this.send('rtp', emptyRtp);
    this.send('rtcp', emptyReport);
  }

  /** Sends a packet, where it is known to which port. */
  send(kind: DatagramKind, packet: Buffer): void {
    const port = this.#to[kind];
    if (port !== undefined) this.#pair?.send(kind, packet, port, this.#host);
  }

  /** Closes our ports; idempotent. */
  close(): void {
    this.#open = false;
    this.#pair?.close();
  }

  #take(kind: DatagramKind, packet: Buffer, from: RemoteInfo): void {
    const known = !this.#learnt.has(kind) || this.#to[kind] === from.port;
    if (!this.#open || !known || plain(from.address) !== plain(this.#host)) {
      this.#handler.onForeign();
      return;
    }
    this.#learnt.add(kind);
    this.#to[kind] = from.port;
    this.#handler.onPacket(kind, packet);
  }
}

/** An IPv4 address may be written as an IPv6 one; a zone is none of it. */
function plain(address: string): string {
  return address.replace(/^::ffff:/i, '').replace(/%.*$/, '');
}
