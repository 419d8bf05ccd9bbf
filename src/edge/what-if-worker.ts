import { parentPort, workerData } from 'node:worker_threads';
import { AppError, messageOf } from '../lib/errors.ts';
import { ObservationReader } from './observe/observation-reader.ts';
import { whatIf } from './what-if.ts';
import type { CrewMessage, CrewTask } from './what-if-crew.ts';

const port = parentPort;
if (port === null) throw new Error('what-if-worker.ts runs in a worker thread only');
const tell = (message: CrewMessage) => port.postMessage(message);
const { path, questions } = workerData as CrewTask;

try {
  const reader = new ObservationReader(path);
  for (const question of questions) {
    const answer = whatIf(reader, question);
    if (answer !== undefined) tell({ kind: 'answer', answer });
  }
  reader.close();
} catch (error) {
  const code = error instanceof AppError ? error.code : 'MB_INTERNAL';
  tell({ kind: 'failed', code, message: messageOf(error) });
}
