import { describe, expect, test } from 'vitest';
import { LoginLimit } from '../../../src/desk/api/login-limit.ts';
import { may } from '../../../src/desk/api/permissions.ts';
import { Sessions } from '../../../src/desk/api/sessions.ts';
import { deskSchema } from '../../../src/desk/config.ts';
import { demoUsers } from '../../../src/desk/demo-users.ts';
import { refuseDeskDefaults } from '../../../src/desk/refuse-desk-defaults.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const none = { database: undefined, queue: undefined };

describe('who may do what', () => {
  test.each([
    ['dispatcher', true, true, true, true],
    ['responder', true, true, false, false],
    ['auditor', true, false, false, true],
    ['admin', true, true, true, true],
  ] as const)('%s: read %s, act %s, override %s, audit %s', (role, ...expected) => {
    expect((['read', 'act', 'override', 'audit'] as const).map((each) => may(role, each))).toEqual(expected);
  });
});

describe('sessions', () => {
  test('know a token by its hash, and end after a shift', () => {
    const clock = new FakeClock();
    const sessions = new Sessions({ accounts: [{ name: '王', role: 'responder', tokenSha256: sha256('t-1') }], clock });
    expect(sessions.byToken('t-2')).toBeUndefined();
    const me = sessions.byToken('t-1');
    expect(me).toEqual({ name: '王', role: 'responder' });
    if (me === undefined) return;
    const id = sessions.open(me);
    clock.advance(sessions.maxAgeSeconds * 1000 - 1);
    expect(sessions.bySession(id)).toEqual(me);
    clock.advance(1);
    expect(sessions.bySession(id)).toBeUndefined();
  });

  test('closed is closed', () => {
    const sessions = new Sessions({ accounts: [], clock: new FakeClock() });
    const id = sessions.open({ name: 'a', role: 'admin' });
    sessions.close(id);
    expect(sessions.bySession(id)).toBeUndefined();
  });
});

describe('guessing tokens', () => {
  test('ten wrong ones within a minute make an address wait, others not', () => {
    const clock = new FakeClock();
    const limit = new LoginLimit({ clock });
    for (let i = 0; i < 9; i += 1) limit.failed('10.0.0.1');
    expect(limit.waitSeconds('10.0.0.1')).toBe(0);
    limit.failed('10.0.0.1');
    expect(limit.waitSeconds('10.0.0.1')).toBe(60);
    expect(limit.waitSeconds('10.0.0.2')).toBe(0);
    clock.advance(60_000);
    expect(limit.waitSeconds('10.0.0.1')).toBe(0);
  });
});

describe('default credentials', () => {
  const users = demoUsers.map(({ name, role, tokenSha256 }) => ({ name, role, tokenSha256 }));

  test('the demo may use them', () => {
    expect(() => refuseDeskDefaults(deskSchema.parse({ users }), none, true)).not.toThrow();
  });

  test('nothing else may: tokens and database passwords', () => {
    expect(() => refuseDeskDefaults(deskSchema.parse({ users }), none, false)).toThrow(/users\[0\]\.tokenSha256/);
    const database = 'postgres://desk:password@db/desk';
    expect(() => refuseDeskDefaults(deskSchema.parse({}), { database, queue: undefined }, false)).toThrow(
      /database\.url password/,
    );
    const own = deskSchema.parse({
      users: [{ name: 'a', role: 'admin', tokenSha256: sha256('n7vQ0hX2c9Lr4Tz8KdWq') }],
    });
    expect(() => refuseDeskDefaults(own, { ...none, database: 'postgres://desk:n7vQ0@db/desk' }, false)).not.toThrow();
  });
});
