import { DatabaseSync } from 'node:sqlite';
import type { Alert } from '../../src/domain/alert.ts';
import { type BenchCamera, dwells, truth } from './pipeline-scenario.ts';

type ScriptedScene = keyof typeof dwells;

/** One alert of the script, against the clip's own truth. */
export interface ScriptedAlert {
  readonly camera: string;
  readonly scene: ScriptedScene;
  /** Place of the picture that decided in its clip, ms. */
  readonly placeMs: number;
  /** From the keyframe at which a rule that sees every keyframe has its dwell, to the alert in the outbox. */
  readonly latencyMs: number;
  /** The same from the moment at which a rule that sees every picture has its dwell. */
  readonly fromPictureMs: number;
  /** From the picture that decided, to the alert in the outbox. */
  readonly fromDecidingMs: number;
}

/** What the script should have raised in a time, and did. */
export interface ScriptedAlerts {
  readonly expected: number;
  readonly raised: readonly ScriptedAlert[];
  /** Alerts that the script does not explain, in words: another camera, or another place of the clip. */
  readonly strange: readonly string[];
  /** Dwells of the script without an alert, in words, with what the outbox last said of that scene there. */
  readonly missed: readonly string[];
}

/** Reads the alerts whose event fell into the time from `from` to `to` (UTC ms) out of a node's outbox. */
export function scriptedAlerts(
  outbox: string,
  cameras: readonly BenchCamera[],
  { from, to }: { readonly from: number; readonly to: number },
): ScriptedAlerts {
  const scripted = new Map(cameras.filter(({ kind }) => kind === 'scripted').map((camera) => [camera.id, camera]));
  const raised: (ScriptedAlert & { dueAt: number })[] = [];
  const strange: string[] = [];
  const alerts = alertsIn(outbox);
  for (const alert of alerts) {
    if (alert.phase !== 'raised' || alert.observedAt < from) continue;
    const camera = scripted.get(alert.camera.id);
    const found = camera && against(alert, camera);
    if (found === undefined) strange.push(inWords(alert, camera));
    else if (found.dueAt >= from && found.dueAt < to) raised.push(found);
  }
  const dues = [...scripted.values()].flatMap((camera) => duesWithin(camera, from, to));
  const isRaised = (due: Due) => raised.some((each) => isOf(each, due) && Math.abs(each.dueAt - due.dueAt) < 1_000);
  const missed = dues.filter((due) => !isRaised(due)).map((due) => missedInWords(due, alerts));
  return { expected: dues.length, raised, strange, missed };
}

/** When the script meets a dwell. */
interface Due {
  readonly camera: string;
  readonly scene: ScriptedScene;
  readonly dueAt: number;
}

function isOf(event: { readonly camera: string; readonly scene: string }, { camera, scene }: Due): boolean {
  return event.camera === camera && event.scene === scene;
}

function missedInWords(due: Due, alerts: readonly Alert[]): string {
  const told = alerts
    .filter(({ camera, scene }) => isOf({ camera: camera.id, scene }, due))
    .map(({ phase, trace, observedAt }) => ({ phase, afterS: ((trace.ntpMs ?? observedAt) - due.dueAt) / 1000 }))
    .filter(({ afterS }) => Math.abs(afterS) < 40)
    .map(({ phase, afterS }) => `${phase} at ${afterS.toFixed(1)} s`);
  return `${due.scene} of ${due.camera}: ${told.join(', ') || 'nothing within 40 s'}`;
}

function inWords(alert: Alert, camera: BenchCamera | undefined): string {
  const placeS = camera && (((alert.trace.ntpMs ?? Number.NaN) + camera.offsetMs) % camera.clip.lengthMs) / 1000;
  return `${alert.scene} of ${alert.camera.id}, ${alert.camera.name}${placeS === undefined ? '' : ` at ${placeS.toFixed(1)} s`}`;
}

function alertsIn(outbox: string): readonly Alert[] {
  const database = new DatabaseSync(outbox, { readOnly: true });
  try {
    return database
      .prepare('SELECT body FROM alert ORDER BY n')
      .all()
      .map((row) => JSON.parse(String(row['body'])) as Alert);
  } finally {
    database.close();
  }
}

function against(alert: Alert, { id, clip, offsetMs }: BenchCamera): (ScriptedAlert & { dueAt: number }) | undefined {
  const scene = alert.scene as ScriptedScene;
  const takenAt = alert.trace.ntpMs;
  const storedAt = alert.trace.hops.find(({ stage }) => stage === 'outbox')?.at;
  if (takenAt === undefined || storedAt === undefined || dwells[scene] === undefined) return undefined;
  const placeMs = (takenAt + offsetMs) % clip.lengthMs;
  const lateMs = placeMs - truth.everyKeyframe[scene];
  // A picture before the truth, or long after the car has gone, is none of the script's.
  if (lateMs < -100 || lateMs > clip.lengthMs / 2) return undefined;
  const dueAt = takenAt - lateMs;
  return {
    ...{ camera: id, scene, placeMs, dueAt },
    latencyMs: storedAt - dueAt,
    fromPictureMs: storedAt - dueAt + truth.everyKeyframe[scene] - truth.everyPicture[scene],
    fromDecidingMs: storedAt - takenAt,
  };
}

/** When the script meets a dwell within a time, for both scenes. */
function duesWithin({ id, clip, offsetMs }: BenchCamera, from: number, to: number): Due[] {
  return Object.entries(truth.everyKeyframe).flatMap(([scene, place]) => {
    const due = (play: number) => play * clip.lengthMs + place - offsetMs;
    const first = Math.ceil((from + offsetMs - place) / clip.lengthMs);
    const count = Math.max(0, Math.ceil((to - due(first)) / clip.lengthMs));
    const dues = Array.from({ length: count }, (_, index) => due(first + index));
    return dues.map((dueAt) => ({ camera: id, scene: scene as ScriptedScene, dueAt }));
  });
}
