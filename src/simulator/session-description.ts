import { type Clip, clockRate } from './clip.ts';
import { payloadType } from './unit-packets.ts';

/** The SDP of a clip (RFC 8866, RFC 6184 §8.2.1). */
export function sessionDescription(clip: Clip): string {
  const sets = [...clip.sps, ...clip.pps].map((nal) => nal.toString('base64')).join(',');
  const profile = clip.sps[0]?.toString('hex', 1, 4) ?? '42e01f';
  const lines = [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=Maplebridge camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    `m=video 0 RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} H264/${clockRate}`,
    `a=fmtp:${payloadType} packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sets}`,
    'a=control:trackID=0',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
