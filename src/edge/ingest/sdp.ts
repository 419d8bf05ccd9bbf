import type { VideoCodec } from '../../domain/access-unit.ts';

/** One media section of a session description (RFC 8866 §5.14). */
interface SdpMedia {
  readonly kind: string;
  readonly payloadType: number;
  /** Encoding name in upper case, e.g. `H264`; empty where the description does not say. */
  readonly encoding: string;
  readonly clockRate: number;
  /** Format parameters (RFC 6184 §8.2.1), names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly control: string | undefined;
}

/** What a DESCRIBE said. */
export interface SessionDescription {
  /** Session-level `a=control` (RFC 2326 §C.1.1). */
  readonly control: string | undefined;
  readonly media: readonly SdpMedia[];
}

/** A track this build can take. */
export interface VideoTrack {
  readonly codec: VideoCodec;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly control: string | undefined;
  /** NAL units of `sprop-parameter-sets`, without start codes (RFC 6184 §8.1). */
  readonly parameterSets: readonly Buffer[];
}

/** What there is to see in a session description. */
export type TrackChoice =
  | { readonly kind: 'track'; readonly track: VideoTrack }
  | { readonly kind: 'no-video-track'; readonly found: string }
  | { readonly kind: 'unsupported-codec'; readonly found: string };

/** Static payload types of RFC 3551 §6 that cameras use without an rtpmap. */
const staticEncodings: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU'],
  [8, 'PCMA'],
  [26, 'JPEG'],
  [31, 'H261'],
  [32, 'MPV'],
  [34, 'H263'],
]);

/** Reads a session description; lines it does not know or cannot read are passed over. */
export function parseSdp(text: string): SessionDescription {
  const sections: string[][] = [[]];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith('m=')) sections.push([line]);
    else sections.at(-1)?.push(line);
  }
  const [session = [], ...media] = sections;
  return { control: attribute(session, 'control'), media: media.map(parseMedia).filter((each) => each !== undefined) };
}

/** The first video track of a codec we take; otherwise what was found instead. */
export function chooseVideoTrack(description: SessionDescription): TrackChoice {
  const videos = description.media.filter((media) => media.kind === 'video');
  const media = videos.find((video) => video.encoding === 'H264');
  if (media !== undefined) {
    return {
      kind: 'track',
      track: {
        codec: 'h264',
        payloadType: media.payloadType,
        clockRate: media.clockRate,
        control: media.control,
        parameterSets: readParameterSets(media.parameters.get('sprop-parameter-sets')),
      },
    };
  }
  if (videos.length > 0) {
    return { kind: 'unsupported-codec', found: videos.map((video) => video.encoding || 'unnamed').join(', ') };
  }
  return { kind: 'no-video-track', found: description.media.map((each) => each.kind).join(', ') || 'nothing' };
}

function parseMedia(lines: readonly string[]): SdpMedia | undefined {
  const match = /^m=(\S+)\s+\S+\s+\S+\s+(\d{1,3})\b/.exec(lines[0] ?? '');
  if (match === null) return undefined;
  const payloadType = Number(match[2]);
  const own = (name: string) =>
    attributes(lines, name)
      .map((value) => /^(\d+)\s+(.*)$/.exec(value))
      .find((found) => Number(found?.[1]) === payloadType)?.[2];
  const [encoding = '', rate] = (own('rtpmap') ?? staticEncodings.get(payloadType) ?? '').split('/');
  const clockRate = Number(rate);
  return {
    kind: (match[1] ?? '').toLowerCase(),
    payloadType,
    encoding: encoding.trim().toUpperCase(),
    // Video is 90 kHz but for the rarest exception (RFC 6184 §8.2.1).
    clockRate: Number.isInteger(clockRate) && clockRate > 0 ? clockRate : 90_000,
    parameters: parseParameters(own('fmtp') ?? ''),
    control: attribute(lines, 'control'),
  };
}

function attributes(lines: readonly string[], name: string): string[] {
  const prefix = `a=${name}:`;
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim());
}

function attribute(lines: readonly string[], name: string): string | undefined {
  return attributes(lines, name)[0];
}

function parseParameters(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(';').map((pair) => {
    const equals = pair.indexOf('=');
    return equals === -1
      ? ([pair.trim().toLowerCase(), ''] as const)
      : ([pair.slice(0, equals).trim().toLowerCase(), pair.slice(equals + 1).trim()] as const);
  });
  return new Map(pairs.filter(([name]) => name !== ''));
}

function readParameterSets(text: string | undefined): Buffer[] {
  return (text ?? '')
    .split(',')
    .map((part) => Buffer.from(part.trim(), 'base64'))
    .filter((nal) => nal.length > 0);
}
