import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { AlertDraft, EvidenceRef } from '../../../src/domain/alert.ts';
import type { Detection } from '../../../src/domain/detection.ts';
import type { AlertId, CameraId, IncidentId, TrackId, ZoneId } from '../../../src/domain/ids.ts';
import { recordableBox } from '../../../src/domain/recordable-track.ts';
import type { SceneEvent } from '../../../src/domain/scene-event.ts';
import { EventReporter } from '../../../src/edge/event-reporter.ts';
import { IncidentMerger } from '../../../src/edge/incident-merger.ts';
import { mergeSchema } from '../../../src/edge/merge-config.ts';
import { pipelineMetrics } from '../../../src/edge/pipeline-metrics.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft } from '../../support/alert-draft.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const unit = { receivedAt: 0 } as AccessUnit;
const clipFile: EvidenceRef = {
  ...{ kind: 'clip', sha256: sha256('clip'), bytes: 9, mediaType: 'video/mp4' },
  originalSha256: sha256('units'),
};

function event(phase: SceneEvent['phase'], more: Partial<SceneEvent> = {}): SceneEvent {
  return {
    phase,
    incidentId: 'I' as IncidentId,
    scene: 'illegal_parking',
    ruleVersion: '1',
    severity: 3,
    zone: { id: 'z' as ZoneId, kind: 'polygon', points: [], tags: [] },
    startedAt: 0,
    observedAt: 1_000,
    subjects: [
      {
        ...{ class: 'car', score: 0.9, box: [0, 0, 1, 1], trackId: 't' as TrackId, dwellMs: 0 },
        position: { lat: 30, lon: 120, errorM: 1 },
      },
    ],
    ...more,
  };
}

