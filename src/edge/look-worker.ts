import { parentPort, workerData } from 'node:worker_threads';
import { serveDecoding } from './decode/serve-decoding.ts';
import type { WorkerSettings } from './decode/worker-messages.ts';
import { activityGate } from './gate/activity-gate.ts';
import { gateSchema } from './gate/config.ts';

/** A decoder thread of the node, with the activity gate: stages meet here, since none imports another. */
if (parentPort === null) throw new Error('look-worker.ts runs in a worker thread only');
const settings = workerData as WorkerSettings;
serveDecoding(parentPort, { settings, inspector: activityGate(gateSchema.parse(settings.gate ?? {})) });
