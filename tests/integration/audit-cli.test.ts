import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoUsers } from '../../src/desk/demo-users.ts';
import { generateSigningKey } from '../../src/lib/keys.ts';
import { runCli } from '../support/cli.ts';
import { DeskUnderTest } from '../support/desk.ts';

let desk: DeskUnderTest;
let ticket: string;
const file = (name: string) => join(desk.dir, name);

beforeAll(async () => {
  desk = await DeskUnderTest.create({ database: { kind: 'memory' } });
  generateSigningKey(file('desk.pem'));
  mkdirSync(file('nodes'));
  writeFileSync(file(`nodes/${desk.chain.node}.pub`), desk.chain.key.publicPem());
  writeFileSync(file('token'), demoUsers.find(({ role }) => role === 'auditor')?.token ?? '');
  await desk.start({ audit: { stateDir: file('audit'), keyFile: file('desk.pem') } });
  const [first] = await desk.accept(desk.chain.event(), desk.chain.event());
  ticket = first?.ticketId ?? '';
});
afterAll(() => desk.remove());

const audit = (...args: string[]) => runCli(['audit', ...args]);
const atDesk = () => ['--desk', desk.desk.address, '--token-file', file('token')];
const verify = (what: string, ...more: string[]) =>
  audit('verify', file(what), '--desk-key', file('desk.pem.pub'), '--node-keys', file('nodes'), ...more);

test('an auditor exports, verifies offline, and holds a later export and a proof against it', async () => {
  expect(await audit('export', '--out', file('first.mbaudit'), ...atDesk())).toMatchObject({ exit: 0 });
  expect(await verify('first.mbaudit')).toMatchObject({ exit: 0, output: expect.stringMatching(/^verified$/m) });

  await desk.untilState(ticket, 'DISPATCHED');
  await desk.act(ticket, 'sign');
  expect(await audit('export', '--out', file('later.mbaudit'), ...atDesk())).toMatchObject({ exit: 0 });
  expect(await verify('later.mbaudit', '--since', file('first.mbaudit'))).toMatchObject({ exit: 0 });
  // The older one handed out again is a log that lost its end.
  expect(await verify('first.mbaudit', '--since', file('later.mbaudit'))).toMatchObject({
    exit: 1,
    output: expect.stringContaining('NOT VERIFIED'),
  });

  const proof = await audit('prove', ticket, '--out', file('proof.json'), ...atDesk());
  expect(proof, proof.output).toMatchObject({ exit: 0 });
  expect(await verify('proof.json')).toMatchObject({ exit: 0, output: expect.stringContaining('SIGNED') });
  const forged = readFileSync(file('proof.json'), 'utf8').replace('SIGNED', 'CLOSED');
  writeFileSync(file('forged.json'), forged);
  expect(await verify('forged.json')).toMatchObject({ exit: 1, output: expect.stringContaining('NOT VERIFIED') });
});

test('what is not an export, and another desk’s key, are said', async () => {
  writeFileSync(file('noise'), Buffer.alloc(100, 7));
  expect(await verify('noise')).toMatchObject({ exit: 1, output: expect.stringContaining('MB_AUDIT_FILE') });
  expect(await verify('nowhere')).toMatchObject({ exit: 1, output: expect.stringContaining('MB_AUDIT_FILE') });
  expect(await audit('export', '--out', file('other.mbaudit'), ...atDesk())).toMatchObject({ exit: 0 });
  generateSigningKey(file('stranger.pem'));
  const other = await audit(
    ...['verify', file('other.mbaudit'), '--desk-key', file('stranger.pem.pub'), '--node-keys', file('nodes')],
  );
  expect(other).toMatchObject({ exit: 1, output: expect.stringContaining('NOT VERIFIED') });
  expect(await audit('verify', file('other.mbaudit'))).toMatchObject({
    exit: 2,
    output: expect.stringContaining('--desk-key is missing'),
  });
});
