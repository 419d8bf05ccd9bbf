import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import { cutClip } from '../../../src/edge/evidence/clip-cut.ts';
import { writeMp4 } from '../../../src/edge/evidence/mp4-writer.ts';
import { AccessUnitRing } from '../../../src/edge/ingest/access-unit-ring.ts';
import { cameraStreamSchema } from '../../../src/edge/ingest/config.ts';
import { lifeSchema } from '../../../src/edge/ingest/life-config.ts';
import { LocalIngest } from '../../../src/edge/ingest/shard-local.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { CameraFarm } from '../../../src/simulator/camera-farm.ts';
import { clipUnits } from '../../support/clip-units.ts';
import { CuttableProxy } from '../../support/cuttable-proxy.ts';
import { noSharedReason, sharedDir } from '../../support/shared.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { until } from '../../support/until.ts';

const run = promisify(execFile);

let folder: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  folder = await tempDir('clip');
});
afterAll(() => folder.remove());

interface Probe {
  readonly codec: string;
  readonly tag: string;
  readonly size: string;
  readonly seconds: number;
  readonly comment: string | undefined;
  /** Of each picture in the order of decoding: when it is shown, and whether it is a keyframe. */
  readonly pictures: readonly { readonly at: number; readonly keyframe: boolean }[];
  /** What the machine's ffmpeg says when it decodes all of it. */
  readonly complaints: string;
  readonly decoded: number;
}

async function probe(file: string): Promise<Probe> {
  const ask = ['-show_entries', 'stream=codec_name,codec_tag_string,width,height:format=duration:format_tags=comment'];
  const packets = ['-show_entries', 'packet=pts_time,flags'];
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-of',
    'json',
    '-select_streams',
    'v',
    ...ask,
    ...packets,
    file,
  ]);
  const told = JSON.parse(stdout);
  const decode = ['-xerror', '-i', file, '-vsync', '0', '-enc_time_base', '1:90000', '-f', 'framemd5', '-'];
  const decoded = await run('ffmpeg', ['-v', 'error', '-nostdin', ...decode], { maxBuffer: 2 ** 26 }).catch(
    (error: { stderr: string; stdout: string }) => error,
  );
  const [stream] = told.streams;
  return {
    codec: stream.codec_name,
    tag: stream.codec_tag_string,
    size: `${stream.width}x${stream.height}`,
    seconds: Number(told.format.duration),
    comment: told.format.tags?.comment,
    pictures: told.packets.map((packet: { pts_time: string; flags: string }) => ({
      at: Number(packet.pts_time),
      keyframe: packet.flags.startsWith('K'),
    })),
    complaints: decoded.stderr,
    decoded: decoded.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
  };
}

/** The clip around `atMs` of what a ring holds by then. */
async function clipOf(
  units: readonly AccessUnit[],
  atMs: number,
  name: string,
  ring = { maxBytes: 1e8, maxMs: 12_000 },
) {
  const kept = new AccessUnitRing(ring);
  for (const unit of units) if (unit.receivedAt <= atMs + 5_000) kept.push(unit);
  const cut = await cutClip(kept.clip(atMs - 5_000, atMs + 5_000), atMs);
  if (cut === undefined) return undefined;
  const file = join(folder.path, `${name}.mp4`);
  await writeMp4(file, cut.video);
  return { cut, file, probe: await probe(file) };
}

/** Units as a camera that came back after `pauseMs` sends them: its own time begins anew. */
function later(units: readonly AccessUnit[], startMs: number): AccessUnit[] {
  const first = units[0]?.ptsMs ?? 0;
  return units.map((unit) => ({ ...unit, ptsMs: unit.ptsMs - first, receivedAt: unit.ptsMs - first + startMs }));
}

const upTo = (units: readonly AccessUnit[], ms: number) => units.filter(({ ptsMs }) => ptsMs < ms);
const from = (units: readonly AccessUnit[], ms: number) => {
  const start = units.findIndex(({ ptsMs, keyframe }) => ptsMs >= ms && keyframe);
  return units.slice(start);
};

