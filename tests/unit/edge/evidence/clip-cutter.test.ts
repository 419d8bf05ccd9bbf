import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../../src/domain/ids.ts';
import { ClipCutter } from '../../../../src/edge/evidence/clip-cutter.ts';
import { evidenceSchema } from '../../../../src/edge/evidence/config.ts';
import { ContentStore } from '../../../../src/lib/content-store.ts';
import { sha256 } from '../../../../src/lib/hash.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { testRedaction } from '../../../support/alert-draft.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const about = { scene: 'fire_smoke', subjects: [], seen: [] };

/** One grey picture of 16×16, as JPEG: written without a camera or an encoder. */
const jpeg = Buffer.from(
  [
    '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgH',
    'BwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xAGiAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsBAAMBAQEBAQEB',
    'AQEAAAAAAAABAgMEBQYHCAkKCxAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK',
    'FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ip',
    'qrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6EQACAQIEBAMEBwUEBAABAncAAQIDEQQFITEG',
    'EkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1',
    'dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T19vf4',
    '+fr/wAARCAAQABADASIAAhEAAxEA/9oADAMBAAIRAxEAPwAooooA/9k=',
  ].join(''),
  'base64',
);

let dir: Awaited<ReturnType<typeof tempDir>>;
let store: ContentStore;
let clock: FakeClock;
let metrics: Metrics;

beforeEach(async () => {
  dir = await tempDir('clip-cutter');
  store = new ContentStore(dir.path);
  clock = new FakeClock(100_000);
  metrics = new Metrics();
});
afterEach(() => dir.remove());

const cutter = (clip: object = {}) =>
  new ClipCutter({
    config: evidenceSchema.parse({ clip }).clip,
    evidence: store,
    redact: async (path) => ({ bytes: await readFile(path), redaction: testRedaction }),
    clock,
    log: createLogger('test'),
    metrics,
  });

const units = (count: number, data = jpeg): AccessUnit[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ cameraId: 'c' as CameraId, codec: 'mjpeg', keyframe: true, data, rtpTimestamp: 0, ntpMs: undefined },
    ...{ ptsMs: index * 100, receivedAt: 95_000 + index * 100 },
  }));

const order = (...streams: AccessUnit[][]) => ({
  camera: 'c' as CameraId,
  at: 100_000,
  about,
  take: async () => streams,
});

async function results(): Promise<Record<string, number>> {
  const { values } = (await metrics.registry.getSingleMetric('maplebridge_clips_total')?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['result']), value]));
}

describe('clip cutter', () => {
  test('waits until the clip is complete, asks once, and puts the file in the store', async () => {
    const asked: number[][] = [];
    const kept = units(20);
    const clip = cutter().order({
      ...order(),
      take: async (from, to) => {
        asked.push([from, to, clock.now()]);
        return [kept];
      },
    });
    clock.advance(5_499);
    expect(asked).toEqual([]);
    clock.advance(1);
    const file = await clip;
    expect(asked).toEqual([[95_000, 105_000, 105_500]]);
    expect(file).toMatchObject({ kind: 'clip', mediaType: 'video/mp4' });
    expect(file?.originalSha256).toBe(sha256(...kept.map(({ data }) => data)));
    const bytes = await store.get(file?.sha256 ?? sha256(''));
    expect([bytes?.length, bytes?.toString('latin1', 4, 8)]).toEqual([file?.bytes, 'ftyp']);
    expect((await readdir(dir.path)).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await results()).toEqual({ written: 1 });
  });

  test('an alert that is told late has its clip at once', async () => {
    const clip = cutter().order({ ...order(units(5)), at: 90_000 });
    clock.advance(0);
    expect(await clip).toBeDefined();
  });

  test.each([
    { what: 'nothing was kept', streams: [[], []], result: 'empty' },
    { what: 'nothing decodes', streams: [units(3).map((unit) => ({ ...unit, keyframe: false }))], result: 'empty' },
    { what: 'all that was kept is too large', streams: [units(3, Buffer.alloc(700))], result: 'too-large' },
    { what: 'what was kept is rubbish', streams: [units(3, Buffer.alloc(90, 7))], result: 'failed' },
  ])('$what: no clip, and it is counted', async ({ streams, result }) => {
    const clip = cutter({ maxBytes: 2_000 }).order(order(...streams));
    clock.advance(6_000);
    expect(await clip).toBeUndefined();
    expect(await results()).toEqual({ [result]: 1 });
  });

  test('a stream that is too large gives way to the next', async () => {
    const kept = units(2);
    const clip = cutter({ maxBytes: 2 * jpeg.length }).order(order(units(3), kept));
    clock.advance(6_000);
    expect((await clip)?.originalSha256).toBe(sha256(...kept.map(({ data }) => data)));
  });

  test('beyond those that may wait they are dropped and counted, and the next one has room again', async () => {
    const clips = cutter({ waiting: 2 });
    const ordered = [1, 2, 3].map(() => clips.order(order(units(2))));
    clock.advance(6_000);
    const files = await Promise.all(ordered);
    expect(files.map((file) => file !== undefined)).toEqual([true, true, false]);
    expect(await results()).toEqual({ written: 2, dropped: 1 });
    const next = clips.order(order(units(2)));
    clock.advance(6_000);
    expect(await next).toBeDefined();
  });

  test('a source that fails is a clip that failed', async () => {
    const clip = cutter().order({ ...order(), take: () => Promise.reject(new Error('the thread is gone')) });
    clock.advance(6_000);
    expect(await clip).toBeUndefined();
    expect(await results()).toEqual({ failed: 1 });
  });

  test('a node that stops waits for nothing that is not complete', async () => {
    const clips = cutter();
    const clip = clips.order(order(units(2)));
    await clips.stop();
    expect(await clip).toBeUndefined();
    expect(await clips.order(order(units(2)))).toBeUndefined();
    expect(await results()).toEqual({ abandoned: 2 });
    expect(clock.pending).toBe(0);
  });
});
