import { DatabaseSync } from 'node:sqlite';
import { CameraObserver } from '../../src/edge/camera-observer.ts';
import { observationsSchema } from '../../src/edge/observe/config.ts';
import { ObservationLog } from '../../src/edge/observe/observation-log.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { streetCalendar, streetCamera, streetScenes } from './observed-street.ts';
import { observedWorld } from './observed-world.ts';

/** Begins in the afternoon of the site. */
const from = Date.UTC(2026, 5, 1, 6);

/** Writes what one camera saw, judged by its scene, into an observation file. */
export function recordCamera(path: string, id: string, seed: number, forMs: number): void {
  let now = from;
  const due: (() => void)[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (_ms, callback) => {
      due.push(callback);
      return () => due.splice(0);
    },
  };
  const config = { ...observationsSchema.parse({ maxBytes: 64 * 2 ** 30 }), path };
  const log = new ObservationLog({ config, clock, log: createLogger('bench'), metrics: new Metrics() });
  const camera = streetCamera(id, ['illegal_parking'], ['street']);
  const scenes = streetScenes(camera);
  const observer = new CameraObserver({ log, scenes, context: { camera, calendar: streetCalendar } });
  log.start();
  observer.begin(from, { from: 'nothing' }, []);
  let written = from;
  for (const look of observedWorld(seed, from, from + forMs)) {
    now = look.at;
    observer.look(look, scenes.update(look));
    if (now - written < 600_000) continue;
    written = now;
    due.shift()?.();
  }
  log.stop();
}

/** Fills a file up with copies of its first cameras (`c0`, `c1`, …). */
export function copyCameras(path: string, there: number, wanted: number): void {
  const database = new DatabaseSync(path);
  database.exec('BEGIN');
  for (let n = there; n < wanted; n += 1) {
    const columns = 'since, until, entry, context, packed, data';
    const from = `c${n % there}`;
    database
      .prepare(`INSERT INTO block (camera, ${columns}) SELECT ?, ${columns} FROM block WHERE camera = ? ORDER BY n`)
      .run(`c${n}`, from);
    const told = 'at, scene, incident, phase, body';
    database
      .prepare(`INSERT INTO event (camera, ${told}) SELECT ?, ${told} FROM event WHERE camera = ? ORDER BY n`)
      .run(`c${n}`, from);
  }
  database.exec('COMMIT');
  database.close();
}
