import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditStand, fillLog } from '../tests/support/audit-stand.ts';
import { PostgresServer } from '../tests/support/postgres.ts';

/**
 * `node scripts/audit-false-alarms.ts [count]`: so many random small logs (1,000 if not said) on a Postgres of its own,
 * each exported, checked with public keys only, and against the export before its last steps. Every alarm is false.
 */
const count = Number(process.argv[2] ?? 1000);
const dir = await mkdtemp(join(tmpdir(), 'maplebridge-false-alarms-'));
const postgres = await PostgresServer.create();
const stand = new AuditStand({ url: postgres.url, dir });
await stand.open();
let alarms = 0;
let records = 0;
const begun = performance.now();
for (let seed = 1; seed <= count; seed += 1) {
  let state = seed;
  // Mulberry32: the same logs every time.
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  await stand.clear();
  await fillLog(stand, random);
  const since = await stand.checkpoint();
  await fillLog(stand, random);
  const path = join(dir, 'export.mba');
  await stand.export(path, random() < 0.5);
  const report = await stand.verify(path, { since: [since] });
  records += report.records;
  if (report.verified) continue;
  alarms += 1;
  process.stdout.write(`seed ${seed}: ${report.problems.join('; ')}\n`);
}
const seconds = (performance.now() - begun) / 1000;
process.stdout.write(
  `${count} untouched exports, ${records} records: ${alarms} false alarms (${seconds.toFixed(0)} s)\n`,
);
await stand.close();
await postgres.remove();
await rm(dir, { recursive: true });
process.exit(alarms === 0 ? 0 : 1);
