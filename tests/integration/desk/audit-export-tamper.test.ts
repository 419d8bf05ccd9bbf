import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Checkpoint, checkpointSchema, signCheckpoint } from '../../../src/contracts/audit-checkpoint.ts';
import type { ExportLine } from '../../../src/contracts/audit-export.ts';
import { type AuditRecord, auditHash } from '../../../src/contracts/audit-record.ts';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import type { ExportReport } from '../../../src/desk/audit/verify-export.ts';
import type { Sha256 } from '../../../src/domain/ids.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { canonicalJson, sha256, zeroHash } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { CompactRange } from '../../../src/lib/merkle/compact-range.ts';
import { leafHash } from '../../../src/lib/merkle/tree-hash.ts';
import { AuditStand, fillLog } from '../../support/audit-stand.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { tempDir } from '../../support/temp-dir.ts';

type Line = Record<string, unknown> & { type: ExportLine['type'] };
const tables = ['audit_records', 'audit_head', 'audit_checkpoints', 'tickets', 'dispatches', 'alerts', 'evidence'];

let postgres: PostgresServer;
let dir: Awaited<ReturnType<typeof tempDir>>;
let stand: AuditStand;
/** Before the last steps. */
let older: Checkpoint;
let honest: Line[];

const file = () => join(dir.path, 'export.mba');

beforeAll(async () => {
  dir = await tempDir('export-tamper');
  postgres = await PostgresServer.create();
  stand = new AuditStand({ url: postgres.url, dir: dir.path });
  await stand.open();
  for (const incident of ['i1', 'i2']) {
    const id = await stand.alert(incident, 'raised', 2, 1);
    await stand.dispatch(id);
    await stand.checkpoint();
    if (incident === 'i1') await stand.act(id, 'sign', '收到');
    await stand.arrive(incident, 'raised', 1);
  }
  older = await stand.checkpoint();
  await stand.alert('i1', 'cleared');
  await stand.alert('i3', 'raised');
  await stand.export(file());
  honest = linesOf(await readFile(file()));
  await stand.database.query('ALTER TABLE desk.tickets ALTER number DROP IDENTITY');
  for (const table of tables) await stand.database.query(`CREATE TABLE honest_${table} AS TABLE desk.${table}`);
});
afterAll(async () => {
  await stand?.close();
  await postgres?.remove();
  await dir?.remove();
});

function linesOf(bytes: Buffer): Line[] {
  const lines = zstdDecompressSync(bytes).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line).filter(({ type }) => type !== 'end');
}

