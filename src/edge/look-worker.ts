import { parentPort, workerData } from 'node:worker_threads';
import { serveDecoding } from './decode/serve-decoding.ts';
import type { WorkerSettings } from './decode/worker-messages.ts';
import { activityGate } from './gate/activity-gate.ts';
import { gateSchema } from './gate/config.ts';
import { pictureConditions } from './health/picture-conditions.ts';

/** A decoder thread of the node, with activity gate and camera health: stages meet here, since none imports another. */
if (parentPort === null) throw new Error('look-worker.ts runs in a worker thread only');
const settings = workerData as WorkerSettings;
const gate = gateSchema.parse(settings.gate ?? {});
serveDecoding(parentPort, { settings, inspector: activityGate(gate), conditions: pictureConditions(gate) });
