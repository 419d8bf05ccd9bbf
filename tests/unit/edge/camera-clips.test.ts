import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { CameraClips, type ClipSurroundings } from '../../../src/edge/camera-clips.ts';
import type { ClipOrder } from '../../../src/edge/evidence/clip-cutter.ts';
import { evidenceSchema } from '../../../src/edge/evidence/config.ts';
import type { StreamViewer } from '../../../src/edge/ingest/on-demand-stream.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const about = { scene: 'fire_smoke', subjects: [], seen: [] };

const unit = (at: number, bytes: number): AccessUnit => ({
  ...{ cameraId: 'c' as CameraId, codec: 'h264', keyframe: at % 1_000 === 0, data: Buffer.alloc(bytes) },
  ...{ rtpTimestamp: 0, ptsMs: at, ntpMs: undefined, receivedAt: at },
});
const stream = (from: number, to: number, bytes: number) =>
  Array.from({ length: (to - from) / 100 }, (_, index) => unit(from + index * 100, bytes));
const main = 900;
const sub = 100;

let orders: (ClipOrder & { readonly end: () => void })[];
let mainStreams: Set<CameraId>;
let recent: AccessUnit[];
let clock: FakeClock;

beforeEach(() => {
  orders = [];
  mainStreams = new Set();
  clock = new FakeClock();
  recent = stream(0, 15_000, sub);
});

function camera(id = 'c', clip: object = {}) {
  const viewers = new Set<StreamViewer>();
  const around: ClipSurroundings = {
    config: evidenceSchema.parse({ clip }).clip,
    cutter: {
      order: (order) =>
        new Promise((resolve) => {
          orders.push({ ...order, end: () => resolve(undefined) });
        }),
    },
    recent: async (_, from, to) => recent.filter(({ receivedAt }) => receivedAt >= from && receivedAt <= to),
    mainStreams,
    clock,
  };
  const view = (viewer: StreamViewer) => {
    viewers.add(viewer);
    return () => void viewers.delete(viewer);
  };
  const clips = new CameraClips({ camera: id as CameraId, main: { view }, around });
  const send = (units: readonly AccessUnit[]) => {
    for (const each of units) for (const viewer of viewers) viewer.onAccessUnit(each);
  };
  return { clips, viewers, send };
}

/** Which stream each alternative is of, the best first. */
const offered = async () =>
  (await orders[0]?.take(5_000, 15_000))?.map((units) => (units[0] === undefined ? 'none' : units[0].data.length));

describe('where a camera’s clips come from', () => {
  test('the main stream, opened ahead of what is about to happen', async () => {
    const { clips, viewers, send } = camera();
    clips.expect(20_000);
    expect(viewers.size).toBe(1);
    send(stream(5_000, 15_000, main));
    void clips.order(10_000, about);
    expect(await offered()).toEqual([main, sub]);
  });

  test.each([
    { dueInMs: undefined, open: 0 },
    { dueInMs: 20_001, open: 0 },
    { dueInMs: 20_000, open: 1 },
  ])('what is due in $dueInMs ms opens $open', ({ dueInMs, open }) => {
    const { clips, viewers } = camera();
    clips.expect(dueInMs);
    expect([viewers.size, mainStreams.size]).toEqual([open, open]);
  });

  test.each([
    { from: 6_000, best: main },
    { from: 8_000, best: sub },
  ])('a main stream that came only at $from ms of ten seconds: $best', async ({ from, best }) => {
    const { clips, send } = camera();
    void clips.order(10_000, about);
    send(stream(from, 15_000, main));
    expect((await offered())?.[0]).toBe(best);
  });

  test('without a ring of the substream the main stream is all there is, however short', async () => {
    recent = [];
    const { clips, send } = camera();
    void clips.order(10_000, about);
    send(stream(12_000, 15_000, main));
    expect((await offered())?.[0]).toBe(main);
  });

  test('it is let go of when nothing is due any more, and not while a clip waits', async () => {
    const { clips, viewers } = camera();
    clips.expect(1_000);
    clips.expect(undefined);
    expect(viewers.size).toBe(0);
    const ordered = clips.order(10_000, about);
    clips.expect(undefined);
    expect(viewers.size).toBe(1);
    orders[0]?.end();
    await ordered;
    clips.expect(undefined);
    expect([viewers.size, mainStreams.size]).toEqual([0, 0]);
  });

  test('it is let go of with the last clip, when no look comes any more', async () => {
    const { clips, viewers } = camera();
    const both = Promise.all([clips.order(10_000, about), clips.order(11_000, about)]);
    clips.expect(undefined);
    orders[0]?.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(viewers.size).toBe(1);
    orders[1]?.end();
    await both;
    expect([viewers.size, mainStreams.size]).toEqual([0, 0]);
  });

  test('it is kept after a clip while something else is about to happen', async () => {
    const { clips, viewers } = camera();
    const ordered = clips.order(10_000, about);
    clips.expect(5_000);
    orders[0]?.end();
    await ordered;
    expect(viewers.size).toBe(1);
  });

  test.each([
    { mainAheadMs: 20_000, afterMs: 29_999, open: 1 },
    { mainAheadMs: 20_000, afterMs: 30_000, open: 0 },
    { mainAheadMs: 50_000, afterMs: 49_999, open: 1 },
    { mainAheadMs: 50_000, afterMs: 50_000, open: 0 },
  ])('of a camera that goes blind, opened $mainAheadMs ms ahead: $open after $afterMs ms', (row) => {
    const { clips, viewers } = camera('c', { mainAheadMs: row.mainAheadMs });
    clips.expect(10_000);
    clock.advance(10_000);
    clips.expect(1_000);
    clock.advance(row.afterMs);
    expect([viewers.size, mainStreams.size]).toEqual([row.open, row.open]);
  });

  test('a clip that waits keeps it open however blind the camera', async () => {
    const { clips, viewers } = camera();
    clips.expect(0);
    void clips.order(10_000, about);
    clock.advance(60_000);
    expect(viewers.size).toBe(1);
  });

  test('closed, it opens no stream: not for what is due, nor for the clip of a look under way', async () => {
    const { clips, viewers } = camera();
    clips.expect(0);
    clips.close();
    clips.expect(0);
    void clips.order(10_000, about);
    expect([viewers.size, mainStreams.size, clock.pending]).toEqual([0, 0, 0]);
    expect((await offered())?.[0]).toBe(sub);
  });

  test('no more main streams are open at once than there may be; the others’ clips show the substream', async () => {
    const [one, two] = [camera('one', { mainStreams: 1 }), camera('two', { mainStreams: 1 })];
    one.clips.expect(0);
    two.clips.expect(0);
    expect([one.viewers.size, two.viewers.size]).toEqual([1, 0]);
    void two.clips.order(10_000, about);
    expect(await offered()).toEqual([sub, 'none']);
    one.clips.close();
    two.clips.expect(0);
    expect(two.viewers.size).toBe(1);
  });
});
