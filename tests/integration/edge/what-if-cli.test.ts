import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '../../../src/domain/geometry.ts';
import { observationSchema } from '../../../src/edge/observe/observation-schema.ts';
import { DurableSqlite } from '../../../src/lib/durable-sqlite.ts';
import { runCli } from '../../support/cli.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ObservedStand } from '../../support/observed-stand.ts';
import { SceneTimeline } from '../../support/scene-timeline.ts';
import { tempDir } from '../../support/temp-dir.ts';

const zones = [
  {
    id: 'kerb',
    points: [
      [0.4, 0.4],
      [1, 0.4],
      [1, 1],
      [0.4, 1],
    ],
  },
];
const scenes = { illegal_parking: { zones: ['kerb'], dwellMs: 10_000, clearAfterMs: 6_000 } };
const long: Box = [0.5, 0.5, 0.6, 0.6];
const short: Box = [0.8, 0.8, 0.9, 0.9];

describe('observations on the command line', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let config: string;
  let camera: ObservedStand;

  beforeAll(async () => {
    folder = await tempDir('what-if');
    config = join(folder.path, 'edge.yaml');
    const file = {
      site: 'test',
      node: 'edge-1',
      keyFile: 'node.pem',
      publish: {
        broker: { url: 'mqtt://127.0.0.1', username: 'n', password: { env: 'SECRET' } },
        outbox: { path: join(folder.path, 'outbox.db'), evidenceDir: join(folder.path, 'evidence') },
      },
      cameras: ['c1', 'c2'].map((id) => {
        return {
          id,
          name: '东门',
          division: '330503',
          lat: 30,
          lon: 120,
          stream: { url: 'rtsp://h/1' },
          zones,
          scenes,
        };
      }),
    };
    await writeFile(config, JSON.stringify(file));
    const path = join(folder.path, 'observations.db');
    const clock = new FakeClock(Date.parse('2026-06-01T00:00:00Z'));
    camera = new ObservedStand({ path, config: { zones, scenes }, provided: ['car'], clock });
    const { log } = camera;
    const other = new ObservedStand({ path, config: { zones, scenes }, provided: ['car'], clock, log, id: 'c2' });
    const timeline = () =>
      new SceneTimeline().startsAt('2026-06-01T00:00:00Z').stands('c-1', { box: long, from: 4, to: 60 });
    timeline().stands('c-2', { box: short, from: 4, to: 16 }).play(camera, 100);
    timeline().play(other, 100);
    log.stop();
  });
  afterAll(() => folder.remove());

  const run = (...args: string[]) => runCli([args[0] ?? '', '--config', config, ...args.slice(1)]);

  test('what-if tells what a change would have made of the alerts, and what people said of them', async () => {
    const shortOne = camera.events.find(({ subjects }) => subjects[0]?.trackId === 'c-2')?.incidentId ?? '';
    const said = await run(
      'review',
      '--incident',
      shortOne,
      '--verdict',
      'rejected',
      '--reason',
      '卸货',
      '--by',
      'wang',
    );
    expect(said).toMatchObject({ exit: 0 });
    expect((await run('review', '--list')).output).toContain(`${shortOne}  c1  illegal_parking  rejected  卸货 (wang)`);

    const what = ['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--set', 'dwellMs=30000'];
    const { exit, output } = await run(...what);
    expect(output).toContain('the recorded alerts were reproduced exactly');
    expect(output).toContain('2 before, 1 after: 1 kept, 0 added, 1 removed');
    expect(output).toContain('rejected 1, gone of them 1');
    expect(output).toContain(`- 2026-06-01 08:00:14  kerb  car after 10 s  ${shortOne}  rejected`);
    expect(exit).toBe(0);
  });

  test('what-if of all cameras, as JSON, the same each time', async () => {
    const what = ['what-if', '--camera', 'all', '--scene', 'illegal_parking', '--set', 'dwellMs=30000', '--json'];
    const [first, second] = [await run(...what), await run(...what)];
    expect(first.output).toBe(second.output);
    const report = JSON.parse(first.output);
    expect(report).toMatchObject({ reproduced: true, change: { dwellMs: 30_000 } });
    expect(
      report.cameras.map((each: { camera: string; removed: unknown[] }) => [each.camera, each.removed.length]),
    ).toEqual([
      ['c1', 1],
      ['c2', 0],
    ]);
  });

  test.each([
    [['what-if', '--camera', 'c3', '--scene', 'illegal_parking'], 2, 'did you mean "c1"?'],
    [['what-if', '--camera', 'c1', '--scene', 'ilegal_parking'], 2, 'did you mean "illegal_parking"?'],
    [['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--set', 'dwell=1'], 1, 'did you mean "dwellMs"'],
    [['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--set', 'dwellMs'], 2, 'field=value'],
    [['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--from', 'noon'], 2, 'is not a time'],
    [
      ['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--from', '2026-06-02', '--to', '2026-06-01'],
      2,
      '--from "2026-06-02" is after --to "2026-06-01"',
    ],
    [
      ['what-if', '--camera', 'c1', '--scene', 'illegal_parking', '--from', '2026-07-01'],
      2,
      'no observations at that time; there are some from 2026-06-01 08:00:00 to 2026-06-01 08:01:40',
    ],
    [
      ['what-if', '--camera', 'all', '--scene', 'illegal_parking', '--to', '2026-05-01'],
      2,
      'no observations at that time',
    ],
    [
      ['what-if', '--camera', 'all', '--scene', 'fire_smoke'],
      2,
      'no observations of a camera that watches for fire_smoke',
    ],
    [['explain', '--camera', 'all', '--at', '2026-06-01'], 2, '--camera must be one camera'],
    [['review', '--incident', 'x', '--verdict', 'maybe'], 2, 'confirmed or rejected'],
    [['explain', '--camera', 'c1', '--at', '2026-06-01', '--lang', 'fr'], 2, 'en or zh'],
  ])('%j is refused and says why', async (args, code, words) => {
    const { exit, output } = await run(...args);
    expect(output).toContain(words);
    expect(exit).toBe(code);
  });

  test('a log without any camera is no answer', async () => {
    const empty = join(folder.path, 'empty.yaml');
    const file = JSON.parse(await readFile(config, 'utf8'));
    const path = join(folder.path, 'empty.db');
    await writeFile(empty, JSON.stringify({ ...file, observations: { path } }));
    new DurableSqlite(path, observationSchema).close();
    const asked = (command: string, ...args: string[]) => runCli([command, '--config', empty, ...args]);
    for (const camera of ['c1', 'all']) {
      const { exit, output } = await asked('what-if', '--camera', camera, '--scene', 'illegal_parking');
      expect(output).toContain('no observations of');
      expect(exit).toBe(2);
    }
    const { exit, output } = await asked('explain', '--camera', 'c1', '--at', '2026-06-01');
    expect(output).toContain('no observations of camera "c1"');
    expect(exit).toBe(2);
  });

  test('explain tells why a scene waits, in both languages, and draws it', async () => {
    const picture = join(folder.path, 'look.jpg');
    const at = ['explain', '--camera', 'c1', '--at', '2026-06-01 08:00:09'];
    const english = await run(...at, '--picture', picture);
    expect(english.output).toContain('look 2026-06-01 08:00:08  (1 s from the time asked for)');
    expect(english.output).toContain('2 track(s)');
    expect(english.output).toMatch(/waits {2}#1 {2}@kerb {2}in the zone for 4 s of 10 s/);
    expect((await run(...at, '--lang', 'zh')).output).toMatch(/等待 {2}#1 {2}@kerb {2}已停留 4 秒，需 10 秒/);
    const { width, height, format } = await sharp(picture).metadata();
    expect({ width, height, format }).toEqual({ width: 1280, height: 720, format: 'jpeg' });
    // Something was drawn: the empty picture is one dark colour.
    const { channels } = await sharp(picture).stats();
    expect(Math.max(...channels.map(({ max }) => max))).toBeGreaterThan(200);
  });

  test('explain tells what fired, and which incident it is', async () => {
    const { output } = await run(
      'explain',
      '--camera',
      'c1',
      '--at',
      '2026-06-01T00:00:14Z',
      '--scene',
      'illegal_parking',
    );
    expect(output).toMatch(/FIRES {2}#1 {2}@kerb/);
    expect(output).toContain('raises c1-incident-1');
    expect(output).toContain('open incident c1-incident-1');
  });
});
