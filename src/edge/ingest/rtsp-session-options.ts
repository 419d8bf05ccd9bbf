import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Authenticator } from './authenticator.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type { RtspTarget } from './rtsp-target.ts';
import type { MediaPath, PortPair } from './setup-answer.ts';
import type { DatagramKind } from './udp-pair.ts';
import type { AccessUnitSink } from './video-receiver.ts';

/** Why a session has to go on over another connection. */
export type Detour = { readonly kind: 'redirect'; readonly target: RtspTarget } | { readonly kind: 'reopen' };

/** What a session wants done; it calls these while it takes bytes in. */
export interface RtspSessionHandler extends AccessUnitSink {
  /** Bytes for the server. */
  send(bytes: Buffer): void;
  /** An RTCP packet for the server, where packets come as datagrams. */
  sendDatagram(kind: DatagramKind, packet: Buffer): void;
  /** SETUP was answered: this is how packets will come. */
  onPath(path: MediaPath): void;
  /** PLAY was answered: pictures should come. */
  onPlaying(): void;
  /** A whole picture came that cannot be decoded: `lacks` says why. */
  onSkipped(): void;
  /** The session is over, to be begun again elsewhere; called once, in place of `onFailure`. */
  onDetour(detour: Detour): void;
  /** The session is over and takes nothing more; called once. */
  onFailure(reason: BlindReason, detail: string): void;
}

/** What a session needs. */
export interface RtspSessionOptions {
  readonly cameraId: CameraId;
  readonly target: RtspTarget;
  readonly auth: Authenticator;
  /** Ports of ours to ask for UDP with; undefined: TCP. */
  readonly ports?: PortPair | undefined;
  /** Whether a server that refuses UDP is asked for TCP. */
  readonly tcpToo?: boolean;
  /** Which video track, from 0; default the first of a codec we take. */
  readonly videoTrack?: number | undefined;
  readonly counters: IngestCounters;
  readonly random: () => number;
  readonly handler: RtspSessionHandler;
}
