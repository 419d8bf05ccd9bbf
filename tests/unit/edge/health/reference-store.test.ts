import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../../src/domain/ids.ts';
import { ReferenceStore } from '../../../../src/edge/health/reference-store.ts';
import { AppError } from '../../../../src/lib/errors.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { size } from './health-stand.ts';

const [a, b] = ['a', 'b'] as CameraId[] as [CameraId, CameraId];

describe('views over a restart', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let clock: FakeClock;
  const stores: ReferenceStore[] = [];

  const open = (pictures: { width: number; height: number } = size) => {
    const path = join(folder.path, 'views.db');
    const store = new ReferenceStore({ path, size: pictures, clock, log: createLogger('test') });
    stores.push(store);
    store.open();
    return store;
  };
  const mark = (store: ReferenceStore, camera: CameraId) => new Uint8Array(store.memoryOf(camera), 5000, 1);

  beforeEach(async () => {
    folder = await tempDir('views');
    clock = new FakeClock();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    await folder.remove();
  });

  test('are there again after a stop, each camera its own', () => {
    const store = open();
    mark(store, a)[0] = 7;
    mark(store, b)[0] = 9;
    store.close();
    const next = open();
    expect([mark(next, a)[0], mark(next, b)[0]]).toEqual([7, 9]);
  });

  test('and after a crash, as of ten minutes ago', () => {
    const store = open();
    mark(store, a)[0] = 7;
    mark(store, b)[0] = 9;
    clock.advance(600_000);
    mark(store, a)[0] = 8;
    const next = open();
    expect([mark(next, a)[0], mark(next, b)[0]]).toEqual([7, 9]);
  });

  test('of one camera are one memory while it is watched, and gone when it is not', () => {
    const store = open();
    mark(store, a)[0] = 7;
    expect(store.memoryOf(a)).toBe(store.memoryOf(a));
    clock.advance(600_000);
    store.forget(a);
    expect(mark(store, a)[0]).toBe(0);
    store.forget(a);
    store.close();
    expect(mark(open(), a)[0]).toBe(0);
  });

  test('of pictures of another size begin anew', () => {
    const store = open();
    mark(store, a)[0] = 7;
    store.close();
    expect(mark(open({ width: 256, height: 144 }), a)[0]).toBe(0);
  });

  test('a folder that cannot be is said', () => {
    const log = createLogger('test');
    open();
    const path = join(folder.path, 'views.db', 'under-a-file', 'views.db');
    const store = new ReferenceStore({ path, size, clock, log });
    expect(() => store.open()).toThrow(AppError);
  });
});
