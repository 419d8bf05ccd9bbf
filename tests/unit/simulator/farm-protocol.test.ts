import { describe, expect, test } from 'vitest';
import { strongestChallenge } from '../../../src/edge/ingest/auth-challenge.ts';
import { authorizationFor } from '../../../src/edge/ingest/authorization.ts';
import { DigestGuard } from '../../../src/simulator/digest-guard.ts';
import { RequestReader } from '../../../src/simulator/request-reader.ts';

describe('Digest guard', () => {
  const access = { realm: 'cam "1"', username: 'user', password: 'secret' };
  const answer = (guard: DigestGuard, password: string) => {
    const challenge = strongestChallenge([guard.challenge({ ...access, realm: 'cam' })]);
    if (challenge === undefined) throw new Error('no challenge');
    const credentials = { username: 'user', password };
    return authorizationFor({ challenge, credentials, method: 'PLAY', uri: 'rtsp://h/a', nonceCount: 1, cnonce: 'c' });
  };

  test('lets the right password in, for the method and nonce it was computed for', () => {
    const guard = new DigestGuard();
    const plain = { ...access, realm: 'cam' };
    expect(guard.allows(plain, 'PLAY', answer(guard, 'secret'))).toBe(true);
    expect(guard.allows(plain, 'SETUP', answer(guard, 'secret'))).toBe(false);
    expect(guard.allows(plain, 'PLAY', answer(guard, 'wrong'))).toBe(false);
    expect(new DigestGuard().allows(plain, 'PLAY', answer(guard, 'secret'))).toBe(false);
    expect(guard.allows(plain, 'PLAY', undefined)).toBe(false);
    expect(guard.allows(plain, 'PLAY', 'Basic dXNlcjpzZWNyZXQ=')).toBe(false);
  });
});

describe('request reader', () => {
  const request = 'SETUP rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nab';

  test('finds requests between interleaved frames, byte by byte', () => {
    const reader = new RequestReader();
    const stream = Buffer.concat([Buffer.from([0x24, 1, 0, 2, 9, 9]), Buffer.from(request), Buffer.from(request)]);
    const found = [...stream].flatMap((byte) => reader.push(Buffer.from([byte])) ?? []);
    expect(found.map(({ method, uri }) => `${method} ${uri}`)).toEqual(['SETUP rtsp://h/a', 'SETUP rtsp://h/a']);
  });

  test.each(['GET / HTTP/1.1\r\n\r\n', 'x'.repeat(20_000), 'PLAY u RTSP/1.0\r\nContent-Length: -1\r\n\r\n'])(
    'gives up on %.20s',
    (text) => {
      expect(new RequestReader().push(Buffer.from(text))).toBeUndefined();
    },
  );
});
