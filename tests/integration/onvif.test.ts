import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  chooseSubstream,
  discoverOnvif,
  locateOnvifStream,
  type OnvifProfile,
  readOnvifProfiles,
} from '../../src/edge/ingest/onvif-device.ts';
import { FakeOnvifDevice, type FakeOnvifOptions, type FakeProfile } from '../support/fake-onvif-device.ts';
import { closedPort } from '../support/scripted-rtsp-server.ts';

const profile = (over: Partial<FakeProfile>): FakeProfile => ({
  token: 'main',
  name: 'mainStream',
  encoding: 'H264',
  width: 1920,
  height: 1080,
  fps: 25,
  url: 'rtsp://10.0.0.1:554/main',
  ...over,
});
const profiles = [
  profile({}),
  profile({ token: 'sub', name: 'subStream', width: 640, height: 360, fps: 15, url: 'rtsp://a:b@10.0.0.1:554/sub' }),
  profile({ token: 'tiny', name: 'thirdStream', encoding: 'JPEG', width: 320, height: 180 }),
];

let device: FakeOnvifDevice;
const start = async (options: Partial<FakeOnvifOptions> = {}) => {
  device = await new FakeOnvifDevice({ profiles, username: 'viewer', password: 'p&ss', ...options }).start();
};
const request = (credentials: { username: string; password: string } | undefined, timeoutMs = 5_000) => ({
  address: { host: '127.0.0.1', port: device.port, path: '/onvif/device_service' },
  credentials,
  timeoutMs,
});
const right = { username: 'viewer', password: 'p&ss' };

describe('an ONVIF device', () => {
  beforeEach(() => start());
  afterEach(() => device.stop());

  test('tells its profiles with codec, size, rate and stream address, reached at the address that works', async () => {
    const outcome = await readOnvifProfiles(request(right));
    expect(outcome).toEqual({
      ok: true,
      value: [
        {
          token: 'main',
          name: 'mainStream',
          codec: 'H264',
          width: 1920,
          height: 1080,
          fps: 25,
          url: 'rtsp://10.0.0.1:554/main',
        },
        {
          token: 'sub',
          name: 'subStream',
          codec: 'H264',
          width: 640,
          height: 360,
          fps: 15,
          url: 'rtsp://10.0.0.1:554/sub',
        },
        {
          token: 'tiny',
          name: 'thirdStream',
          codec: 'JPEG',
          width: 320,
          height: 180,
          fps: 25,
          url: 'rtsp://10.0.0.1:554/main',
        },
      ],
    });
  });

  test('gives the substream unless told otherwise, by token or by name', async () => {
    const located = async (wanted?: string) => locateOnvifStream(request(right), wanted);
    expect(await located()).toEqual({ ok: true, value: 'rtsp://10.0.0.1:554/sub' });
    expect(await located('main')).toEqual({ ok: true, value: 'rtsp://10.0.0.1:554/main' });
    expect(await located('mainStream')).toEqual({ ok: true, value: 'rtsp://10.0.0.1:554/main' });
    expect(await located('mainStraem')).toEqual({
      ok: false,
      reason: 'refused',
      detail: 'no profile "mainStraem"; did you mean "mainStream"?',
    });
  });

  test('whose clock is off by a year still takes the password', async () => {
    await device.stop();
    await start({ clockSkewMs: -365 * 86_400_000 });
    expect(await locateOnvifStream(request(right), undefined)).toMatchObject({ ok: true });
  });

  test.each([
    ['a wrong password', { username: 'viewer', password: 'wrong' }],
    ['no credentials', undefined],
  ])('refuses %s: unauthorized', async (_what, credentials) => {
    expect(await locateOnvifStream(request(credentials), undefined)).toEqual({
      ok: false,
      reason: 'unauthorized',
      detail: 'ONVIF: user name or password refused',
    });
  });

  test('with one profile only, or none', async () => {
    device.options = { ...device.options, profiles: profiles.slice(0, 1) };
    expect(await locateOnvifStream(request(right), undefined)).toMatchObject({ value: 'rtsp://10.0.0.1:554/main' });
    device.options = { ...device.options, profiles: [] };
    expect(await locateOnvifStream(request(right), undefined)).toMatchObject({ ok: false });
  });

  test.each([
    '',
    '<html>not found</html>',
    '<?xml version="1.0"?><a',
    '<s:Envelope><s:Body></s:Body></s:Envelope>',
    '<s:Envelope xmlns:s="x"><s:Body><GetSystemDateAndTimeResponse/></s:Body></s:Envelope>',
    `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(100)}">]><a>&b;</a>`,
    '\0\xff\xfe',
  ])('that answers %j is an outcome, not an error', async (garbage) => {
    device.options = { ...device.options, garbage };
    expect(await readOnvifProfiles(request(right))).toMatchObject({ ok: false, reason: 'protocol-error' });
  });

  test('that accepts and stays silent, or is not there: unreachable', async () => {
    device.options = { ...device.options, silent: true };
    expect(await readOnvifProfiles(request(right, 200))).toMatchObject({ ok: false, reason: 'unreachable' });
    const nobody = { ...request(right), address: { host: '127.0.0.1', port: await closedPort(), path: '/' } };
    expect(await readOnvifProfiles(nobody)).toEqual({
      ok: false,
      reason: 'unreachable',
      detail: 'ONVIF: cannot connect: ECONNREFUSED',
    });
  });

  test('is found by WS-Discovery, an answer that is no XML notwithstanding', async () => {
    await device.discoverable();
    expect(await discoverOnvif({ timeoutMs: 500, device: 'lo' })).toEqual([
      {
        id: 'urn:uuid:5f5a69c2-e0ae-504f-829b-00fab1c0ffee',
        addresses: [`http://127.0.0.1:${device.port}/onvif/device_service`],
        name: 'Gate 3',
        hardware: 'FAKE-1',
      },
    ]);
  });
});

describe('the substream', () => {
  const of = (...list: [string, number, number, number][]) =>
    chooseSubstream(
      list.map(
        ([codec, width, height, fps], index): OnvifProfile => ({
          token: String(index),
          name: '',
          codec,
          width,
          height,
          fps,
        }),
      ),
    )?.token;

  test.each([
    [
      'the smallest that is large enough',
      of(['H264', 1920, 1080, 25], ['H264', 640, 360, 25], ['H264', 352, 288, 25]),
      '1',
    ],
    ['the largest where none is', of(['H264', 320, 240, 25], ['H264', 352, 288, 25]), '1'],
    ['H.264 of two alike', of(['H265', 640, 360, 10], ['H264', 640, 360, 25]), '1'],
    ['the slower of two alike', of(['H264', 640, 360, 25], ['H264', 640, 360, 10]), '1'],
    ['none without video', of(['', 0, 0, 0]), undefined],
  ])('is %s', (_what, chosen, expected) => expect(chosen).toBe(expected));
});
