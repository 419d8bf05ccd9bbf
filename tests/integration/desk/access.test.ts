import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/lib/hash.ts';
import { DeskUnderTest } from '../../support/desk.ts';

describe('access to the desk', () => {
  let desk: DeskUnderTest;
  let id: string;

  beforeAll(async () => {
    desk = await DeskUnderTest.create({ database: { kind: 'memory' } });
    await desk.start();
    const [outcome] = await desk.accept(desk.chain.event({ observedAt: Date.now() }));
    id = outcome?.ticketId ?? '';
    await desk.untilState(id, 'DISPATCHED');
  });
  afterAll(() => desk?.remove());

  const raw = (path: string, init: RequestInit = {}) => fetch(`${desk.desk.address}${path}`, init);
  const signIn = (token: string) =>
    raw('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });

  test.each([
    '/api/me',
    '/api/tickets',
    '/api/tickets/x',
    '/api/tickets/x/trace',
    '/api/events',
    '/api/audit/verify',
    `/api/evidence/${sha256('x')}`,
  ])('%s needs a user', async (path) => {
    const answer = await desk.call(path);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      code: 'MB_UNAUTHENTICATED',
      message: 'not signed in',
      help: 'Sign in, or send a valid bearer token.',
    });
  });

  test('an auditor reads and verifies, but takes no step', async () => {
    expect((await desk.detail(id, 'auditor')).actions).toEqual([]);
    expect((await desk.call('/api/audit/verify', { role: 'auditor' })).status).toBe(200);
    const step = await desk.call(`/api/tickets/${id}/sign`, { role: 'auditor', body: {} });
    expect(step).toMatchObject({ status: 403, body: { code: 'MB_FORBIDDEN' } });
    expect((await desk.detail(id)).state).toBe('DISPATCHED');
  });

  test('a responder takes steps, but does not verify', async () => {
    expect((await desk.detail(id, 'responder')).actions).toEqual(['sign']);
    expect((await desk.call('/api/audit/verify', { role: 'responder' })).status).toBe(403);
  });

  test('a browser signs in with a token and gets a cookie scripts cannot read', async () => {
    const answer = await signIn('maplebridge-demo-dispatcher');
    expect(await answer.json()).toEqual({ name: 'dispatcher', role: 'dispatcher' });
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^maplebridge_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const cookie = set.split(';')[0] ?? '';
    expect((await raw('/api/tickets', { headers: { cookie } })).status).toBe(200);
    const foreign = { cookie, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' };
    expect((await raw(`/api/tickets/${id}/sign`, { method: 'POST', headers: foreign, body: '{}' })).status).toBe(401);
    const out = await raw('/api/session', { method: 'DELETE', headers: { cookie } });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await raw('/api/tickets', { headers: { cookie } })).status).toBe(401);
  });

  test.each([
    ['a state that does not exist', '/api/tickets?state=LOST', undefined, 400],
    ['a limit out of range', '/api/tickets?limit=100000', undefined, 400],
    ['an unknown query', '/api/tickets?sort=x', undefined, 400],
    ['an id that is none', '/api/tickets/7', undefined, 400],
    ['a hash that is none', '/api/evidence/..%2f..%2fetc%2fpasswd', undefined, 400],
    ['an unknown action', `/api/tickets/${'ID'}/explode`, '{}', 400],
    ['feedback without an outcome', `/api/tickets/${'ID'}/feedback`, '{"note":"x"}', 400],
    ['an outcome where none belongs', `/api/tickets/${'ID'}/sign`, '{"outcome":"DIFFICULT"}', 400],
    ['a body that is not JSON', `/api/tickets/${'ID'}/sign`, '{"note"', 400],
    ['a body that is too long', `/api/tickets/${'ID'}/sign`, JSON.stringify({ note: 'x'.repeat(20_000) }), 400],
  ])('%s is refused by name', async (_what, path, body, status) => {
    const answer = await raw(path.replace('ID', id), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: 'Bearer maplebridge-demo-admin', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({
      code: 'MB_REQUEST_INVALID',
      message: expect.any(String),
      help: expect.any(String),
    });
  });

  test('what is not there is said so', async () => {
    const ticket = await desk.call('/api/tickets/019a0000-0000-7000-8000-000000000000', { role: 'admin' });
    expect(ticket).toMatchObject({ status: 404, body: { code: 'MB_TICKET_UNKNOWN' } });
    expect(await desk.call('/api/nothing', { role: 'admin' })).toMatchObject({
      status: 404,
      body: { code: 'MB_NOT_FOUND' },
    });
    const file = await desk.call(`/api/evidence/${sha256('unlisted')}`, { role: 'admin' });
    expect(file).toMatchObject({ status: 404, body: { code: 'MB_NOT_FOUND' } });
  });

  test('a file in the store that no ticket lists is not served', async () => {
    const hash = await desk.evidence.put(Buffer.from('somebody else’s file'));
    expect((await desk.call(`/api/evidence/${hash}`, { role: 'admin' })).status).toBe(404);
  });

  test('evidence of a type browsers run is only ever a download', async () => {
    const page = Buffer.from('<script>alert(1)</script>');
    const file = { sha256: await desk.evidence.put(page), bytes: page.length, originalSha256: sha256('o') };
    await desk.accept(
      desk.chain.event({ observedAt: Date.now(), evidence: [{ kind: 'clip', mediaType: 'text/html', ...file }] }),
    );
    const { headers } = await desk.call(`/api/evidence/${file.sha256}`, { role: 'admin' });
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  test('every answer carries the security headers; without a build the front page says how to get one', async () => {
    const page = await raw('/');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('npm run console:build');
    for (const answer of [page, await raw('/api/me'), await raw('/healthz')]) {
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
    }
  });

  test('a built console is served, its own paths lead to its index', async () => {
    const built = join(desk.dir, 'console');
    await mkdir(join(built, 'assets'), { recursive: true });
    await writeFile(join(built, 'index.html'), '<!doctype html><title>console</title>');
    await writeFile(join(built, 'assets', 'main-abc.js'), 'void 0');
    await desk.stop();
    await desk.start({ consoleDir: built });
    expect(await (await raw('/')).text()).toContain('<title>console</title>');
    const deep = await raw('/tickets/7', { headers: { accept: 'text/html' } });
    expect(await deep.text()).toContain('<title>console</title>');
    const asset = await raw('/assets/main-abc.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await raw('/api/nothing', { headers: { accept: 'text/html' } })).status).toBe(404);
    expect((await raw('/assets/..%2f..%2fdatabase')).status).toBeGreaterThanOrEqual(400);
  });

  test('an address that cannot be decoded is answered like everything else', async () => {
    const answer = await raw('/api/tickets/%E0%A4%A');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'MB_REQUEST_INVALID' });
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  test('a cookie counts only for pages of the desk itself, also in browsers without Fetch Metadata', async () => {
    const cookie = (await signIn('maplebridge-demo-dispatcher')).headers.get('set-cookie')?.split(';')[0] ?? '';
    const from = async (headers: Record<string, string>) =>
      (await raw('/api/me', { headers: { cookie, ...headers } })).status;
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await from({ origin: 'https://elsewhere.example' })).toBe(401);
    expect(await from({ origin: 'null' })).toBe(401);
    expect(await from({ origin: desk.desk.address })).toBe(200);
    expect(await from({})).toBe(200);
  });

  test('who guesses tokens through a proxy locks out himself, not everybody behind it', async () => {
    const guess = (token: string, address: string) =>
      raw('/api/me', { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address } });
    for (let i = 0; i < 12; i += 1) await guess(`guess-${i}`, '10.0.0.66');
    expect((await guess('maplebridge-demo-auditor', '10.0.0.66')).status).toBe(429);
    expect((await guess('maplebridge-demo-auditor', '10.0.0.7')).status).toBe(200);
  });

  test('who guesses tokens has to wait', async () => {
    const answers = [];
    for (let i = 0; i < 12; i += 1) answers.push((await signIn(`guess-${i}`)).status);
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(answers.at(-1)).toBe(429);
    const blocked = await signIn('maplebridge-demo-dispatcher');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