describe('clips of generated video', () => {
  test.each([
    { codec: 'h264', tag: 'avc1', bFrames: 0, named: 'h264' },
    { codec: 'h264', tag: 'avc1', bFrames: 2, named: 'h264' },
    { codec: 'h265', tag: 'hvc1', bFrames: 0, named: 'hevc' },
  ] as const)('$codec with $bFrames pictures between: ±5 s, playable, nothing encoded anew', async (kind) => {
    const { file } = await makeTestClip(folder.path, { seconds: 20, codec: kind.codec, bFrames: kind.bFrames });
    const units = await unitsOf(file, kind.codec);
    const clip = await clipOf(units, 12_000, `${kind.codec}-${kind.bFrames}`);
    expect(clip?.probe).toMatchObject({ codec: kind.named, tag: kind.tag, size: '320x240', complaints: '' });
    expect(clip?.probe.seconds).toBeGreaterThanOrEqual(9.9);
    // At most one group of pictures more: it begins at a keyframe.
    expect(clip?.probe.seconds).toBeLessThanOrEqual(10.8);
    expect(clip?.probe.pictures[0]?.keyframe).toBe(true);
    expect(clip?.probe.decoded).toBe(clip?.cut.units.length);
    expect(clip?.probe.comment).toBeUndefined();
  });

  test('the same pictures give the same bytes', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 20 });
    const units = await unitsOf(file, 'h264');
    const [first, second] = [await clipOf(units, 12_000, 'one'), await clipOf(units, 12_000, 'two')];
    expect(await readFile(first?.file ?? '')).toEqual(await readFile(second?.file ?? ''));
  });

  test('MJPEG', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 2, codec: 'jpeg' });
    const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-c', 'copy', '-f', 'image2pipe', '-'], {
      encoding: 'buffer',
      maxBuffer: 2 ** 26,
    });
    const units = jpegsOf(stdout).map((data, index) => picture(data, index * 100));
    const clip = await clipOf(units, 1_000, 'mjpeg');
    expect(clip?.probe).toMatchObject({ codec: 'mjpeg', size: '320x240', complaints: '', decoded: units.length });
  });

  test('a camera that was away in between: the gap keeps its time, and the comment tells', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 20 });
    const units = await unitsOf(file, 'h264');
    const before = upTo(units, 9_000);
    const after = later(from(units, 3_000), 12_000);
    const clip = await clipOf([...before, ...after], 12_500, 'gap');
    const times = clip?.probe.pictures.map(({ at }) => at) ?? [];
    const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
    expect(longest).toBeCloseTo(3.1, 1);
    expect(clip?.probe).toMatchObject({ complaints: '', decoded: clip?.cut.units.length });
    expect(clip?.probe.seconds).toBeGreaterThanOrEqual(9.9);
    expect(clip?.probe.comment).toMatch(/^no pictures for 3\.1 s from \d\.\d s on$/);
  });

  test.each(['h264', 'h265'] as const)(
    '%s with other parameter sets of the same size after it came back',
    async (codec) => {
      const { file } = await makeTestClip(folder.path, { seconds: 20, codec });
      const other = await encoded(codec, '320x240', ['-qp', '30']);
      const before = upTo(await unitsOf(file, codec), 9_000);
      const after = later(await unitsOf(other, codec), 10_000);
      const clip = await clipOf([...before, ...after], 11_000, `sets-${codec}`);
      expect(clip?.probe.tag).toBe(codec === 'h264' ? 'avc3' : 'hev1');
      expect(clip?.probe).toMatchObject({ size: '320x240', complaints: '', decoded: clip?.cut.units.length });
    },
  );

  test.each([
    { at: 8_500, size: '320x240' },
    { at: 11_000, size: '480x270' },
  ])('a change of size: only the side with the alert stays, and the comment says so ($size)', async ({ at, size }) => {
    const { file } = await makeTestClip(folder.path, { seconds: 20 });
    const other = await encoded('h264', '480x270', []);
    const before = upTo(await unitsOf(file, 'h264'), 9_000);
    const after = later(await unitsOf(other, 'h264'), 10_000);
    const clip = await clipOf([...before, ...after], at, `size-${at}`);
    expect(clip?.probe).toMatchObject({ size, complaints: '', decoded: clip?.cut.units.length });
    expect(clip?.probe.comment).toContain(`cut where the camera changed to or from h264 ${size.replace('x', '×')}`);
  });

  test('a ring that is too short gives what it has, from a keyframe on', async () => {
    const { file } = await makeTestClip(folder.path, { seconds: 20 });
    const clip = await clipOf(await unitsOf(file, 'h264'), 12_000, 'short', { maxBytes: 40_000, maxMs: 12_000 });
    expect(clip?.probe.pictures[0]?.keyframe).toBe(true);
    expect(clip?.probe.complaints).toBe('');
    expect(clip?.probe.seconds).toBeLessThan(9);
  });

  test('no ring, or nothing that decodes: no clip', async () => {
    expect(await clipOf([], 1_000, 'none')).toBeUndefined();
    const { file } = await makeTestClip(folder.path, { seconds: 2 });
    const between = (await unitsOf(file, 'h264')).filter(({ keyframe }) => !keyframe);
    expect(await cutClip(between, 1_000)).toBeUndefined();
  });

  test('a first picture that is rubbish is an error with a code', async () => {
    const cut = await cutClip([{ ...picture(Buffer.alloc(400, 7), 0), codec: 'h264' }], 0);
    const written = writeMp4(join(folder.path, 'rubbish.mp4'), cut?.video ?? fail());
    await expect(written).rejects.toMatchObject({ code: 'MB_DECODE_FAILED' });
  });
});

