import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { strongestChallenge } from '../../../src/edge/ingest/auth-challenge.ts';
import { Authenticator } from '../../../src/edge/ingest/authenticator.ts';
import { authorizationFor } from '../../../src/edge/ingest/authorization.ts';

const mufasa = { username: 'Mufasa', password: 'Circle Of Life' };

/** The `response` of the Authorization that answers these WWW-Authenticate fields. */
function responseTo(
  fields: readonly string[],
  request: { method: string; uri: string; cnonce?: string; password?: string },
) {
  const challenge = strongestChallenge(fields);
  if (challenge === undefined) return undefined;
  const text = authorizationFor({
    challenge,
    credentials: { ...mufasa, password: request.password ?? mufasa.password },
    method: request.method,
    uri: request.uri,
    nonceCount: 1,
    cnonce: request.cnonce ?? '0a4f113b',
  });
  return /response="(\w+)"/.exec(text)?.[1] ?? text;
}

describe('answering a challenge', () => {
  test('Digest MD5 with qop: the example of RFC 2617 §3.5', () => {
    const field =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    expect(responseTo([field], { method: 'GET', uri: '/dir/index.html' })).toBe('6629fae49393a05397450978507c4ef1');
  });

  const rfc7616 = (algorithm: string) =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
  const example = {
    method: 'GET',
    uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    password: 'Circle of Life',
  };

  test('Digest MD5 and SHA-256: the examples of RFC 7616 §3.9.1; of both the stronger is taken', () => {
    expect(responseTo([rfc7616('MD5')], example)).toBe('8ca523f5e9506fed4657c9700eebdbec');
    const sha256 = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';
    expect(responseTo([rfc7616('SHA-256')], example)).toBe(sha256);
    expect(responseTo([`Basic realm="x", ${rfc7616('MD5')}`, rfc7616('SHA-256')], example)).toBe(sha256);
  });

  test('Digest without qop, as older cameras ask (RFC 2069)', () => {
    const challenge = strongestChallenge(['Digest realm="IP Camera(12345)", nonce="abc", stale="FALSE"']);
    expect(challenge).toMatchObject({ algorithm: 'MD5', qop: undefined, stale: false });
    if (challenge === undefined) return;
    const credentials = { username: 'admin', password: 'x' };
    const text = authorizationFor({
      challenge,
      credentials,
      method: 'DESCRIBE',
      uri: 'rtsp://h/a',
      nonceCount: 1,
      cnonce: 'c',
    });
    expect(text).not.toMatch(/qop|cnonce|nc=|algorithm/);
  });

  test('auth-int where nothing less is offered: the hash of our empty body is signed too (RFC 7616 §3.4.3)', () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const ha2 = md5(`DESCRIBE:rtsp://cam/:${md5('')}`);
    const input = {
      challenge: strongestChallenge(['Digest realm="r", nonce="n", qop="auth-int"']),
      credentials: { username: 'u', password: 'p' },
      method: 'DESCRIBE',
      uri: 'rtsp://cam/',
      nonceCount: 1,
      cnonce: 'c',
    };
    if (input.challenge === undefined) throw new Error('not answerable');
    const field = authorizationFor({ ...input, challenge: input.challenge });
    expect(field).toContain(`response="${md5(`${md5('u:r:p')}:n:00000001:c:auth-int:${ha2}`)}"`);
    expect(field).toContain('qop=auth-int, nc=00000001');
  });

  test('Basic: the example of RFC 7617 §2', () => {
    const challenge = strongestChallenge(['Basic realm="WallyWorld"']);
    expect(challenge).toEqual({ scheme: 'basic', realm: 'WallyWorld' });
    if (challenge === undefined) return;
    const credentials = { username: 'Aladdin', password: 'open sesame' };
    expect(authorizationFor({ challenge, credentials, method: 'OPTIONS', uri: '*', nonceCount: 1, cnonce: '' })).toBe(
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    );
  });

  test.each([
    ['nothing', []],
    ['another scheme', ['Negotiate abc==']],
    ['an algorithm nobody knows', ['Digest realm="r", nonce="n", algorithm=SHA-512-256']],
    ['a protection nobody knows', ['Digest realm="r", nonce="n", qop="auth-conf"']],
    ['a Digest without nonce', ['Digest realm="r"']],
    ['an unfinished string', ['Digest realm="r, nonce="']],
  ])('cannot answer %s', (_what, fields) => {
    expect(strongestChallenge(fields)).toBeUndefined();
  });
});

describe('authenticator', () => {
  const digest = (nonce: string, stale = false) => [`Digest realm="r", nonce="${nonce}", qop="auth", stale=${stale}`];
  const started = () => new Authenticator({ credentials: mufasa, cnonce: () => 'c' });

  test('stays silent until asked, then counts how often it used the nonce', () => {
    const auth = started();
    expect(auth.authorize('OPTIONS', 'u')).toBeUndefined();
    expect(auth.challenged(digest('n1'), { authorized: false, tries: 1 })).toEqual({ kind: 'retry' });
    expect(auth.authorize('DESCRIBE', 'u')).toMatch(/nonce="n1".*nc=00000001/);
    expect(auth.authorize('SETUP', 'u')).toMatch(/nc=00000002/);
  });

  test('sends wrong credentials once only', () => {
    const auth = started();
    auth.challenged(digest('n1'), { authorized: false, tries: 1 });
    expect(auth.challenged(digest('n2'), { authorized: true, tries: 2 })).toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('refused'),
    });
  });

  test('takes a new nonce when the old one is stale, but not for ever', () => {
    const auth = started();
    auth.challenged(digest('n1'), { authorized: false, tries: 1 });
    expect(auth.challenged(digest('n2', true), { authorized: true, tries: 2 })).toEqual({ kind: 'retry' });
    expect(auth.authorize('PLAY', 'u')).toMatch(/nonce="n2".*nc=00000001/);
    expect(auth.challenged(digest('n3', true), { authorized: true, tries: 3 })).toMatchObject({ kind: 'rejected' });
  });

  test('takes a new nonce without the stale flag once the credentials were accepted', () => {
    const auth = started();
    auth.challenged(digest('n1'), { authorized: false, tries: 1 });
    auth.accepted();
    expect(auth.challenged(digest('n2'), { authorized: true, tries: 1 })).toEqual({ kind: 'retry' });
  });

  test('on another connection takes its nonce, once; the same nonce or Basic refused there is a wrong password', () => {
    const refused = { authorized: true, tries: 1 };
    const reopened = (fields: readonly string[]) => {
      const auth = started();
      auth.challenged(fields, { authorized: false, tries: 1 });
      auth.reopened();
      return auth;
    };
    const auth = reopened(digest('a'));
    expect(auth.challenged(digest('b'), refused).kind).toBe('retry');
    auth.reopened();
    expect(auth.challenged(digest('c'), refused).kind).toBe('rejected');
    expect(reopened(digest('a')).challenged(digest('a'), refused).kind).toBe('rejected');
    expect(reopened(['Basic realm="r"']).challenged(['Basic realm="r"'], refused).kind).toBe('rejected');
  });

  test('says what is missing', () => {
    const auth = new Authenticator({ credentials: undefined, cnonce: () => 'c' });
    expect(auth.challenged(digest('n'), { authorized: false, tries: 1 })).toEqual({
      kind: 'rejected',
      detail: 'the camera asks for Digest MD5 credentials; none configured',
    });
  });
});
