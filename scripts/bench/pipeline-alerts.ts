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
}

/** Reads the alerts whose event fell into the time from `from` to `to` (UTC ms) out of a node's outbox. */
export function scriptedAlerts(
  outbox: string,
  cameras: readonly BenchCamera[],
  { from, to }: { readonly from: number; readonly to: number },
): ScriptedAlerts {
  const scripted = new Map(cameras.filter(({ kind }) => kind === 'scripted').map((camera) => [camera.id, camera]));
  const raised: ScriptedAlert[] = [];
  const strange: string[] = [];
  for (const alert of alertsIn(outbox)) {
    if (alert.phase !== 'raised' || alert.observedAt < from) continue;
    const camera = scripted.get(alert.camera.id);
    const found = camera && against(alert, camera);
    if (found === undefined) strange.push(inWords(alert, camera));
    else if (found.dueAt >= from && found.dueAt < to) raised.push(found);
  }
  const expected = [...scripted.values()].reduce((sum, camera) => sum + duesWithin(camera, from, to), 0);
  return { expected, raised, strange };
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

/** How often the script meets a dwell within a time, over both scenes. */
function duesWithin({ clip, offsetMs }: BenchCamera, from: number, to: number): number {
  const plays = (at: number, place: number) => Math.floor((at + offsetMs - place) / clip.lengthMs);
  return Object.values(truth.everyKeyframe).reduce((sum, place) => sum + plays(to, place) - plays(from, place), 0);
}