/** Writes lines as an export whose last line fits them: whoever changes the file can do that too. */
async function write(lines: readonly Line[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const end = { type: 'end', lines: lines.length, sha256: sha256(text) };
  await writeFile(file(), zstdCompressSync(Buffer.from(`${text}${JSON.stringify(end)}\n`)));
}

/** What a stranger with the public keys finds; a file that cannot be read is found out as well. */
async function problemsOf(lines: readonly Line[], more: Parameters<AuditStand['verify']>[1] = {}): Promise<string[]> {
  await write(lines);
  return found(() => stand.verify(file(), more));
}

async function found(verify: () => Promise<ExportReport>): Promise<string[]> {
  try {
    const { verified, problems } = await verify();
    expect(verified).toBe(problems.length === 0);
    return [...problems];
  } catch (error) {
    if (error instanceof AppError && ['MB_AUDIT_FILE', 'MB_AUDIT_INCONSISTENT'].includes(error.code)) {
      return [error.message];
    }
    throw error;
  }
}

test('the honest export is verified, also against what was signed before', async () => {
  await write(honest);
  expect(await stand.verify(file(), { since: [older] })).toMatchObject({
    verified: true,
    problems: [],
    tickets: 3,
    alerts: 4,
    dispatches: 2,
    checkpoints: 4,
    files: { listed: 4, checked: 4 },
  });
});

describe('in the database', () => {
  beforeEach(() =>
    stand.tamper(async (tx) => {
      await tx.query(`TRUNCATE ${tables.map((name) => `desk.${name}`).join(', ')} CASCADE`);
      for (const table of tables) await tx.query(`INSERT INTO desk.${table} SELECT * FROM honest_${table}`);
    }),
  );

  /** What is found after a change: the desk refuses to sign it, or whoever checks the export sees it. */
  const afterwards = (more: Parameters<AuditStand['verify']>[1] = {}) => {
    stand.forget();
    return found(async () => {
      await stand.export(file());
      return stand.verify(file(), more);
    });
  };
  const change = (type: string, column: string) => {
    if (column === 'severity') return 'severity % 4 + 1';
    if (type === 'boolean') return `NOT ${column}`;
    if (type === 'uuid') return 'gen_random_uuid()';
    if (type === 'json') return `'{"rule":"another"}'`;
    if (type === 'ARRAY') return `${column} || '{x}'`;
    return type === 'text' ? `coalesce(${column}, '') || 'x'` : `coalesce(${column}, 0) + 1000`;
  };

  test.each(['audit_records', 'tickets', 'dispatches', 'alerts', 'evidence'])(
    'any column of %s changed',
    async (table) => {
      const columns = await stand.database.query<{ name: string; type: string }>(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = 'desk' AND table_name = $1`,
        [table],
      );
      expect(columns.length).toBeGreaterThan(6);
      const missed: string[] = [];
      for (const { name, type } of columns) {
        await stand.tamper((tx) =>
          tx.query(`UPDATE desk.${table} SET ${name} = ${change(type, name)}
                  WHERE ctid = (SELECT ctid FROM desk.${table} ORDER BY ctid OFFSET 1 LIMIT 1)`),
        );
        if ((await afterwards()).length === 0) missed.push(name);
        await stand.tamper(async (tx) => {
          await tx.query(`TRUNCATE desk.${table} CASCADE`);
          for (const each of tables) {
            await tx.query(`INSERT INTO desk.${each} SELECT * FROM honest_${each} ON CONFLICT DO NOTHING`);
          }
          await tx.query('TRUNCATE desk.audit_checkpoints');
          await tx.query('INSERT INTO desk.audit_checkpoints SELECT * FROM honest_audit_checkpoints');
        });
      }
      expect(missed).toEqual([]);
      expect(await afterwards()).toEqual([]);
    },
  );

  test.each([
    ['a record deleted', 'DELETE FROM desk.audit_records WHERE n = 4'],
    ['the first record deleted', 'DELETE FROM desk.audit_records WHERE n = 1'],
    [
      'two records swapped',
      `UPDATE desk.audit_records SET n = -n WHERE n IN (5, 6); UPDATE desk.audit_records SET n = 11 + n WHERE n < 0`,
    ],
    ['a ticket deleted', `DELETE FROM desk.tickets WHERE incident_id = 'i2'`],
    ['a dispatch deleted', 'DELETE FROM desk.dispatches WHERE id = (SELECT id FROM desk.dispatches LIMIT 1)'],
    ['an alert deleted', 'DELETE FROM desk.alerts WHERE alert_id = (SELECT alert_id FROM desk.alerts LIMIT 1)'],
    ['evidence deleted', 'DELETE FROM desk.evidence WHERE position = 1'],
    [
      'a dispatch made up',
      `INSERT INTO desk.dispatches SELECT gen_random_uuid(), ticket_id, 's', 'd', 1, 2 FROM desk.dispatches LIMIT 1`,
    ],
    [
      'an edited checkpoint',
      `UPDATE desk.audit_checkpoints SET body = replace(body, '"at":1', '"at":2') WHERE number = 2`,
    ],
    ['a checkpoint deleted', 'DELETE FROM desk.audit_checkpoints WHERE number = 2'],
    [
      'the log cut short with its head',
      `DELETE FROM desk.audit_records WHERE n > 10;
       UPDATE desk.audit_head SET n = 10, edge = '', hash = (SELECT hash FROM desk.audit_records WHERE n = 10)`,
    ],
  ])('%s', async (_what, sql) => {
    await stand.tamper((tx) => tx.query(sql));
    expect(await afterwards()).not.toEqual([]);
  });

  test('a log put back to an earlier day with its rows and checkpoints: what was signed since tells', async () => {
    await stand.tamper(async (tx) => {
      for (const table of tables) await tx.query(`TRUNCATE desk.${table} CASCADE`);
      await tx.query(`INSERT INTO desk.audit_head VALUES (true, 0, repeat('0', 64), '')`);
    });
    await stand.alert('another beginning', 'raised');
    // Everything fits, and the desk that lost its folder signs it: the past is another only for who knows it.
    expect(await afterwards()).toEqual([]);
    expect(await afterwards({ since: [older] })).toEqual([
      `the older checkpoint ${older.number}: signed ${older.size} records, the log has 4`,
    ]);
  });
});

describe('in the file', () => {
  const indexOf = (type: Line['type'], nth = 0) =>
    honest.flatMap((line, index) => (line.type === type ? [index] : []))[nth] ?? -1;
  const recordLines = () => honest.filter(({ type }) => type === 'record');

  test('any value of any line changed', async () => {
    /** Said by who exports, for the reader's convenience; nothing rests on it. */
    const unsigned = /^header\.(exportedAt|softwareVersion|keys|withEvidence)/;
    const places = honest.flatMap((line, index) =>
      leavesOf(line).map((path) => ({ index, path, name: [line.type, ...path].join('.') })),
    );
    const tried = places.filter(({ name, path }) => path[0] !== 'type' && !unsigned.test(name));
    expect(tried.length).toBeGreaterThan(300);
    const missed: string[] = [];
    for (const { index, path, name } of tried) {
      const lines = structuredClone(honest);
      changeAt(lines[index] as Line, path);
      if ((await problemsOf(lines)).length === 0) missed.push(name);
    }
    expect(missed).toEqual([]);
  });

  test('a line taken away, put in twice, or moved', async () => {
    for (let index = 0; index < honest.length; index += 1) {
      const line = honest[index] as Line;
      const name = `${index} ${line.type}`;
      expect(await problemsOf(honest.toSpliced(index, 1)), `${name} away`).not.toEqual([]);
      expect(await problemsOf(honest.toSpliced(index, 0, structuredClone(line))), `${name} twice`).not.toEqual([]);
    }
    const [one, two] = [indexOf('record', 3), indexOf('record', 4)];
    const swapped = [...honest];
    [swapped[one], swapped[two]] = [honest[two] as Line, honest[one] as Line];
    expect(await problemsOf(swapped)).not.toEqual([]);
  });

  test('a row that calls itself newer than the log', async () => {
    const lines = structuredClone(honest);
    const row = lines[indexOf('dispatch', 0)]?.['row'] as Record<string, unknown>;
    Object.assign(row, { station: '二所', n: 1_000_000 });
    expect(await problemsOf(lines)).toEqual([expect.stringMatching(/does not say what the log says: station/)]);
  });

  test('a file exchanged in an export that says it has none', async () => {
    const lines = structuredClone(honest);
    Object.assign(lines[0] ?? {}, { withEvidence: false });
    Object.assign(lines[indexOf('file', 0)] ?? {}, { data: Buffer.from('another').toString('base64') });
    expect(await problemsOf(lines)).toEqual([expect.stringMatching(/the file is missing or was changed/)]);
  });

  test.each([
    ['record', {}],
    ['record', { body: '{"n":1,"details":null,"kind":1}' }],
    ['record', { n: 1, prev_hash: '', hash: 3, body: [] }],
    ['ticket', {}],
    ['dispatch', {}],
    ['alert', {}],
    ['alert', { alert_id: '1', event: 7 }],
  ])('a %s that no desk writes: %j', async (type, row) => {
    const lines = structuredClone(honest);
    Object.assign(lines.find((line) => line.type === type) ?? {}, { row });
    const problems = await problemsOf(lines);
    expect(problems).not.toEqual([]);
  });

  test('cut off anywhere', async () => {
    await write(honest);
    const bytes = await readFile(file());
    for (const share of [0, 0.3, 0.7, 0.99]) {
      await writeFile(file(), bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(await found(() => stand.verify(file()))).toEqual([expect.stringMatching(/unpacked|ends/)]);
    }
    const text = zstdDecompressSync(bytes).toString();
    await writeFile(file(), zstdCompressSync(Buffer.from(text.slice(0, -200))));
    expect(await found(() => stand.verify(file()))).toHaveLength(1);
    await writeFile(file(), 'not an export');
    expect(await found(() => stand.verify(file()))).toEqual([expect.stringMatching(/cannot be unpacked/)]);
  });

  test('signatures swapped between checkpoints', async () => {
    const lines = structuredClone(honest);
    const [one, two] = [indexOf('checkpoint', 0), indexOf('checkpoint', 1)].map(
      (at) => lines[at]?.['checkpoint'] as Checkpoint,
    );
    if (one === undefined || two === undefined) throw new Error('no checkpoints');
    const { signature } = one;
    Object.assign(one, { signature: two.signature });
    Object.assign(two, { signature });
    expect(await problemsOf(lines)).toEqual(
      expect.arrayContaining([expect.stringMatching(/checkpoint 1: its signature is bad-signature/)]),
    );
  });

  /** A forger's log: a record changed, everything after it chained, rooted and signed anew with a key of theirs. */
  function forged(key = newSigningKey(), keep: (checkpoint: Checkpoint) => boolean = () => false): Line[] {
    const tree = new CompactRange();
    const reached = new Map<number, { root: Sha256; head: Sha256 }>();
    let prevHash = zeroHash;
    const records = recordLines().map((line) => {
      const row = line['row'] as Record<string, unknown> & { body: string };
      const body = row.body.replace('收到', '没收到');
      const hash: AuditRecord['hash'] = auditHash(prevHash, body);
      const changed = { ...line, row: { ...row, body, prev_hash: prevHash, hash } };
      tree.append(leafHash(body));
      prevHash = hash;
      reached.set(tree.size, { root: tree.root().toString('hex') as Sha256, head: hash });
      return changed;
    });
    let before: Checkpoint | undefined;
    const signed = (line: Line): Line => {
      const old = checkpointSchema.parse(line['checkpoint']);
      const { format: _f, number: _n, previous: _p, signature: _s, ...draft } = old;
      before = keep(old) ? old : signCheckpoint({ ...draft, ...reached.get(old.size) }, before, key);
      return { ...line, checkpoint: before };
    };
    const newest = new Map(
      records.map(({ row }) => [(row as { ticket_id?: string }).ticket_id, row as unknown as { hash: Sha256 }]),
    );
    return honest.flatMap((line): Line[] => {
      if (line.type === 'record') return line === recordLines()[0] ? records : [];
      if (line.type === 'checkpoint' || line.type === 'signed') return [signed(line)];
      if (line.type !== 'ticket') return [line];
      const row = line['row'] as { id: string };
      return [{ ...line, row: { ...row, audit_hash: newest.get(row.id)?.hash } }];
    });
  }

  test('the whole chain made anew by somebody without the key', async () => {
    const key = newSigningKey();
    const lines = forged(key);
    // It all fits, for who trusts the forger.
    expect(await problemsOf(lines, { deskKeys: new KeyRing([key.publicPem()]) })).toEqual([]);
    const problems = await problemsOf(lines);
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(/its signature is unknown-key/);
  });

  test('the whole chain made anew under the true checkpoints', async () => {
    const problems = await problemsOf(forged(newSigningKey(), () => true));
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/the first \d+ records are not those it signed/)]),
    );
  });

  test('the whole chain made anew by the desk itself, with its own key', async () => {
    const lines = forged(stand.key);
    expect(await problemsOf(lines)).toEqual([]);
    expect(await problemsOf(lines, { since: [older] })).toEqual([
      expect.stringMatching(/the older checkpoint 3: the first \d+ records are not those it signed/),
    ]);
  });

  test('a node’s key replaced, or used for another node', async () => {
    const other = newSigningKey().publicPem();
    for (const keys of [
      new NodeKeys([{ node: stand.chain.node, pem: other }]),
      new NodeKeys([{ node: 'another' as never, pem: stand.chain.key.publicPem() }]),
    ]) {
      const problems = await problemsOf(honest, { seal: (alert) => keys.check(alert) });
      expect(problems).toHaveLength(4);
      for (const problem of problems) expect(problem).toMatch(/^alert .*: its seal is unknown-key/);
    }
  });

  test('cut back to an earlier checkpoint, which is passed off as the newest', async () => {
    const size = older.size;
    const lines = honest.flatMap((line): Line[] => {
      if (line.type === 'record' && (line['row'] as { n: number }).n > size) return [];
      if (line.type === 'signed') return [{ type: 'signed', checkpoint: older }];
      if (line.type === 'checkpoint' && (line['checkpoint'] as Checkpoint).number >= older.number) return [];
      return [line];
    });
    const newest = checkpointSchema.parse(honest[indexOf('signed')]?.['checkpoint']);
    expect(await problemsOf(lines, { since: [newest] })).toEqual(
      expect.arrayContaining([
        `the older checkpoint ${newest.number}: signed ${newest.size} records, the log has ${size}`,
      ]),
    );
  });
});

test('no false alarm: random logs, exported and checked', { timeout: 120_000 }, async () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  // A thousand of them: node scripts/audit-false-alarms.ts
  for (let round = 0; round < 8; round += 1) {
    await stand.clear();
    await fillLog(stand, random);
    const since = await stand.checkpoint();
    await fillLog(stand, random);
    await stand.export(file(), round % 2 === 0);
    expect((await stand.verify(file(), { since: [since] })).problems).toEqual([]);
  }
});

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function changeAt(line: Line, path: readonly string[]): void {
  let holder = line as Record<string, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  const key = path.at(-1) ?? '';
  const before = holder[key];
  if (typeof before === 'string') holder[key] = `${before.slice(0, -1)}${before.endsWith('0') ? '1' : '0'}`;
  else if (typeof before === 'number') holder[key] = before + 1;
  else if (typeof before === 'boolean') holder[key] = !before;
  else holder[key] = 'x';
  if (canonicalJson(holder[key]) === canonicalJson(before)) throw new Error(`${path.join('.')} was not changed`);
}
