import { parentPort, workerData } from 'node:worker_threads';
import type { ActivityInspector } from '../../src/domain/activity.ts';
import { serveDecoding } from '../../src/edge/decode/serve-decoding.ts';
import type { WorkerSettings } from '../../src/edge/decode/worker-messages.ts';

/** The plainest gate there is: active when the mean grey is not what the memory says it was. */
const inspector: ActivityInspector = {
  width: 64,
  height: 36,
  memoryBytes: 4,
  inspect(memory, luma, at) {
    const past = new Uint16Array(memory);
    const mean = Math.round(luma.reduce((sum, value) => sum + value, 0) / luma.length);
    const active = past[0] !== mean + 1;
    past[0] = mean + 1;
    past[1] = at % 65_536;
    return { active, reason: active ? 'changed' : 'still', changedShare: luma.length, regions: [] };
  },
};

if (parentPort === null) throw new Error('runs in a worker thread only');
serveDecoding(parentPort, { settings: workerData as WorkerSettings, inspector });
