import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { reconcileCommand } from '../../src/cli/reconcile.ts';
import { transferCommand } from '../../src/cli/transfer.ts';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { signDocument } from '../../src/contracts/signed-document.ts';
import type { Reconciliation } from '../../src/contracts/transfer-documents.ts';
import { AuditLog } from '../../src/desk/audit/audit-log.ts';
import { PgTransferLedger } from '../../src/desk/crossing/pg-transfer-ledger.ts';
import { IntegrityBook } from '../../src/desk/integrity/integrity-book.ts';
import { Database } from '../../src/desk/store/database.ts';
import { EmbeddedPostgres } from '../../src/desk/store/embedded-postgres.ts';
import { migrate, shippedMigrations } from '../../src/desk/store/migrate.ts';
import { TicketBook } from '../../src/desk/store/ticket-book.ts';
import { PgTicketIntake } from '../../src/desk/ticket/intake.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { CrossingAccount } from '../../src/gateway/deliver/crossing-account.ts';
import { Delivery } from '../../src/gateway/deliver/delivery.ts';
import { Batcher } from '../../src/gateway/transfer/batcher.ts';
import { FileDropReceiver } from '../../src/gateway/transfer/file-drop-receiver.ts';
import { FileDropSender } from '../../src/gateway/transfer/file-drop-sender.ts';
import { ReturnDesk } from '../../src/gateway/transfer/return-desk.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { generateSigningKey, KeyRing, type SigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { storedEvidence } from '../support/alert-draft.ts';
import { AlertChain } from '../support/alerts.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const common = { clock: systemClock, log: createLogger('test') };
const never = () => new AbortController().signal;
const decision = {
  rule: 'r',
  version: '1',
  station: 's',
  department: '公安',
  coDepartments: [],
  reason: '',
  rejected: [],
};

