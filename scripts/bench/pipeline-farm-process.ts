import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { CameraFarm } from '../../src/simulator/camera-farm.ts';
import type { FarmAnswer, FarmOrder } from './pipeline-farm.ts';

/** The farm's process: live cameras, each at the place of its clip that the time of day says. */
let farm: CameraFarm | undefined;

async function begin(order: FarmOrder): Promise<CameraFarm> {
  const cameras = order.map((camera) => ({ ...camera, loop: true, live: true }));
  const log = createLogger('farm');
  const begun = new CameraFarm({ host: '127.0.0.1', port: 0, cameras, clock: systemClock, log });
  await begun.start(new AbortController().signal);
  return begun;
}

process.on('message', async (order: FarmOrder | 'report') => {
  farm ??= await begin(order === 'report' ? [] : order);
  const answer: FarmAnswer = { port: farm.port, unitsDropped: farm.counters.unitsDropped };
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));
