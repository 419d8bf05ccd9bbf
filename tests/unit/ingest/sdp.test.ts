import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlUrl } from '../../../src/edge/ingest/control-url.ts';
import { chooseVideoTrack, parseSdp } from '../../../src/edge/ingest/sdp.ts';

const hikvision = `v=0
o=- 1109162014219182 1109162014219192 IN IP4 x.y.z.w
s=Media Presentation
e=NONE
b=AS:5100
t=0 0
a=control:rtsp://10.0.0.9/Streaming/Channels/101/
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
b=AS:5000
a=recvonly
a=x-dimensions:1920,1080
a=control:rtsp://10.0.0.9/Streaming/Channels/101/trackID=1
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z00AKp2oHgCJ+WbgICAgQA==,aO48gA==
m=application 0 RTP/AVP 107
a=control:rtsp://10.0.0.9/Streaming/Channels/101/trackID=3
a=rtpmap:107 vnd.onvif.metadata/90000
`;

describe('session description', () => {
  test('of a usual camera', () => {
    const description = parseSdp(hikvision.replaceAll('\n', '\r\n'));
    expect(description.control).toBe('rtsp://10.0.0.9/Streaming/Channels/101/');
    expect(chooseVideoTrack(description)).toEqual({
      kind: 'track',
      track: {
        codec: 'h264',
        payloadType: 96,
        clockRate: 90_000,
        control: 'rtsp://10.0.0.9/Streaming/Channels/101/trackID=1',
        parameterSets: [Buffer.from('Z00AKp2oHgCJ+WbgICAgQA==', 'base64'), Buffer.from('aO48gA==', 'base64')],
        dimensions: { width: 1920, height: 1080 },
      },
    });
  });

  test.each([
    [
      'audio first, bare line feeds',
      'm=audio 0 RTP/AVP 8\na=control:0\nm=video 0 RTP/AVP 97\na=rtpmap:97 h264/90000\na=control:1',
      97,
    ],
    ['a port and a count', 'm=video 49170/2 RTP/AVP 35\r\na=rtpmap:35 H264/90000', 35],
    [
      'a second video that can be taken',
      'm=video 0 RTP/AVP 98\na=rtpmap:98 VP9/90000\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000',
      96,
    ],
    ['no rtpmap, but its parameters', 'm=video 0 RTP/AVP 96\na=fmtp:96 packetization-mode=1', 96],
    ['two formats of which one can be taken', 'm=video 0 RTP/AVP 98 96\na=rtpmap:98 VP8/90000\na=rtpmap:96 AVC', 96],
    ['blanks and junk', ' m=video 0 RTP/AVP 96 \n?!\n\nnonsense\n A=x\na=RTPMAP:96  H264/0', 96],
    ['no clock rate', 'm=video 0 RTP/AVP 96\na=rtpmap:96 H264', 96],
  ])('with %s', (_what, text, payloadType) => {
    expect(chooseVideoTrack(parseSdp(text))).toMatchObject({
      kind: 'track',
      track: { payloadType, clockRate: 90_000, parameterSets: [] },
    });
  });

  test.each([
    ['no media', 'v=0\r\n', { kind: 'no-video-track', found: 'nothing' }],
    ['audio only', 'm=audio 0 RTP/AVP 0', { kind: 'no-video-track', found: 'audio' }],
    ['MPEG-4', 'm=video 0 RTP/AVP 96\na=rtpmap:96 MP4V-ES/90000', { kind: 'unsupported-codec', found: 'MP4V-ES' }],
    ['static H.263', 'm=video 0 RTP/AVP 34', { kind: 'unsupported-codec', found: 'H263' }],
    ['a codec without name', 'm=video 0 RTP/AVP 99', { kind: 'unsupported-codec', found: 'unnamed' }],
  ])('with %s', (_what, text, expected) => {
    expect(chooseVideoTrack(parseSdp(text))).toEqual(expected);
  });

  test('of an H.265 camera (RFC 7798 §7.1), and of one that writes start codes', () => {
    const text =
      'm=video 0 RTP/AVP 96\na=rtpmap:96 HEVC/90000\na=fmtp:96 sprop-pps=RAE=;sprop-vps=QAE=; sprop-sps=AAAAAUIB';
    expect(chooseVideoTrack(parseSdp(text))).toMatchObject({
      track: { codec: 'h265', parameterSets: ['4001', '4201', '4401'].map((hex) => Buffer.from(hex, 'hex')) },
    });
  });

  test('of a JPEG camera, larger than the RTP header can say (RFC 6064 §4)', () => {
    const text = 'm=video 0 RTP/AVP 26\na=framesize:26 2592-1944';
    expect(chooseVideoTrack(parseSdp(text))).toMatchObject({
      track: { codec: 'mjpeg', payloadType: 26, dimensions: { width: 2592, height: 1944 } },
    });
  });

  test('with several video tracks, one asked for', () => {
    const two = 'm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 8\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000';
    expect(chooseVideoTrack(parseSdp(two))).toMatchObject({ track: { codec: 'mjpeg' } });
    expect(chooseVideoTrack(parseSdp(two), 1)).toMatchObject({ track: { codec: 'h264' } });
    expect(chooseVideoTrack(parseSdp(two), 2)).toMatchObject({ found: 'video, audio, video, no video track 2' });
  });

  test.each(['H264/90000\na=fmtp:96 packetization-mode=2', 'H265/90000\na=fmtp:96 sprop-max-don-diff=2'])(
    'out of decoding order: %s',
    (text) => {
      expect(chooseVideoTrack(parseSdp(`m=video 0 RTP/AVP 96\na=rtpmap:96 ${text}`)).kind).toBe('unsupported-codec');
    },
  );

  test('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void chooseVideoTrack(parseSdp(`m=video 0 RTP/AVP 96\n${text}`))));
  });
});

describe('control URL', () => {
  test.each([
    ['rtsp://h/a', undefined, 'rtsp://h/a'],
    ['rtsp://h/a/', '*', 'rtsp://h/a/'],
    ['rtsp://h/a/', 'trackID=1', 'rtsp://h/a/trackID=1'],
    ['rtsp://h/a', 'trackID=1', 'rtsp://h/a/trackID=1'],
    ['rtsp://h/a', '/trackID=1', 'rtsp://h/a/trackID=1'],
    ['rtsp://h/cam?channel=1&subtype=1', 'trackID=0', 'rtsp://h/cam?channel=1&subtype=1/trackID=0'],
    ['rtsp://h/a', 'rtsp://u:p@10.0.0.1:8554/b', 'rtsp://10.0.0.1:8554/b'],
  ])('%s + %s', (base, control, expected) => {
    expect(controlUrl(base, control)).toBe(expected);
  });
});
