import { readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { EvidenceRef } from '../../../../src/domain/alert.ts';
import type { Frame } from '../../../../src/domain/frame.ts';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { CameraId, IncidentId, TrackId, ZoneId } from '../../../../src/domain/ids.ts';
import type { Picture } from '../../../../src/domain/picture.ts';
import type { RedactPicture } from '../../../../src/domain/redaction.ts';
import type { IncidentPhase, SceneEvent } from '../../../../src/domain/scene-event.ts';
import { AlertWriter } from '../../../../src/edge/alert/alert-writer.ts';
import type { StartFrame } from '../../../../src/edge/alert/start-frames.ts';
import { ContentStore } from '../../../../src/lib/content-store.ts';
import { sha256 } from '../../../../src/lib/hash.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { testRedaction } from '../../../support/alert-draft.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const camera = { id: 'c' as CameraId, name: 'c', division: '330503001', lat: 30, lon: 120 };
const [width, height] = [200, 100];
const trackId = 't' as TrackId;
/** Where it stands now, and where it stood when it began. */
const now: Box = [0.6, 0.2, 0.8, 0.6];
const then: Box = [0.1, 0.2, 0.3, 0.6];

const grey: Picture = {
  ...{ width, height, format: 'rgb24', sourceWidth: width, sourceHeight: height },
  data: new Uint8Array(width * height * 3).fill(128),
};
const unit = (content: string) =>
  ({ cameraId: camera.id, rtpTimestamp: 1, ptsMs: 1, data: Buffer.from(content) }) as AccessUnit;
const start = (boxes: StartFrame['boxes']): StartFrame => ({ unit: unit('start'), at: 1_000, boxes });

let dir: Awaited<ReturnType<typeof tempDir>>;
let store: ContentStore;
beforeEach(async () => {
  dir = await tempDir('alert-evidence');
  store = new ContentStore(dir.path);
});
afterEach(() => dir.remove());

async function write(
  phase: IncidentPhase,
  more: {
    start?: StartFrame;
    decode?: (frame: Frame) => Promise<Picture | undefined>;
    redact?: RedactPicture;
  } = {},
): Promise<readonly EvidenceRef[]> {
  const {
    decode = async () => grey,
    start: began,
    redact = async (picture) => ({ picture, redaction: testRedaction }),
  } = more;
  const writer = new AlertWriter({
    evidence: store,
    decode,
    redact,
    clock: new FakeClock(),
    log: createLogger('test'),
  });
  const event: SceneEvent = {
    ...{ phase, incidentId: 'i' as IncidentId, scene: 'illegal_parking', ruleVersion: '1', severity: 2 },
    zone: { id: 'z' as ZoneId, kind: 'polygon', points: [], tags: [] },
    ...{ startedAt: 1_000, observedAt: 9_000 },
    subjects: [{ class: 'car', score: 0.9, box: now, trackId, dwellMs: 8_000 }],
  };
  const frame = { cameraId: camera.id, accessUnit: unit('now'), picture: undefined, observedAt: 9_000 };
  const provenance = { model: { id: 'm', sha256: sha256('m') }, configVersion: '1', softwareVersion: '1' };
  const context = { frame: { ...frame, traceparent: '', hops: [] }, camera, provenance };
  return (await writer.write(event, { ...context, ...(began !== undefined && { start: began }) })).evidence;
}

/** Whether the outline of a box is drawn: its left edge is no longer grey. */
async function shows(file: EvidenceRef | undefined, box: Box): Promise<boolean> {
  const jpeg = (await store.get(file?.sha256 ?? sha256(''))) ?? Buffer.alloc(0);
  const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.round(((box[1] + box[3]) / 2) * height) * width + Math.round(box[0] * width)) * 3;
  return Math.abs((data[at] ?? 0) - (data[at + 2] ?? 0)) > 60;
}

describe('pictures of an alert', () => {
  test('start and trigger: each with the box where it was then, and the hash of what the camera sent', async () => {
    const [began, trigger] = await write('raised', { start: start(new Map([[trackId, then]])) });
    expect([began, trigger]).toMatchObject([
      { kind: 'start', mediaType: 'image/jpeg', originalSha256: sha256('start') },
      { kind: 'trigger', mediaType: 'image/jpeg', originalSha256: sha256('now') },
    ]);
    expect([await shows(began, then), await shows(began, now)]).toEqual([true, false]);
    expect([await shows(trigger, then), await shows(trigger, now)]).toEqual([false, true]);
  });

  test('a start whose boxes are not known shows the place without them', async () => {
    const [began] = await write('raised', { start: start(new Map()) });
    expect(began?.kind).toBe('start');
    expect([await shows(began, then), await shows(began, now)]).toEqual([false, false]);
  });

  test.each([
    { phase: 'raised', kinds: ['trigger'] },
    { phase: 'updated', kinds: ['trigger'] },
    { phase: 'cleared', kinds: ['clear'] },
  ] as const)('$phase without a start: $kinds', async ({ phase, kinds }) => {
    expect((await write(phase)).map(({ kind }) => kind)).toEqual(kinds);
  });

  test.each([
    { what: 'gives nothing', decode: async () => undefined },
    { what: 'throws', decode: () => Promise.reject(new Error('the decoder is gone')) },
  ])('a start that does not decode ($what) leaves the trigger alone', async ({ decode }) => {
    const only = async (frame: Frame) => (frame.accessUnit.data.toString() === 'start' ? decode() : grey);
    const evidence = await write('raised', { start: start(new Map()), decode: only });
    expect(evidence.map(({ kind }) => kind)).toEqual(['trigger']);
  });

  test('says what was made unrecognisable in each', async () => {
    expect(await write('raised', { start: start(new Map()) })).toMatchObject([
      { redaction: testRedaction },
      { redaction: testRedaction },
    ]);
  });

  test.each([
    { what: 'is not', redact: async () => undefined },
    { what: 'throws', redact: () => Promise.reject(new Error('the thread is gone')) },
  ])('what cannot be made unrecognisable ($what) is not there: the alert goes out without', async ({ redact }) => {
    expect(await write('raised', { redact })).toEqual([]);
    expect(await readdir(dir.path)).toEqual([]);
  });
});
