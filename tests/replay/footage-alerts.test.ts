import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FootageAlert, FootageStage } from '../support/footage-camera.ts';
import { clipPath, goldenFootage as golden, goldenCamera, matchedAlerts } from '../support/footage-golden.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { tempDir } from '../support/temp-dir.ts';

const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
const rows: { clip: string; seconds: number; expected: number; found: number; others: number; looks: number }[] = [];

describe.skipIf(sharedDir === undefined)(`alerts of real footage${reason}`, () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  const stages = new Map<string, FootageStage>();
  const stageOf = async (models: readonly string[]) => {
    const known = stages.get(models.join());
    if (known !== undefined) return known;
    const stage = new FootageStage({ folder: folder.path, sharedDir: sharedDir ?? '', models });
    stages.set(models.join(), stage);
    await stage.start();
    return stage;
  };

  beforeAll(async () => {
    folder = await tempDir('footage');
  });
  afterAll(async () => {
    for (const stage of stages.values()) await stage.stop();
    await folder.remove();
    console.table(Object.fromEntries(rows.map(({ clip, ...row }) => [clip, row])));
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
    const recall =
      sum(({ found }) => found) /
      Math.max(
        1,
        sum(({ expected }) => expected),
      );
    const perHour = sum(({ others }) => others) / (sum(({ seconds }) => seconds) / 3_600);
    console.log(`recall ${recall.toFixed(3)}, false alarms ${perHour.toFixed(2)} an hour`);
  });

  for (const { clip, what, models = golden.models, zones, scenes, unavailable = [], expected } of golden.clips) {
    const file = clipPath(clip, sharedDir ?? '');
    const missing = existsSync(file) ? '' : ' (the clip is not on this machine)';
    test.skipIf(missing !== '')(`${basename(clip)}: ${what}${missing}`, async () => {
      const config = goldenCamera({ clip, zones, scenes }, file);
      const { alerts, looks, ms, availability } = await (await stageOf(models)).watch(file, config);
      for (const scene of unavailable)
        expect(availability.get(scene)).toMatch(/^unavailable: no loaded model provides/);

      const raised = alerts.filter(({ phase }) => phase === 'raised');
      const pairs = matchedAlerts(expected, raised);
      const others = raised.filter((alert) => ![...pairs.values()].includes(alert));
      const [found, seconds] = [pairs.size, Math.round(ms / 1000)];
      rows.push({ clip: basename(clip), seconds, expected: expected.length, found, others: others.length, looks });

      expect(others.map(described)).toEqual([]);
      expect(expected.filter((each) => !pairs.has(each))).toEqual(
        expected.filter(({ missedBecause }) => missedBecause),
      );
      for (const [{ cleared }, { incidentId }] of pairs) {
        if (cleared === undefined) continue;
        const end = alerts.find((alert) => alert.incidentId === incidentId && alert.phase === 'cleared');
        expect(end?.second).toBeGreaterThanOrEqual(cleared[0]);
        expect(end?.second).toBeLessThanOrEqual(cleared[1]);
      }
    });
  }
});

function described({ scene, zone, second, subjects }: FootageAlert): string {
  const [subject] = subjects;
  return `${scene} in ${zone.id} at ${second} s: ${subject?.class} ${subject?.box.map((each) => each.toFixed(2)).join(' ')}`;
}
