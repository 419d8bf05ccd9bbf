import type { VideoCodec } from '../../domain/access-unit.ts';

/** One format of a media section (RFC 8866 §5.14). */
interface SdpFormat {
  readonly payloadType: number;
  /** Encoding name in upper case, e.g. `H264`; empty where the description does not say. */
  readonly encoding: string;
  readonly clockRate: number;
  /** Format parameters (RFC 6184 §8.2.1), names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** One media section of a session description (RFC 8866 §5.14). */
interface SdpMedia {
  readonly kind: string;
  /** In the order of the section: the sender's preference. */
  readonly formats: readonly SdpFormat[];
  readonly control: string | undefined;
  readonly dimensions: { readonly width: number; readonly height: number } | undefined;
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
  /** NAL units of `sprop-parameter-sets` (RFC 6184 §8.1) or `sprop-vps/sps/pps` (RFC 7798 §7.1), without start codes. */
  readonly parameterSets: readonly Buffer[];
  /** Where the description gives them (`a=x-dimensions`, `a=framesize` of RFC 6064 §4). */
  readonly dimensions?: { readonly width: number; readonly height: number };
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
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line.startsWith('m=')) sections.push([line]);
    else if (line.startsWith('a=')) sections.at(-1)?.push(line);
  }
  const [session = [], ...media] = sections;
  return { control: attribute(session, 'control'), media: media.map(parseMedia).filter((each) => each !== undefined) };
}

/**
 * The first video track of a codec we take, or the `index`-th video track, counted from 0, where one is asked for;
 * otherwise what was found instead. Audio, metadata and application tracks are never looked at.
 */
export function chooseVideoTrack(description: SessionDescription, index?: number): TrackChoice {
  const all = description.media.filter((media) => media.kind === 'video');
  const videos = index === undefined ? all : all.slice(index, index + 1);
  for (const { control, formats, dimensions } of videos) {
    for (const format of formats) {
      const codec = codecs.get(format.encoding);
      if (codec === undefined || needsDecodingOrder(format)) continue;
      const { payloadType, clockRate } = format;
      const track = { codec, payloadType, clockRate, control, parameterSets: parameterSetsOf(format) };
      return { kind: 'track', track: dimensions === undefined ? track : { ...track, dimensions } };
    }
  }
  if (videos.length > 0) {
    return { kind: 'unsupported-codec', found: videos.flatMap(({ formats }) => formats.map(nameOf)).join(', ') };
  }
  const found = description.media.map((each) => each.kind).join(', ') || 'nothing';
  return { kind: 'no-video-track', found: all.length > 0 ? `${found}, no video track ${index}` : found };
}

/** Encoding names (RFC 6184, 7798, 2435 and what cameras write instead). */
const codecs: ReadonlyMap<string, VideoCodec> = new Map([
  ['H264', 'h264'],
  ['AVC', 'h264'],
  ['H265', 'h265'],
  ['HEVC', 'h265'],
  ['JPEG', 'mjpeg'],
  ['MJPEG', 'mjpeg'],
]);

/** Interleaved H.264 (RFC 6184 §6.4) and H.265 out of order (RFC 7798 §7.1): no camera met so far sends them. */
function needsDecodingOrder({ parameters }: SdpFormat): boolean {
  return parameters.get('packetization-mode') === '2' || Number(parameters.get('sprop-max-don-diff') ?? 0) > 0;
}

function nameOf(format: SdpFormat): string {
  return `${format.encoding || 'unnamed'}${needsDecodingOrder(format) ? ' interleaved' : ''}`;
}

function parameterSetsOf({ parameters }: SdpFormat): Buffer[] {
  return ['sprop-parameter-sets', 'sprop-vps', 'sprop-sps', 'sprop-pps'].flatMap((name) =>
    readParameterSets(parameters.get(name)),
  );
}

function parseMedia(lines: readonly string[]): SdpMedia | undefined {
  const match = /^m=(\S+)\s+\S+\s+\S+((?:\s+\d{1,3})+)\s*$/.exec(lines[0] ?? '') ?? /^m=(\S+)/.exec(lines[0] ?? '');
  if (match === null) return undefined;
  const payloadTypes = (match[2] ?? '').split(/\s+/).filter(Boolean).slice(0, maxFormats).map(Number);
  const size = /^(?:\d+\s+)?(\d{1,5})\s*[,-]\s*(\d{1,5})$/.exec(
    attribute(lines, 'x-dimensions') ?? attribute(lines, 'framesize') ?? '',
  );
  return {
    kind: (match[1] ?? '').toLowerCase(),
    formats: payloadTypes.map((payloadType) => parseFormat(lines, payloadType)),
    control: attribute(lines, 'control'),
    dimensions: size === null ? undefined : { width: Number(size[1]), height: Number(size[2]) },
  };
}

/** More than any description offers; a longer list is not a camera's. */
const maxFormats = 16;

function parseFormat(lines: readonly string[], payloadType: number): SdpFormat {
  const own = (name: string) =>
    attributes(lines, name)
      .map((value) => /^(\d+)\s+(.*)$/.exec(value))
      .find((found) => Number(found?.[1]) === payloadType)?.[2];
  const parameters = parseParameters(own('fmtp') ?? '');
  const named = own('rtpmap') ?? staticEncodings.get(payloadType) ?? encodingBy(parameters);
  const [encoding = '', rate] = named.split('/');
  const clockRate = Number(rate);
  return {
    payloadType,
    encoding: encoding.trim().toUpperCase(),
    // Video is 90 kHz but for the rarest exception (RFC 6184 §8.2.1).
    clockRate: Number.isInteger(clockRate) && clockRate >= 1000 ? clockRate : 90_000,
    parameters,
  };
}

/** What a dynamic payload type without an rtpmap can only be. */
function encodingBy(parameters: ReadonlyMap<string, string>): string {
  if (parameters.has('sprop-vps') || parameters.has('sprop-sps')) return 'H265';
  return parameters.has('sprop-parameter-sets') || parameters.has('packetization-mode') ? 'H264' : '';
}

function attributes(lines: readonly string[], name: string): string[] {
  const prefix = `a=${name}:`;
  return lines
    .filter((line) => line.slice(0, prefix.length).toLowerCase() === prefix)
    .map((line) => line.slice(prefix.length).trim());
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
    .map((part) => withoutStartCode(Buffer.from(part.trim(), 'base64')))
    .filter((nal) => nal.length > 0);
}

/** Some cameras write the sets as they stand in a file, start code included. */
function withoutStartCode(nal: Buffer): Buffer {
  const one = nal.indexOf(1);
  return one >= 2 && one <= 3 && nal.subarray(0, one).every((byte) => byte === 0) ? nal.subarray(one + 1) : nal;
}
