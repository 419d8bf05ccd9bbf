import { describe, expect, test } from 'vitest';
import { cameraStreamSchema } from '../../../src/edge/ingest/config.ts';
import { parseRtspUrl } from '../../../src/edge/ingest/rtsp-target.ts';
import { parseConfig } from '../../../src/lib/config.ts';

describe('RTSP address', () => {
  test.each([
    ['rtsp://cam/a?b=1', { host: 'cam', port: 554, secure: false, url: 'rtsp://cam/a?b=1', credentials: undefined }],
    ['rtsps://cam/a', { host: 'cam', port: 322, secure: true, url: 'rtsps://cam/a', credentials: undefined }],
    ['RTSP://cam:8554', { host: 'cam', port: 8554, secure: false, url: 'rtsp://cam:8554', credentials: undefined }],
    [
      'rtsp://[fe80::1]:554/x',
      { host: 'fe80::1', port: 554, secure: false, url: 'rtsp://[fe80::1]:554/x', credentials: undefined },
    ],
    [
      'rtsp://admin:p%40ss@cam/a',
      {
        host: 'cam',
        port: 554,
        secure: false,
        url: 'rtsp://cam/a',
        credentials: { username: 'admin', password: 'p@ss' },
      },
    ],
    [
      'rtsp://admin:p@ss#100%@cam/a@b',
      {
        host: 'cam',
        port: 554,
        secure: false,
        url: 'rtsp://cam/a@b',
        credentials: { username: 'admin', password: 'p@ss#100%' },
      },
    ],
    [
      'rtsp://admin@cam',
      { host: 'cam', port: 554, secure: false, url: 'rtsp://cam', credentials: { username: 'admin', password: '' } },
    ],
  ])('%s', (text, expected) => {
    expect(parseRtspUrl(text)).toEqual(expected);
  });

  test.each([
    '',
    'http://cam/',
    'rtspx://cam/',
    'rtsp://',
    'rtsp://cam:0/',
    'rtsp://cam:70000/',
    'rtsp://a b/',
    'rtsp://cam:x/',
  ])('refuses %j', (text) => {
    expect(parseRtspUrl(text)).toBeUndefined();
  });
});

describe('stream configuration', () => {
  test('fills defaults', () => {
    expect(cameraStreamSchema.parse({ url: 'rtsp://cam/' })).toMatchObject({
      stalledAfterMs: 10_000,
      retryMinMs: 1_000,
      retryMaxMs: 30_000,
    });
  });

  test('names a wrong unit and does not repeat the address', () => {
    const text = 'url: http://admin:geheim@cam/\nstalledAfterMs: 10s';
    expect(() => parseConfig(text, cameraStreamSchema, 'edge.yaml')).toThrow(
      /url: expected rtsp:.*\n.*stalledAfterMs: wrong unit.*write 10000/,
    );
    expect(() => parseConfig(text, cameraStreamSchema, 'edge.yaml')).not.toThrow(/geheim/);
  });
});
