import { parentPort, workerData } from 'node:worker_threads';
import { serveDecoding } from './serve-decoding.ts';
import type { WorkerSettings } from './worker-messages.ts';

/** A decoder thread without an activity gate: every look gives its pictures. */
if (parentPort === null) throw new Error('decode-worker.ts runs in a worker thread only');
serveDecoding(parentPort, { settings: workerData as WorkerSettings });
