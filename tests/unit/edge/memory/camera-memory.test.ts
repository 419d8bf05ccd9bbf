import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../../src/domain/ids.ts';
import { CameraMemory, type RememberedCamera } from '../../../../src/edge/memory/camera-memory.ts';
import { memorySchema } from '../../../../src/edge/memory/config.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const id = 'c1' as CameraId;

describe('CameraMemory', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let clock: FakeClock;
  let memory: CameraMemory;
  let saved: string[];

  const open = (options: object = {}) => {
    const opened = new CameraMemory({
      config: { ...memorySchema.parse(options), path: join(folder.path, 'memory.db') },
      onSaved: (camera, at) => saved.push(`${camera}@${at}`),
      clock,
      log: createLogger('test'),
    });
    opened.open();
    return opened;
  };
  const camera = (remembered: RememberedCamera | undefined, name = id) => ({ id: name, remember: () => remembered });

  beforeEach(async () => {
    folder = await tempDir('memory');
    clock = new FakeClock();
    saved = [];
    memory = open();
  });
  afterEach(async () => {
    memory.close();
    await folder.remove();
  });

  test('what a camera remembers outlives the node', () => {
    const remembered = { at: clock.now(), tracker: { tracks: [1, 2] }, scenes: { illegal_parking: { dwellMs: 4.5 } } };
    memory.changed(camera(remembered));
    memory.close();
    memory = open();
    expect(memory.recall(id)).toEqual(remembered);
    expect(memory.recall('other' as CameraId)).toBeUndefined();
  });

  test('cameras that changed are written together, as they are when their turn comes, and told of once', () => {
    let n = 0;
    const remember = () => {
      n += 1;
      return { at: clock.now(), tracker: n, scenes: null };
    };
    memory.changed({ id, remember });
    memory.changed({ id, remember });
    expect(n).toBe(0);
    clock.advance(5_000);
    expect(n).toBe(1);
    expect(saved).toEqual([`c1@${clock.now()}`]);
    clock.advance(20_000);
    expect(saved).toHaveLength(1);
  });

  test.each([
    ['just young enough', 60_000, true],
    ['too old', 60_001, false],
    ['from before the clock was set back by too much', -60_001, false],
  ])('%s', (_what, passed, known) => {
    memory.changed(camera({ at: clock.now(), tracker: 1, scenes: 2 }));
    memory.close();
    clock.jump(passed);
    memory = open({ maxAgeMs: 60_000 });
    expect(memory.recall(id) !== undefined).toBe(known);
  });

  test('a camera that is forgotten, or has nothing to remember, leaves nothing', () => {
    memory.changed(camera({ at: clock.now(), tracker: 1, scenes: 2 }));
    clock.advance(5_000);
    memory.forget(id);
    clock.advance(5_000);
    expect(memory.recall(id)).toBeUndefined();
  });

  test('a row that is not JSON is a camera that begins anew', () => {
    memory.changed(camera({ at: clock.now(), tracker: 1, scenes: 2 }));
    memory.close();
    const file = new DatabaseSync(join(folder.path, 'memory.db'));
    file.exec(`UPDATE camera SET memory = '{"tracker":'`);
    file.close();
    memory = open();
    expect(memory.recall(id)).toBeUndefined();
  });

  test('while the disk takes nothing, changes stay and are written later', () => {
    const other = new DatabaseSync(join(folder.path, 'memory.db'));
    other.exec('ALTER TABLE camera RENAME TO away');
    memory.changed(camera({ at: clock.now(), tracker: 1, scenes: 2 }));
    clock.advance(5_000);
    expect(saved).toEqual([]);
    other.exec('ALTER TABLE away RENAME TO camera');
    other.close();
    clock.advance(5_000);
    expect(saved).toHaveLength(1);
  });

  test('a file that is no database says which', () => {
    const bad = new CameraMemory({
      config: { ...memorySchema.parse({}), path: folder.path },
      clock,
      log: createLogger('test'),
    });
    expect(() => bad.open()).toThrow(folder.path);
  });
});
