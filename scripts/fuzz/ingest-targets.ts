import type { CameraId } from '../../src/domain/ids.ts';
import { strongestChallenge } from '../../src/edge/ingest/auth-challenge.ts';
import { Authenticator } from '../../src/edge/ingest/authenticator.ts';
import { createIngestCounters, type IngestCounters } from '../../src/edge/ingest/ingest-counters.ts';
import { MediaInput } from '../../src/edge/ingest/media-input.ts';
import { createRtcpNews, readRtcp } from '../../src/edge/ingest/rtcp.ts';
import { RtspReader } from '../../src/edge/ingest/rtsp-reader.ts';
import { RtspSession } from '../../src/edge/ingest/rtsp-session.ts';
import { parseRtspUrl } from '../../src/edge/ingest/rtsp-target.ts';
import { chooseVideoTrack, parseSdp, type VideoTrack } from '../../src/edge/ingest/sdp.ts';
import type { IngestCorpus } from './ingest-corpus.ts';
import type { FuzzRandom } from './random.ts';

/** One parser under fire. */
export interface FuzzTarget {
  readonly name: string;
  readonly corpus: readonly Buffer[];
  /** Feeds one input; a throw is a finding. */
  run(input: Buffer, random: FuzzRandom): void;
  /** How deep inputs got, e.g. pictures that came out. */
  depth(): number;
}

const cameraId = 'fuzz' as CameraId;
const now = 1_760_000_000_000;

/** Every parser of what a camera sends. Those of packets live through all inputs, so that what they keep would add up. */
export function ingestTargets(corpus: IngestCorpus): FuzzTarget[] {
  const h264 = { codec: 'h264', payloadType: 96 } as const;
  return [
    sdpTarget(corpus.sdps),
    challengeTarget(corpus.challenges),
    readerTarget(corpus.sessions),
    sessionTarget(corpus.sessions),
    rtcpTarget(corpus.rtcps),
    packetTarget('rtp-h264-tcp', corpus.h264, h264, 'tcp'),
    packetTarget('rtp-h264-udp', corpus.h264, h264, 'udp'),
    packetTarget('rtp-h265', corpus.h265, { codec: 'h265', payloadType: 98 }, 'tcp'),
    packetTarget('rtp-jpeg', corpus.mjpeg, { codec: 'mjpeg', payloadType: 26 }, 'tcp'),
  ];
}

function sdpTarget(corpus: readonly Buffer[]): FuzzTarget {
  let tracks = 0;
  return {
    name: 'sdp',
    corpus,
    run(input) {
      if (chooseVideoTrack(parseSdp(input.toString('utf8'))).kind === 'track') tracks += 1;
    },
    depth: () => tracks,
  };
}

function challengeTarget(corpus: readonly Buffer[]): FuzzTarget {
  let answered = 0;
  const credentials = { username: 'admin', password: 'secret' };
  return {
    name: 'www-authenticate',
    corpus,
    run(input) {
      const field = input.toString('latin1').replace(/^WWW-Authenticate: /, '');
      if (strongestChallenge([field]) === undefined) return;
      const auth = new Authenticator({ credentials, cnonce: () => 'c' });
      auth.challenged([field], { authorized: false, tries: 1 });
      if (auth.authorize('DESCRIBE', 'rtsp://cam/')?.includes('\n') === false) answered += 1;
    },
    depth: () => answered,
  };
}

function readerTarget(corpus: readonly Buffer[]): FuzzTarget {
  let elements = 0;
  const count = () => {
    elements += 1;
  };
  const handler = {
    onResponse: count,
    onRequest: count,
    onInterleaved: count,
    onGarbage: () => undefined,
    onBroken: () => undefined,
  };
  return {
    name: 'rtsp-reader',
    corpus,
    run(input, random) {
      const reader = new RtspReader({ handler, counters: createIngestCounters() });
      inChunks(input, random, (chunk) => reader.push(chunk));
    },
    depth: () => elements,
  };
}

