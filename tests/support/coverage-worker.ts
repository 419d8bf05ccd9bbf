import { join } from 'node:path';
import type { CameraState } from '../../src/domain/camera.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { CoverageAccount } from '../../src/edge/coverage-account.ts';
import { CoverageStore } from '../../src/edge/publish/coverage-store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';

/** A process to be killed: cameras come and go, and it prints `camera from to` for every time one was blind. */
const store = new CoverageStore({ path: join(process.argv[2] ?? '', 'coverage.db') });
store.open();
const account = new CoverageAccount({ store, clock: systemClock, log: createLogger('worker'), writeEveryMs: 20 });
const cameras = ['cam-0', 'cam-1', 'cam-2', 'cam-3'] as CameraId[];
account.begin(cameras);
const blindSince = new Map(cameras.map((camera) => [camera, Date.now()]));
const waiting: CameraState = { kind: 'waiting', reason: 'stalled', detail: '', retryAt: 0, attempt: 1 };

for (;;) {
  const camera = cameras[Math.floor(Math.random() * cameras.length)] ?? ('cam-0' as CameraId);
  const since = blindSince.get(camera);
  const now = Date.now();
  if (since === undefined) {
    account.update(camera, waiting);
    blindSince.set(camera, now);
  } else {
    account.update(camera, { kind: 'streaming', since: now });
    blindSince.delete(camera);
    await new Promise((resolve) => process.stdout.write(`${camera} ${since} ${now}\n`, resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
}
