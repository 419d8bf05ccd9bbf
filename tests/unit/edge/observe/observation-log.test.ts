import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import { recordableTrack } from '../../../../src/domain/recordable-track.ts';
import type { SceneEvent } from '../../../../src/domain/scene-event.ts';
import { observationsSchema } from '../../../../src/edge/observe/config.ts';
import { ObservationLog } from '../../../../src/edge/observe/observation-log.ts';
import { readerQueries, storeQueries } from '../../../../src/edge/observe/observation-queries.ts';
import { ObservationReader } from '../../../../src/edge/observe/observation-reader.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const id = 'c1' as CameraId;
const event = (at: number): SceneEvent => ({
  phase: 'raised',
  incidentId: `incident-${at}` as IncidentId,
  scene: 'illegal_parking',
  ruleVersion: 'illegal_parking/1',
  severity: 3,
  zone: { id: 'kerb' as ZoneId, kind: 'polygon', points: [], tags: [] },
  startedAt: at,
  observedAt: at,
  subjects: [],
});

describe('ObservationLog', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let clock: FakeClock;
  let path: string;

  beforeEach(async () => {
    folder = await tempDir('observation-log');
    clock = new FakeClock(1_790_000_000_000);
    path = join(folder.path, 'observations.db');
  });
  afterEach(() => folder.remove());

  const open = (limits: object = {}) => {
    const config = { ...observationsSchema.parse(limits), path };
    const log = new ObservationLog({ config, clock, log: createLogger('test'), metrics: new Metrics() });
    log.start();
    log.enter(id, { kind: 'session', at: clock.now() }, { camera: id });
    return log;
  };
  const read = <T>(work: (reader: ObservationReader) => T): T => {
    const reader = new ObservationReader(path);
    try {
      return work(reader);
    } finally {
      reader.close();
    }
  };
  const looks = () =>
    read((reader) => {
      const entry = reader.entryBefore(id, 0);
      if (entry === undefined) return [];
      return [...reader.records(id, entry, Number.MAX_SAFE_INTEGER)].flatMap((record) =>
        record.kind === 'look' ? record.look.at : [],
      );
    });
  /** One look; `tracks`: as many, each with a box nobody can foresee. */
  const look = (log: ObservationLog, tracks = 0, events: readonly SceneEvent[] = []) => {
    const at = clock.now();
    const seen = Array.from({ length: tracks }, (_, index) =>
      recordableTrack({
        id: `t${index}` as TrackId,
        state: 'confirmed',
        class: 'car',
        box: [0, 1, 2, 3].map((side) => (Math.sin(at * (index + side + 1)) * 10_000) % 1) as never,
        score: 0.8,
        bestScore: 0.9,
        firstSeenAt: at,
        lastSeenAt: at,
        hits: 1,
        velocity: [0, 0],
      }),
    );
    log.look(id, { at, tracks: seen, aspect: 16 / 9 }, events);
  };

  test('looks reach the disk a minute later, those with an event within a second', () => {
    const log = open();
    look(log);
    clock.advance(20_000);
    look(log);
    clock.advance(5_000);
    expect(looks()).toEqual([]);
    look(log, 0, [event(clock.now())]);
    clock.advance(1_000);
    expect(looks()).toHaveLength(3);
    expect(read((reader) => reader.events(id, 0, Number.MAX_SAFE_INTEGER))).toHaveLength(1);
    look(log);
    clock.advance(59_000);
    expect(looks()).toHaveLength(3);
    clock.advance(1_000);
    expect(looks()).toHaveLength(4);
    log.stop();
  });

  test('what is not on disk yet is written when the node stops, and read in the order of its happening', () => {
    const log = open();
    const times: number[] = [];
    for (let n = 0; n < 500; n += 1) {
      times.push(clock.now());
      look(log, n % 5);
      // The clock is set back once.
      if (n === 300) clock.jump(-50_000);
      clock.advance(2_000);
    }
    log.stop();
    expect(looks()).toEqual(times);
  });

  test('a camera that is watched no more leaves nothing behind in memory, and all it saw on disk', () => {
    const log = open();
    look(log);
    log.leave(id);
    expect(log.wantsEntry(id, clock.now())).toBe('due');
    clock.advance(1_000);
    expect(looks()).toHaveLength(1);
    log.stop();
  });

  test('a block whose end is missing gives what is before it, and the blocks after it', () => {
    const log = open();
    for (let n = 0; n < 2_000; n += 1) {
      look(log, 3);
      clock.advance(2_000);
    }
    log.stop();
    const database = new DatabaseSync(path);
    const all = looks().length;
    database.exec('UPDATE block SET data = substr(data, 1, length(data) / 2) WHERE n = 2');
    const left = looks().length;
    expect(left).toBeLessThan(all);
    expect(left).toBeGreaterThan(all / 2);
    database.close();
  });

  test('the file stays within its limit, and the oldest goes first', () => {
    const maxBytes = 1_048_576;
    const log = open({ maxBytes });
    for (let n = 0; n < 24_000; n += 1) {
      look(log, 8);
      clock.advance(2_000);
      if (log.wantsEntry(id, clock.now()) === 'due')
        log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id });
    }
    log.stop();
    const database = new DatabaseSync(path);
    const { bytes } = database.prepare('SELECT sum(length(data)) AS bytes FROM block').get() as { bytes: number };
    database.close();
    expect(bytes).toBeLessThan(maxBytes);
    expect(bytes).toBeGreaterThan(maxBytes / 2);
    const [span] = read((reader) => reader.cameras());
    expect(span?.until).toBe(clock.now() - 2_000);
    expect(span?.since).toBeGreaterThan(1_790_000_000_000 + 3_600_000);
    // 24,000 looks are two seconds of work on an idle machine, and many on one that is busy.
  }, 60_000);

  test('what is older than its days goes', () => {
    const log = open({ days: 1 });
    look(log, 0, [event(clock.now())]);
    clock.advance(1_000);
    expect(looks()).toHaveLength(1);
    clock.jump(25 * 3_600_000);
    log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id });
    look(log);
    clock.advance(700_000);
    log.stop();
    expect(looks()).toHaveLength(1);
    expect(read((reader) => reader.events(id, 0, Number.MAX_SAFE_INTEGER))).toEqual([]);
  });

  test('a disk that fails stops nobody: it is told, and what still waits is written when it is back', () => {
    // A folder in the file's place: SQLite cannot open it.
    mkdirSync(path);
    const log = open();
    look(log, 2, [event(clock.now())]);
    clock.advance(2_000);
    expect(log.problem).toMatch(/^observations are not written: /);
    look(log, 2);
    rmdirSync(path);
    clock.advance(60_000);
    expect(log.problem).toBeUndefined();
    expect(looks()).toHaveLength(2);
    log.stop();
  });

  test('a disk that fails for long costs the oldest observations, and the log says where it is torn', () => {
    mkdirSync(path);
    const log = open();
    expect(log.wantsEntry(id, clock.now())).toBeUndefined();
    for (let n = 0; n < 8_400; n += 1) {
      look(log);
      // Two looks make a block of ten minutes.
      clock.jump(600_001);
    }
    expect(log.wantsEntry(id, clock.now())).toBe('torn');
    log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id });
    expect(log.wantsEntry(id, clock.now())).toBeUndefined();
    log.stop();
    rmdirSync(path);
  });

  test('what is tidied up takes no configuration of a block that is yet to be written', () => {
    const log = open();
    look(log, 0, [event(clock.now())]);
    clock.advance(1_000);
    clock.advance(590_000);
    // A camera that begins and is quiet: others are written, and tidied, before it is.
    const quiet = 'c2' as CameraId;
    log.enter(quiet, { kind: 'session', at: clock.now() }, { camera: quiet });
    look(log, 0, [event(clock.now())]);
    clock.advance(20_000);
    log.stop();
    const contexts = read((reader) => {
      const entry = reader.entryBefore(quiet, 0);
      return entry && [...reader.entries(quiet, entry, Number.MAX_SAFE_INTEGER)].map(({ context }) => context);
    });
    expect(contexts).toEqual([{ camera: quiet }]);
  });

  test('a configuration goes with the last block that is under it', () => {
    const log = open({ days: 1 });
    clock.advance(61_000);
    clock.jump(25 * 3_600_000);
    log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id, changed: true });
    clock.advance(700_000);
    log.stop();
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT body FROM context').all()).toEqual([{ body: `{"camera":"${id}","changed":true}` }]);
    database.close();
  });

  test('blocks of a time to come, under a clock that was wrong, keep none of the others longer', () => {
    const log = open({ days: 1 });
    clock.jump(400 * 86_400_000);
    for (let n = 0; n < 80; n += 1) {
      look(log);
      clock.jump(600_001);
    }
    clock.jump(-450 * 86_400_000);
    log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id });
    look(log, 0, [event(clock.now())]);
    const wrong = clock.now();
    clock.advance(1_000);
    clock.jump(25 * 3_600_000);
    log.enter(id, { kind: 'checkpoint', at: clock.now() }, { camera: id });
    clock.advance(1_300_000);
    log.stop();
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT n FROM block WHERE since <= ?').all(wrong)).toEqual([]);
    database.close();
  });

  test('a place to start from whose configuration is missing says so', () => {
    const log = open();
    look(log);
    log.stop();
    const database = new DatabaseSync(path);
    database.exec('DELETE FROM context');
    database.close();
    expect(looks).toThrow(expect.objectContaining({ code: 'MB_OBSERVATIONS' }));
    expect(looks).toThrow(/configuration .* is missing/);
  });

  test.each([...Object.entries(storeQueries), ...Object.entries(readerQueries)])(
    '%s reads no whole table of blocks',
    (_name, sql) => {
      open().stop();
      const database = new DatabaseSync(path);
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
      database.close();
      const scans = plan.filter(({ detail }) => /^SCAN block(?! USING COVERING INDEX)/.test(detail));
      expect(scans).toEqual([]);
    },
  );

  test.each([
    ['which is not there', 'nowhere.db', /nowhere\.db is not there/],
    ['which is another', 'other.db', /other\.db: no such table/],
  ])('a file %s is not read', (_what, name, words) => {
    const file = join(folder.path, name);
    if (name === 'other.db') new DatabaseSync(file).exec('CREATE TABLE x (y)');
    expect(() => new ObservationReader(file)).toThrow(words);
  });
});