function sessionTarget(corpus: readonly Buffer[]): FuzzTarget {
  let playing = 0;
  const target = parseRtspUrl('rtsp://127.0.0.1:554/live');
  if (target === undefined) throw new Error('no address');
  const credentials = { username: 'admin', password: 'secret' };
  return {
    name: 'rtsp-session',
    corpus,
    run(input, random) {
      const session = new RtspSession({
        cameraId,
        target,
        auth: new Authenticator({ credentials, cnonce: () => 'c' }),
        ports: random.below(4) === 0 ? { rtp: 5000, rtcp: 5001 } : undefined,
        tcpToo: true,
        counters: createIngestCounters(),
        random: () => random.next(),
        handler: {
          ...silent,
          onPlaying: () => {
            playing += 1;
          },
          onAccessUnit: () => undefined,
        },
      });
      session.begin();
      inChunks(input, random, (chunk) => session.receive(chunk, chunk.length, now));
      session.keepAlive();
      session.settle(Number.POSITIVE_INFINITY);
      session.end();
    },
    depth: () => playing,
  };
}

const silent = {
  send: () => undefined,
  sendDatagram: () => undefined,
  onPath: () => undefined,
  onSkipped: () => undefined,
  onDetour: () => undefined,
  onFailure: () => undefined,
};

function rtcpTarget(corpus: readonly Buffer[]): FuzzTarget {
  let read = 0;
  const news = createRtcpNews();
  return {
    name: 'rtcp',
    corpus,
    run(input) {
      if (readRtcp(input, 0, input.length, news)) read += 1;
    },
    depth: () => read,
  };
}

/** Packets to pictures, with loss, reordering and the sizes that the mutation left. */
function packetTarget(
  name: string,
  corpus: readonly Buffer[],
  track: Pick<VideoTrack, 'codec' | 'payloadType'>,
  transport: 'tcp' | 'udp',
): FuzzTarget {
  const counters: IngestCounters = createIngestCounters();
  let pictures = 0;
  let fed = 0;
  const path =
    transport === 'tcp'
      ? ({ kind: 'tcp', rtpChannel: 0, rtcpChannel: 1 } as const)
      : ({ kind: 'udp', server: undefined } as const);
  const media = new MediaInput({
    cameraId,
    track: { ...track, clockRate: 90_000, control: undefined, parameterSets: [] },
    path,
    counters,
    random: () => 0.5,
    handler: {
      ...silent,
      wanted: () => fed % 3 !== 0,
      onAccessUnit: ({ data }) => {
        pictures += 1;
        if (data.length > maxPictureBytes) throw new Error(`a picture of ${data.length} bytes`);
      },
    },
    onBye: () => undefined,
  });
  return {
    name,
    corpus,
    run(input, random) {
      for (let at = 0; at + 2 <= input.length; ) {
        const end = Math.min(input.length, at + 2 + input.readUInt16BE(at));
        fed += 1;
        const lost = random.below(32) === 0;
        // Numbered on, mostly: the same numbers again would all be passed over as old.
        if (end - at >= 6 && random.below(32) > 0) input.writeUInt16BE(fed & 0xffff, at + 4);
        if (!lost && transport === 'tcp') media.rtp(input, at + 2, end, now + fed);
        else if (!lost) media.datagram('rtp', Buffer.from(input.subarray(at + 2, end)), now + fed);
        at = end;
      }
      if (random.below(8) === 0) media.settle(now + fed + 1000);
    },
    depth: () => pictures,
  };
}

/** What a unit may hold, and its parameter sets. */
const maxPictureBytes = 9 * 1024 * 1024;

function inChunks(input: Buffer, random: FuzzRandom, push: (chunk: Buffer) => void): void {
  const most = random.pick([7, 100, 1460, 65_536]);
  for (let at = 0; at < input.length; ) {
    const size = 1 + random.below(most);
    push(input.subarray(at, at + size));
    at += size;
  }
}
