import { headerOf, type RtspResponse } from './rtsp-message.ts';

/** Ports of our own for RTP and RTCP. */
export interface PortPair {
  readonly rtp: number;
  readonly rtcp: number;
}

/** How the packets of a track come. */
export type MediaPath =
  /** Within the RTSP connection, on these channels (RFC 2326 §10.12). */
  | { readonly kind: 'tcp'; readonly rtpChannel: number; readonly rtcpChannel: number }
  /** As datagrams; `server`: where the server sends from, where it says so (RFC 2326 §12.39). */
  | { readonly kind: 'udp'; readonly server: PortPair | undefined };

/** What a SETUP agreed on. */
export interface SetupAnswer {
  readonly sessionId: string;
  /** The server forgets us after this long without a sign of life (RFC 2326 §12.37). */
  readonly timeoutMs: number;
  readonly path: MediaPath;
}

const defaultTimeoutMs = 60_000; // RFC 2326 §12.37

/** The Transport field to ask with: UDP to our ports, or within the connection. */
export function transportField(ports: PortPair | undefined): string {
  return ports === undefined
    ? 'RTP/AVP/TCP;unicast;interleaved=0-1'
    : `RTP/AVP;unicast;client_port=${ports.rtp}-${ports.rtcp}`;
}

/** Reads Session and Transport of a SETUP answer; a text says what is wrong with it. */
export function parseSetupAnswer(response: RtspResponse, asked: PortPair | undefined): SetupAnswer | string {
  const session = headerOf(response, 'session');
  const sessionId = session?.split(';', 1)[0]?.trim() ?? '';
  if (session === undefined || sessionId === '') return 'SETUP was answered without a session';
  const transport = headerOf(response, 'transport') ?? '';
  const tcp = /RTP\/\w+\/TCP|interleaved/i.test(transport);
  // A server may choose TCP where UDP was asked for, but not the other way round: we have no ports then.
  if (asked === undefined && transport !== '' && !tcp) return `SETUP was answered with transport ${transport}`;
  const seconds = Number(/timeout\s*=\s*"?(\d{1,6})/i.exec(session)?.[1] ?? 0);
  return {
    sessionId,
    timeoutMs: seconds > 0 ? seconds * 1000 : defaultTimeoutMs,
    path: asked === undefined || tcp ? tcpPath(transport) : { kind: 'udp', server: serverPorts(transport) },
  };
}

function tcpPath(transport: string): MediaPath {
  const channels = /interleaved\s*=\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?/i.exec(transport);
  const rtpChannel = Number(channels?.[1] ?? 0);
  return { kind: 'tcp', rtpChannel, rtcpChannel: Number(channels?.[2] ?? rtpChannel + 1) & 0xff };
}

function serverPorts(transport: string): PortPair | undefined {
  const ports = /server_port\s*=\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?/i.exec(transport);
  const rtp = Number(ports?.[1] ?? 0);
  const rtcp = Number(ports?.[2] ?? rtp + 1);
  return rtp >= 1 && rtp <= 65_535 && rtcp >= 1 && rtcp <= 65_535 ? { rtp, rtcp } : undefined;
}
