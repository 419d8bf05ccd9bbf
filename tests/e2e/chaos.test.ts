import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCampaign } from '../../scripts/chaos/campaign.ts';
import { type Evidence, judge, type Violation } from '../../scripts/chaos/judge.ts';

/** What the judge says of the same world after somebody has changed it. */
async function judgedAfter(found: Evidence, tamper: readonly string[]): Promise<Set<Violation['kind']>> {
  for (const sql of tamper) await found.watch.rows(sql);
  return new Set((await judge(found)).violations.map(({ kind }) => kind));
}

test('what nodes have promised is at the desk once, in order and whole, whatever goes wrong on the way', {
  timeout: 600_000,
}, async () => {
  const lines: string[] = [];
  const seen: Set<string>[] = [];
  const report = await runCampaign({
    seed: 11,
    minutes: 0.75,
    alerts: 400,
    nodes: 2,
    faultEveryMs: 2_000,
    dir: undefined,
    say: (line) => lines.push(line),
    // A judge that cannot find fault is none.
    afterwards: async (found) => {
      const victim = `(SELECT min(alert_id) FROM desk.alerts WHERE alert_id IN (SELECT alert_id FROM desk.evidence))`;
      seen.push(await judgedAfter(found, [`UPDATE desk.evidence SET present = false WHERE alert_id = ${victim}`]));
      seen.push(
        await judgedAfter(found, [
          `DELETE FROM desk.evidence WHERE alert_id = ${victim}`,
          `DELETE FROM desk.alerts WHERE alert_id = (SELECT min(alert_id) FROM desk.alerts)`,
          `INSERT INTO desk.integrity_incidents (id, kind, node, detail, at) VALUES ('x', 'fork', 'edge-1', 'invented', 1)`,
        ]),
      );
    },
  });
  expect(report.stories, `${lines.slice(-40).join('\n')}`).toEqual([]);
  expect(report.figures).toMatchObject({ violations: 0, lost: 0, doubled: 0, outOfOrder: 0, auditVerified: 1 });
  expect(report.figures['promised']).toBeGreaterThanOrEqual(400);
  expect(report.figures['faults']).toBeGreaterThan(5);
  expect(seen[0]).toContain('evidence');
  for (const kind of ['lost', 'incident', 'audit', 'chain'] as const) expect(seen[1]).toContain(kind);
  expect(existsSync(report.dir)).toBe(false);
});