/** Both ends of a one-way crossing, with an operator who carries files between them, and a desk on Postgres. */
describe('reconciliation', () => {
  const postgres = new EmbeddedPostgres({ dir: undefined });
  let database: Database;
  let dir: Awaited<ReturnType<typeof tempDir>>;
  let path: (name: string) => string;
  let keys: Record<'collect' | 'deliver' | 'operator', SigningKey>;
  let chain: AlertChain;
  let journal: Journal;
  let batcher: Batcher;
  let returns: ReturnDesk;
  let receiver: FileDropReceiver;
  let account: CrossingAccount;

  beforeAll(async () => {
    database = new Database({
      target: await postgres.start(),
      maxConnections: 4,
      connectTimeoutMs: 5_000,
      onIdleError: () => undefined,
    });
    await migrate(database, shippedMigrations());
    database.open();
  });

  afterAll(async () => {
    await database.close();
    await postgres.stop();
  });

  beforeEach(async () => {
    dir = await tempDir('reconciliation');
    path = (name) => join(dir.path, name);
    const key = (name: string) => generateSigningKey(path(`${name}.pem`));
    keys = { collect: key('collect'), deliver: key('deliver'), operator: key('operator') };
    chain = new AlertChain({ node: `node-${keys.collect.keyId}` });
    await writeFile(path('node.pub'), chain.key.publicPem());
    await writeConfigurations();
    openCollect();
    await batcher.start(never());
    await returns.start(never());
    await openDeliver();
  });

  afterEach(async () => {
    await Promise.all([batcher.stop(), returns.stop()]);
    journal.close();
    await account.stop();
    await receiver.stop();
    await dir.remove();
  });

  async function writeConfigurations(): Promise<void> {
    const nodes = [{ node: chain.node, publicKeyFile: path('node.pub') }];
    const broker = { url: 'mqtt://127.0.0.1:1', username: 'u', password: { env: 'X' } };
    const collect = {
      collect: { site: 'test-site', broker, nodes },
      transfer: { keyFile: path('collect.pem'), deliverKeyFiles: [path('deliver.pem.pub')], returnDir: path('return') },
    };
    const desk = {
      desk: {},
      deliver: { nodes },
      transfer: { senderKeyFiles: [path('collect.pem.pub')], keyFile: path('deliver.pem'), reportDir: path('reports') },
    };
    await writeFile(path('collect.yaml'), stringify(collect));
    await writeFile(path('desk.yaml'), stringify(desk));
  }

  function openCollect(): void {
    journal = new Journal({ path: path('journal.db'), clock: systemClock });
    journal.open();
    batcher = new Batcher({
      source: journal,
      sender: new FileDropSender({ dir: path('drop') }),
      key: keys.collect,
      evidence: new ContentStore(path('collect-evidence')),
      spoolDir: path('spool'),
      maxAgeMs: 0,
      metrics: new Metrics(),
      ...common,
    });
    returns = new ReturnDesk({
      dir: path('return'),
      farKeys: new KeyRing([keys.deliver.publicPem()]),
      senderId: () => batcher.senderId,
      resend: (batches) => batcher.resend(batches),
      pollMs: 20,
      metrics: new Metrics(),
      ...common,
    });
  }

  async function openDeliver(): Promise<void> {
    const metrics = new Metrics();
    const evidence = new ContentStore(path('desk-evidence'));
    const audit = new AuditLog();
    const book = new TicketBook({ audit, onChanged: () => undefined });
    const integrity = new IntegrityBook({ database, audit, ...common, metrics });
    const intake = new PgTicketIntake({
      database,
      book,
      integrity,
      evidence,
      route: () => decision,
      onJobs: () => undefined,
      clock: systemClock,
      metrics,
    });
    const ledger = new PgTransferLedger({ database, intake });
    const nodes = new NodeKeys([{ node: chain.node, pem: chain.key.publicPem() }]);
    const consumer = new Delivery({ intake, ledger, keys: nodes, evidence, metrics, ...common });
    receiver = new FileDropReceiver({
      dir: path('inbox'),
      archiveDir: path('archive'),
      quarantineDir: path('quarantine'),
      returnDir: path('way-back'),
      keys: new KeyRing([keys.collect.publicPem()]),
      consumer,
      pollMs: 20,
      settleMs: 0,
      gapReportMs: 0,
      onGap: (gap) => account.ask(gap),
      metrics,
      ...common,
    });
    account = new CrossingAccount({
      key: keys.deliver,
      operators: new KeyRing([keys.operator.publicPem()]),
      reportDir: path('reports'),
      reportsKept: 100,
      reconcileEveryMs: 3_600_000,
      consumer,
      receiver: () => receiver,
      ledger,
      evidence,
      metrics,
      ...common,
    });
    await receiver.start(never());
    await account.start(never());
  }

  /** Collects alerts, each with a picture, and waits until their batch is at the border. */
  async function collect(count: number): Promise<void> {
    const before = (await dropped()).length;
    const store = new ContentStore(path('collect-evidence'));
    const files = await Promise.all(Array.from({ length: count }, () => storedEvidence(store)));
    journal.transaction(() => {
      for (const file of files) {
        const event = chain.event({ evidence: [file] });
        journal.addAlert(JSON.parse(JSON.stringify(event)), systemClock.now());
        journal.evidenceStored(file.sha256, file.bytes);
      }
    });
    journal.announce();
    await until(async () => (await dropped()).length > before && journal.unsent().length === 0, { what: 'a batch' });
  }

  const dropped = async () => (await readdir(path('drop')).catch(() => [])).filter((name) => name.endsWith('.mbb'));

  /** The operator carries what is at the border, all but some. */
  async function carry(...withheld: number[]): Promise<void> {
    await mkdir(path('inbox'), { recursive: true });
    for (const name of (await dropped()).sort()) {
      if (withheld.includes(Number(name.slice(-16, -4)))) continue;
      await copyFile(path(`drop/${name}`), path(`inbox/.${name}`));
      await rm(path(`inbox/${name}`), { force: true });
      await rename(path(`inbox/.${name}`), path(`inbox/${name}`));
    }
  }

  async function run(command: typeof reconcileCommand, ...args: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const code = await command.run({ args, print, signal: never(), log: common.log, metrics: new Metrics() });
    return { code, lines };
  }

  async function report(): Promise<{ code: number; line: string; file: string; report: Reconciliation }> {
    const { code, lines } = await run(reconcileCommand, 'report', '--config', path('desk.yaml'));
    const own = lines.findIndex((line) => line.startsWith(batcher.senderId));
    const file = lines.find((line) => line.endsWith(`${batcher.senderId}.json`)) ?? '';
    const { document } = JSON.parse(await readFile(file, 'utf8'));
    return { code, line: lines[own] ?? '', file, report: document };
  }

  const taken = (count: number) => until(() => receiver.status().taken >= count, { what: `${count} batches` });
  const everyKey = () => ['collect', 'deliver'].map((name) => path(`${name}.pem.pub`)).join(',');

  test('all is there: signed by both ends, and provable without either', async () => {
    await collect(3);
    await collect(2);
    await carry();
    await taken(2);
    const { line, file, report: document } = await report();
    expect(line).toBe(`${batcher.senderId}: 5 sent, 5 received, 0 missing`);
    expect(document).toMatchObject({ complete: true, received: { batches: 2, evidenceFiles: 5, evidencePresent: 5 } });
    const verified = await run(reconcileCommand, 'verify', file, '--keys', everyKey());
    expect(verified.code).toBe(0);
    expect(verified.lines.join('\n')).toContain(`sender    signed by ${keys.collect.keyId}`);
    expect(verified.lines.at(-1)).toBe(line);
  });

  test('a report that was changed, or that one end made alone, is not believed', async () => {
    await collect(2);
    await carry();
    await taken(1);
    const { file } = await report();
    const text = await readFile(file, 'utf8');
    await writeFile(path('changed.json'), text.replace('"alerts": 2', '"alerts": 3'));
    await expect(run(reconcileCommand, 'verify', path('changed.json'), '--keys', everyKey())).rejects.toMatchObject({
      code: 'MB_DOCUMENT_INVALID',
      message: expect.stringContaining('bad-signature'),
    });
    await expect(run(reconcileCommand, 'verify', file, '--keys', path('deliver.pem.pub'))).rejects.toThrow(
      /sender’s statement: unknown-key/,
    );
  });

  test('a row that somebody deletes at the desk is missed, by its number', async () => {
    await collect(4);
    await carry();
    await taken(1);
    const [row] = await database.query<{ alert_id: string }>(
      'SELECT alert_id FROM desk.alerts WHERE node = $1 AND n = 3',
      [chain.node],
    );
    await database.query('DELETE FROM desk.evidence WHERE alert_id = $1', [row?.alert_id]);
    await database.query('DELETE FROM desk.alerts WHERE alert_id = $1', [row?.alert_id]);
    const { code, line, report: document } = await report();
    expect(code).toBe(1);
    expect(line).toContain('4 sent, 3 received, 1 missing');
    expect(document.missing).toMatchObject({
      alerts: 1,
      nodes: [{ node: chain.node, sent: 4, received: 3, numbers: [[3, 3]] }],
      thinned: [{ number: 1, taken: 4, held: 3 }],
    });
    const incidents = await database.query<{ detail: string }>('SELECT detail FROM desk.integrity_incidents');
    expect(incidents.some(({ detail }) => detail.includes(`${chain.node}: 3`))).toBe(true);
  });

  test('so is a batch whose every trace is deleted, and an evidence file', async () => {
    await collect(1);
    await collect(2);
    await carry();
    await taken(2);
    const { sha256: hash } = (
      await database.query<{ sha256: string }>(
        'SELECT sha256 FROM desk.transfer_batches WHERE sender = $1 AND number = 1',
        [batcher.senderId],
      )
    )[0] ?? { sha256: '' };
    for (const table of ['evidence WHERE alert_id IN (SELECT alert_id FROM desk.alerts WHERE batch_sha256 = $1)'])
      await database.query(`DELETE FROM desk.${table}`, [hash]);
    await database.query('DELETE FROM desk.alerts WHERE batch_sha256 = $1', [hash]);
    await database.query('DELETE FROM desk.transfer_batches WHERE sha256 = $1', [hash]);
    const { line, report: document } = await report();
    expect(line).toContain('3 sent, 2 received, 1 missing; missing batches: 1');
    expect(document.missing.batches).toEqual([[1, 1]]);
    await rm(path('desk-evidence'), { recursive: true });
    expect((await report()).report.missing.evidenceFiles).toBe(3);
  });

  test('a batch that does not come: missed, asked for, sent again, and then all is there', async () => {
    for (const count of [2, 3, 1]) await collect(count);
    await carry(2);
    await taken(1);
    const withheld = await report();
    expect(withheld.line).toContain('6 sent, 2 received, 4 missing; missing batches: 2; waiting: 3');
    expect(withheld.report.complete).toBe(false);
    const name = await until(async () => (await readdir(path('reports'))).find((each) => each.startsWith('resend-')), {
      what: 'a resend request',
    });
    // What left by the way back is the same request.
    expect((await readdir(path('way-back'))).some((each) => each.includes(batcher.senderId))).toBe(true);
    for (const each of await dropped()) await rm(path(`drop/${each}`));
    const resent = await run(transferCommand, 'resend', '--config', path('collect.yaml'), path(`reports/${name}`));
    expect(resent).toEqual({ code: 0, lines: ['{"sent":[[2,2]],"lost":[],"unmade":[]}'] });
    await carry();
    await taken(3);
    const { line } = await report();
    expect(line).toBe(`${batcher.senderId}: 6 sent, 6 received, 0 missing`);
  });

  test('a batch that is gone for good: declared, decided, recorded; and it is taken should it come after all', async () => {
    for (const count of [1, 1, 1]) await collect(count);
    const saved = (await dropped()).find((name) => name.endsWith('000000000002.mbb')) ?? '';
    await copyFile(path(`drop/${saved}`), path(saved));
    await carry(2);
    await taken(1);
    for (const each of await readdir(path('spool'))) await rm(path(`spool/${each}`));
    const request = path('request.json');
    const ask = ['--config', path('desk.yaml'), '--sender', batcher.senderId, '--batches', '2'];
    await run(transferCommand, 'request', ...ask, '--out', request);
    const answer = await run(transferCommand, 'resend', '--config', path('collect.yaml'), request);
    expect(answer).toEqual({ code: 1, lines: ['{"sent":[],"lost":[[2,2]],"unmade":[]}'] });
    const decide = ['pass-over', ...ask, '--operator', '王建国', '--reason', 'disk replaced', '--key'];
    const stranger = await run(transferCommand, ...decide, path('collect.pem'));
    expect(stranger).toMatchObject({ code: 1, lines: [expect.stringContaining('not believed: unknown-key')] });
    const early = await run(
      transferCommand,
      ...decide.map((each) => (each === '2' ? '3' : each)),
      path('operator.pem'),
    );
    expect(early).toMatchObject({ code: 1, lines: ['batch 2 is next: 3 cannot be passed over before it'] });
    expect(await run(transferCommand, ...decide, path('operator.pem'))).toMatchObject({ code: 0 });
    await taken(2);
    const { line, report: document } = await report();
    expect(line).toContain('3 sent, 2 received, 1 missing; passed over: 2');
    expect(document.passedOver).toEqual([[2, 2]]);
    const incidents = await database.query<{ detail: string }>('SELECT detail FROM desk.integrity_incidents');
    expect(incidents.some(({ detail }) => detail.includes('passed over for good by 王建国: disk replaced'))).toBe(true);
    await copyFile(path(saved), path('inbox/.late'));
    await rename(path('inbox/.late'), path(`inbox/${saved}`));
    await taken(3);
    expect((await report()).report).toMatchObject({ complete: true, passedOver: [] });
  });

  test('requests that are old, of a stranger, or for another gateway are refused', async () => {
    await collect(1);
    const base = { kind: 'resend-request', format: 1, id: 'ab'.repeat(16), batches: [[1, 1]] };
    const own = { ...base, sender: batcher.senderId, at: systemClock.now() };
    const cases = {
      old: signDocument({ ...own, at: own.at - 30 * 86_400_000 }, keys.deliver),
      stranger: signDocument(own, keys.operator),
      other: signDocument({ ...own, sender: `${keys.collect.keyId}.00000000` }, keys.deliver),
    };
    const sentBefore = await dropped();
    for (const name of sentBefore) await rm(path(`drop/${name}`));
    for (const [name, document] of Object.entries(cases)) {
      await writeFile(path('return/.tmp'), JSON.stringify(document));
      await rename(path('return/.tmp'), path(`return/${name}.json`));
      await until(async () => (await readdir(path('return'))).includes(`${name}.answer.json`), { what: name });
      expect(JSON.parse(await readFile(path(`return/${name}.answer.json`), 'utf8'))).toHaveProperty('refused');
    }
    expect(await dropped()).toEqual([]);
  });
});