/** Cameras of a node whose pictures and clips are ready when the test says so. */
function node() {
  const stored: AlertDraft[] = [];
  const clock = new FakeClock();
  const merger = new IncidentMerger(mergeSchema.parse({}), clock);
  const metrics = pipelineMetrics(new Metrics());
  let alerts = 0;
  const camera = (id: string) => {
    const clips: ((file: EvidenceRef | undefined) => void)[] = [];
    const pictures: (() => void)[] = [];
    let holdPictures = false;
    let failing = false;
    const reporter = new EventReporter({
      camera: { id: id as CameraId, name: id, division: '330502', lat: 30, lon: 120 },
      versions: { configVersion: '1', softwareVersion: '1' },
      fallbackModel: { id: 'm', sha256: sha256('m') },
      alerts: {
        write: async (
          { incidentId, phase, observedAt, severity, ruleVersion },
          { frame: { traceparent }, provenance },
        ) => {
          if (holdPictures) await new Promise<void>((resolve) => pictures.push(resolve));
          if (failing) throw new Error('no picture');
          const trace = { ...alertDraft().trace, traceparent };
          const seenBy = { ...provenance, ruleVersion };
          return { ...alertDraft({ incidentId, phase, observedAt, severity }), provenance: seenBy, trace };
        },
      },
      merger,
      updateEveryMs: () => 60_000,
      clip: () => new Promise((resolve) => clips.push(resolve)),
      newAlertId: () => `alert-${++alerts}` as AlertId,
      store: (draft) => void stored.push(draft),
      clock,
      log: createLogger('test'),
      metrics,
    });
    const report = (each: SceneEvent, detections: readonly Detection[] = []) =>
      reporter.report(each, { unit, at: each.observedAt, hops: [], detections, evidence: undefined });
    return {
      report,
      clips,
      pictures,
      hold: (now: boolean) => (holdPictures = now),
      fail: () => (failing = true),
    };
  };
  const told = () =>
    stored.map(({ phase, incidentId, evidence }) => `${phase} ${incidentId} ${evidence.map(({ kind }) => kind)}`);
  return { camera, stored, told, merger, clock };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('event reporter', () => {
  test('the alert goes out at once, and an update carries the clip once it is there', async () => {
    const { camera, stored, told } = node();
    const one = camera('a');
    await one.report(event('raised'));
    expect(told()).toEqual(['raised I ']);
    one.clips[0]?.(clipFile);
    await settled();
    expect(told()).toEqual(['raised I ', 'updated I clip']);
    const [raised, updated] = stored;
    expect(updated?.alertId).not.toBe(raised?.alertId);
    expect(updated?.evidence).toEqual([clipFile]);
    expect(updated?.trace.traceparent).toBe(raised?.trace.traceparent);
    expect(updated?.trace.hops.at(-1)?.stage).toBe('clip');
  });

  test('the alert names the model that saw its subject, whose box the scenes know in the steps of the log', async () => {
    const { camera, stored } = node();
    const box = [1 / 3, 1 / 7, 2 / 3, 0.9] as const;
    const run = { provider: 'cpu', inputWidth: 1, inputHeight: 1, latencyMs: 1 };
    const saw = (modelId: string, at: Detection['box']): Detection => ({
      ...{ box: at, score: 0.9, class: 'car' },
      run: { ...run, modelId, modelSha256: sha256(modelId) },
    });
    const [subject] = event('raised').subjects;
    const subjects = subject === undefined ? [] : [{ ...subject, box: recordableBox(box) }];
    await camera('a').report(event('raised', { subjects }), [saw('other', [0, 0, 0.5, 0.5]), saw('the one', box)]);
    expect(stored[0]?.provenance.model).toEqual({ id: 'the one', sha256: sha256('the one') });
  });

  test('an update and a clear ask for no clip, and a clip that does not come says nothing', async () => {
    const { camera, told } = node();
    const one = camera('a');
    await one.report(event('raised'));
    one.clips[0]?.(undefined);
    await one.report(event('updated'));
    await one.report(event('cleared'));
    await settled();
    expect([told(), one.clips.length]).toEqual([['raised I ', 'updated I ', 'cleared I '], 1]);
  });

  test('the clip repeats the last alert: severity that rose meanwhile stays risen', async () => {
    const { camera, stored } = node();
    const one = camera('a');
    await one.report(event('raised'));
    await one.report(event('updated', { severity: 1, observedAt: 3_000 }));
    one.clips[0]?.(clipFile);
    await settled();
    expect(stored.at(-1)).toMatchObject({ phase: 'updated', severity: 1, observedAt: 3_000 });
  });

  test('a clip that comes after the incident was cleared opens nothing', async () => {
    const { camera, told } = node();
    const one = camera('a');
    await one.report(event('raised'));
    await one.report(event('cleared'));
    one.clips[0]?.(clipFile);
    await settled();
    expect(told()).toEqual(['raised I ', 'cleared I ', 'cleared I clip']);
  });

  test('a clip waits for the clearing that is being reported', async () => {
    const { camera, told } = node();
    const one = camera('a');
    await one.report(event('raised'));
    one.hold(true);
    const clearing = one.report(event('cleared'));
    one.clips[0]?.(clipFile);
    await settled();
    expect(told()).toEqual(['raised I ']);
    one.pictures[0]?.();
    await clearing;
    await settled();
    expect(told()).toEqual(['raised I ', 'cleared I ', 'cleared I clip']);
  });

  test('what a second camera sees joins: one incident in the outbox, in order, although its picture was ready first', async () => {
    const { camera, told } = node();
    const [one, two] = [camera('a'), camera('b')];
    one.hold(true);
    const first = one.report(event('raised', { incidentId: 'A' as IncidentId }));
    const second = two.report(event('raised', { incidentId: 'B' as IncidentId }));
    await settled();
    expect(told()).toEqual([]);
    one.pictures[0]?.();
    await Promise.all([first, second]);
    expect(told()).toEqual(['raised A ', 'updated A ']);
    one.hold(false);
    await one.report(event('cleared', { incidentId: 'A' as IncidentId }));
    two.clips[0]?.(clipFile);
    await settled();
    await two.report(event('cleared', { incidentId: 'B' as IncidentId }));
    expect(told().slice(2)).toEqual(['updated A clip', 'cleared A ']);
  });

  test('a clip of an incident that nobody watches any more clears nothing', async () => {
    const { camera, told, merger } = node();
    const one = camera('a');
    await one.report(event('raised'));
    merger.forget('a' as CameraId);
    one.clips[0]?.(clipFile);
    await settled();
    expect(told()).toEqual(['raised I ']);
  });

  test('a clip comes after the clearing that another camera is reporting', async () => {
    const { camera, told } = node();
    const [one, two] = [camera('a'), camera('b')];
    await one.report(event('raised', { incidentId: 'A' as IncidentId }));
    await two.report(event('raised', { incidentId: 'B' as IncidentId }));
    await one.report(event('cleared', { incidentId: 'A' as IncidentId }));
    two.hold(true);
    const clearing = two.report(event('cleared', { incidentId: 'B' as IncidentId }));
    one.clips[0]?.(clipFile);
    await settled();
    expect(told().slice(2)).toEqual([]);
    two.pictures[0]?.();
    await clearing;
    await settled();
    expect(told().slice(2)).toEqual(['cleared A ', 'cleared A clip']);
  });

  test.each([
    { what: 'is no longer watched', end: ({ merger }: ReturnType<typeof node>) => merger.forget('b' as CameraId) },
    { what: 'sees nothing for long', end: ({ clock }: ReturnType<typeof node>) => clock.advance(180_000) },
  ])('a clearing kept back for a camera that $what is told after all, as late as that saw it', async ({ end }) => {
    const parts = node();
    const [one, two] = [parts.camera('a'), parts.camera('b')];
    await one.report(event('raised', { incidentId: 'A' as IncidentId }));
    await two.report(event('raised', { incidentId: 'B' as IncidentId, observedAt: 9_000 }));
    await one.report(event('cleared', { incidentId: 'A' as IncidentId, observedAt: 5_000 }));
    await settled();
    expect(parts.told()).toEqual(['raised A ', 'updated A ']);
    end(parts);
    await settled();
    expect(parts.told().slice(2)).toEqual(['cleared A ']);
    expect(parts.stored.at(-1)?.observedAt).toBe(9_000);
  });

  test('an alert that cannot be written does not hold up those who joined it', async () => {
    const { camera, told } = node();
    const [one, two] = [camera('a'), camera('b')];
    one.fail();
    const first = one.report(event('raised', { incidentId: 'A' as IncidentId }));
    const second = two.report(event('raised', { incidentId: 'B' as IncidentId }));
    await expect(first).rejects.toThrow('no picture');
    await second;
    expect(told()).toEqual(['updated A ']);
  });
});
