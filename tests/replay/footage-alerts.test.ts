import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import { type FootageAlert, FootageStage } from '../support/footage-camera.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { tempDir } from '../support/temp-dir.ts';

type Window = readonly [from: number, to: number];

interface Expected {
  readonly scene: string;
  readonly zone: string;
  readonly raised: Window;
  readonly cleared?: Window;
  /** Why it is known not to come; should it come, the reason is to be struck out. */
  readonly missedBecause?: string;
}

interface Golden {
  readonly models: readonly string[];
  readonly clips: readonly {
    readonly clip: string;
    readonly what: string;
    /** In place of those of all clips. */
    readonly models?: readonly string[];
    readonly zones: readonly object[];
    readonly scenes: object;
    readonly unavailable?: readonly string[];
    readonly expected: readonly Expected[];
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('golden/footage.json', import.meta.url), 'utf8'));
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
    const file = clip === 'vtest.avi' ? `/usr/share/doc/opencv-doc/examples/data/${clip}` : join(sharedDir ?? '', clip);
    const missing = existsSync(file) ? '' : ' (the clip is not on this machine)';
    test.skipIf(missing !== '')(`${basename(clip)}: ${what}${missing}`, async () => {
      const config = cameraSchema.parse({
        ...{ id: basename(clip).replace(/\.\w+$/, ''), name: clip, division: '330503001', lat: 30.87, lon: 120.43 },
        ...{ stream: { file }, zones, scenes },
      });
      const { alerts, looks, ms, availability } = await (await stageOf(models)).watch(file, config);
      for (const scene of unavailable)
        expect(availability.get(scene)).toMatch(/^unavailable: no loaded model provides/);

      const raised = alerts.filter(({ phase }) => phase === 'raised');
      const pairs = matched(expected, raised);
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

/** Each expected alert with the first that is one of its kind within its time and not taken yet. */
function matched(expected: readonly Expected[], raised: readonly FootageAlert[]): Map<Expected, FootageAlert> {
  const pairs = new Map<Expected, FootageAlert>();
  for (const each of expected) {
    const [from, to] = each.raised;
    const taken = new Set(pairs.values());
    const alert = raised.find(
      ({ scene, zone, second, ...rest }) =>
        scene === each.scene &&
        zone.id === each.zone &&
        second >= from &&
        second <= to &&
        ![...taken].some(({ incidentId }) => incidentId === rest.incidentId),
    );
    if (alert !== undefined) pairs.set(each, alert);
  }
  return pairs;
}

function described({ scene, zone, second, subjects }: FootageAlert): string {
  const [subject] = subjects;
  return `${scene} in ${zone.id} at ${second} s: ${subject?.class} ${subject?.box.map((each) => each.toFixed(2)).join(' ')}`;
}