test('a camera on the network that dropped in between: its clip plays, with the time it was away', async () => {
  const { file } = await makeTestClip(folder.path, { seconds: 20 });
  const common = { clock: systemClock, log: createLogger('test') };
  const farm = new CameraFarm({ host: '127.0.0.1', port: 0, cameras: [{ path: '/a', file, loop: true }], ...common });
  await farm.start(new AbortController().signal);
  const line = new CuttableProxy({ host: '127.0.0.1', port: farm.port });
  const url = `rtsp://127.0.0.1:${await line.start()}/a`;
  const id = 'cam-1' as AccessUnit['cameraId'];
  const ingest = new LocalIngest({
    ...common,
    life: lifeSchema.parse({ keep: { maxBytes: 4_000_000 } }),
    handler: { onAccessUnit: () => {}, onState: () => {} },
  });
  const kept = () => ingest.clip(id, 0, Number.MAX_SAFE_INTEGER);
  const stateIs = (kind: string) => () => ingest.cameras.get(id)?.kind === kind;
  try {
    await ingest.add({ id, stream: cameraStreamSchema.parse({ url, retryMinMs: 3_000, retryMaxMs: 3_000 }) });
    await until(async () => (await kept()).length >= 30, { what: 'three seconds' });
    line.cut();
    await until(stateIs('waiting'), { what: 'the camera to be away' });
    const before = (await kept()).length;
    line.mend();
    await until(async () => (await kept()).length >= before + 20, { what: 'two seconds more' });
    const units = await kept();
    const cut = await cutClip(units, units[before]?.receivedAt ?? 0);
    const path = join(folder.path, 'dropped.mp4');
    await writeMp4(path, cut?.video ?? fail());
    const shown = await probe(path);
    expect(shown).toMatchObject({ complaints: '', decoded: cut?.units.length });
    expect(shown.comment).toMatch(/^no pictures for \d+\.\d s from \d\.\d s on$/);
    // Five seconds of pictures, and at least half of the pause before a retry in between.
    expect(shown.seconds).toBeGreaterThan(6);
  } finally {
    await ingest.stop();
    await line.stop();
    await farm.stop();
  }
});

describe.skipIf(sharedDir === undefined)(`clips of footage (${sharedDir ?? noSharedReason})`, () => {
  test.each(['people-passing.mp4', 'street-parked.mp4', 'house-fire.mp4'])('%s', async (name) => {
    const file = join(sharedDir ?? '', 'footage', name);
    const units = (await unitsOf(file, 'h264')).slice(0, 500);
    const clip = await clipOf(units, 12_000, name);
    expect(clip?.probe).toMatchObject({ codec: 'h264', complaints: '' });
    expect(clip?.probe.pictures[0]?.keyframe).toBe(true);
    expect(clip?.probe.decoded).toBe(clip?.cut.units.length);
    expect(clip?.probe.seconds).toBeGreaterThanOrEqual(9.9);
  });
});

function fail(): never {
  throw new Error('nothing was cut');
}

/** As a camera sends them: decoding order, shown at the times of the file. */
async function unitsOf(file: string, codec: 'h264' | 'h265'): Promise<AccessUnit[]> {
  const units = await clipUnits(file, { codec });
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    file,
  ]);
  const shown = stdout
    .trim()
    .split('\n')
    .map((time) => Number.parseFloat(time) * 1000);
  const sent = shown.toSorted((a, b) => a - b);
  return units.map((unit, index) => ({ ...unit, ptsMs: shown[index] ?? 0, receivedAt: sent[index] ?? 0 }));
}

async function encoded(codec: 'h264' | 'h265', size: string, more: readonly string[]): Promise<string> {
  const file = join(folder.path, `${codec}-${size}.mp4`);
  const encoder = codec === 'h264' ? ['-c:v', 'libx264'] : ['-c:v', 'libx265', '-x265-params', 'log-level=none:ref=2'];
  const input = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10:duration=8`];
  const shape = ['-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5', '-bf', '0', ...more];
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...encoder, ...shape, file]);
  return file;
}

function picture(data: Buffer, ptsMs: number): AccessUnit {
  const camera = 'cam-1' as AccessUnit['cameraId'];
  return {
    cameraId: camera,
    codec: 'mjpeg',
    keyframe: true,
    data,
    rtpTimestamp: 0,
    ptsMs,
    ntpMs: undefined,
    receivedAt: ptsMs,
  };
}

function jpegsOf(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf('ffd8ff', 0, 'hex'); at >= 0; at = stream.indexOf('ffd8ff', at + 3, 'hex'))
    starts.push(at);
  return starts.map((start, index) => stream.subarray(start, starts[index + 1] ?? stream.length));
}
